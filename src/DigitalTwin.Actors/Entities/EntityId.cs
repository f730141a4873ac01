namespace DigitalTwin.Actors.Entities;

/// <summary>Names one entity of the system, whatever its kind; the journal files its events under this name.</summary>
public readonly record struct EntityId(string Value)
{
    public override string ToString() => Value;
}

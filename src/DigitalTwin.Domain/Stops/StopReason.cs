namespace DigitalTwin.Domain.Stops;

/// <summary>Whose a stop is. <see cref="Planned"/> ones are no part of the planned busy time; all others are losses of availability.</summary>
public enum StopCategory
{
    /// <summary>Waits for somebody to say why.</summary>
    Uncoded,
    Planned,
    Unplanned,
    MicroStop,
    Changeover,
    Material,
    Quality,
    Organisation,
}

/// <param name="Code">Stable: lower-case letters, digits and '-'. It is stored with each stop that is given it.</param>
public sealed record StopReason(string Code, string Name, StopCategory Category)
{
    public static StopReason Uncoded { get; } = new("uncoded", "Not coded yet", StopCategory.Uncoded);
    public static StopReason MicroStop { get; } = new("micro-stop", "Micro-stop", StopCategory.MicroStop);
    public static StopReason StarvedOrBlocked { get; } = new("starved-or-blocked", "Starved or blocked", StopCategory.Material);
}

namespace DigitalTwin.Actors.Timers;

/// <summary>A command that an entity sends itself when plant time reaches <paramref name="Due"/>.</summary>
/// <param name="Key">Unique within the entity; the same key with another due time is another timer.</param>
public readonly record struct EntityTimer<TCommand>(string Key, DateTimeOffset Due, TCommand Command)
{
    /// <summary>
    /// The due time is committed with the events that it follows from, so that the entity is woken for it after a restart of the program
    /// and while it is out of memory. Any other timer runs again as soon as something else wakes the entity.
    /// </summary>
    public bool Durable { get; init; }
}

namespace DigitalTwin.Actors.Timers;

/// <summary>A command that an entity sends itself when plant time reaches <paramref name="Due"/>.</summary>
/// <param name="Key">Unique within the entity; the same key with another due time is another timer.</param>
public readonly record struct EntityTimer<TCommand>(string Key, DateTimeOffset Due, TCommand Command);

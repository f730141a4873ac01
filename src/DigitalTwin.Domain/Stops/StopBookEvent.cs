namespace DigitalTwin.Domain.Stops;

/// <summary>What people have said about stops. Journalled: fields are added, never renamed or reused.</summary>
/// <param name="From">Start of the stop.</param>
/// <param name="To">Its end, or how far it had come.</param>
/// <param name="At">Plant time at which it was said.</param>
public abstract record StopBookEvent(DateTimeOffset From, DateTimeOffset To, string By, DateTimeOffset At)
{
    /// <param name="Note">Empty: none.</param>
    public sealed record Coded(DateTimeOffset From, DateTimeOffset To, string Reason, string Note, string By, DateTimeOffset At) : StopBookEvent(From, To, By, At);

    /// <param name="Cut">Where the second stop begins.</param>
    public sealed record Split(DateTimeOffset From, DateTimeOffset To, DateTimeOffset Cut, string By, DateTimeOffset At) : StopBookEvent(From, To, By, At);

    public sealed record CodeUndone(DateTimeOffset From, DateTimeOffset To, string By, DateTimeOffset At) : StopBookEvent(From, To, By, At);
}

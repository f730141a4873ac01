using DigitalTwin.Domain.Calendars;

namespace DigitalTwin.Domain.Stops;

/// <summary>What somebody decides about a stop of a station.</summary>
/// <param name="Stop">The stop as it stood when they decided.</param>
/// <param name="By">Who.</param>
public abstract record StopBookCommand(Period Stop, string By)
{
    /// <summary>Says why it stood; also of a stop that has a code already, days later.</summary>
    public sealed record Code(Period Stop, string Reason, string Note, string By) : StopBookCommand(Stop, By);

    /// <summary>Makes two stops of it; both keep the code.</summary>
    public sealed record Split(Period Stop, DateTimeOffset Cut, string By) : StopBookCommand(Stop, By);

    /// <summary>Takes the newest code back: the one before it holds again, or none.</summary>
    public sealed record Undo(Period Stop, string By) : StopBookCommand(Stop, By);
}

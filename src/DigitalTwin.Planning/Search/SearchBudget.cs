namespace DigitalTwin.Planning.Search;

/// <summary>
/// How long a search may go on, and since when it has. The clock comes from outside: a test moves it, a command line takes the machine's.
/// With one thread and <paramref name="steps"/>, the same problem and seed give the same answer to the byte, however slow the machine is.
/// Safe to read from several threads.
/// </summary>
/// <param name="limit">Wall time from now on.</param>
/// <param name="steps">Steps of each thread (a move tried, a window solved: what a search counts is its own); null is without end.</param>
/// <param name="stop">A person or the owner has had enough: the best so far is the answer.</param>
public sealed class SearchBudget(TimeProvider clock, TimeSpan limit, long? steps, CancellationToken stop)
{
    private readonly long began = clock.GetTimestamp();

    public TimeSpan Limit { get; } = limit;

    public long? Steps { get; } = steps;

    public TimeSpan Elapsed => clock.GetElapsedTime(began);

    public TimeSpan Left => Elapsed is var gone && gone < Limit ? Limit - gone : TimeSpan.Zero;

    public CancellationToken Stop { get; } = stop;

    /// <summary>Asks the clock: a hot loop asks every thousand steps or so.</summary>
    public bool IsOver(long stepsDone) => Stop.IsCancellationRequested || stepsDone >= Steps || (Steps is null && Elapsed >= Limit);
}

using System.Text.Json;

namespace DigitalTwin.Domain.Tests;

/// <summary>Given what was recorded, when a command comes, then this is recorded.</summary>
public sealed record Scenario<TState, TCommand, TEvent>(
    TState State, Func<TState, TCommand, DateTimeOffset, Decision<TEvent>> Decide, Func<TState, TEvent, TState> Apply)
{
    public Scenario<TState, TCommand, TEvent> Given(params IEnumerable<TEvent> history) => this with { State = history.Aggregate(State, Apply) };

    /// <summary>Commands as they came before, with what they had recorded.</summary>
    public Scenario<TState, TCommand, TEvent> After(params IEnumerable<TCommand> commands) => Given(Run(commands));

    public Decision<TEvent> When(TCommand command) => Decide(State, command, Times.T0);

    public IReadOnlyList<TEvent> Run(params IEnumerable<TCommand> commands)
    {
        var (state, events) = (State, new List<TEvent>());
        foreach (var command in commands)
            if (Decide(state, command, Times.T0) is Decision<TEvent>.Accepted accepted)
            {
                events.AddRange(accepted.Events);
                state = accepted.Events.Aggregate(state, Apply);
            }
        return events;
    }
}

public static class Times
{
    /// <summary>A Tuesday, 08:00 in Leipzig.</summary>
    public static readonly DateTimeOffset T0 = new(2026, 3, 3, 7, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset At(double seconds) => T0.AddMilliseconds(Math.Round(seconds * 1000));
}

public static class DecisionAssertions
{
    public static void Then<TEvent>(this Decision<TEvent> decision, params TEvent[] expected) =>
        Assert.Equal(expected.Select(Written), Assert.IsType<Decision<TEvent>.Accepted>(decision).Events.Select(Written));

    public static void ThenNothing<TEvent>(this Decision<TEvent> decision) => Assert.IsType<Decision<TEvent>.Nothing>(decision);

    public static void ThenRefused<TEvent>(this Decision<TEvent> decision, string code) =>
        Assert.Equal(code, Assert.IsType<Decision<TEvent>.Refused>(decision).Code);

    /// <summary>Name and content: lists inside records compare by identity, their text by value.</summary>
    public static string Written<T>(this T value) => $"{value!.GetType().Name} {JsonSerializer.Serialize(value, value.GetType())}";
}

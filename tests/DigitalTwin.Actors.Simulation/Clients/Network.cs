using DigitalTwin.Actors.Simulation.Runs;
using DigitalTwin.Actors.TestKit;

namespace DigitalTwin.Actors.Simulation.Clients;

/// <summary>Carries requests and replies, each of which may be lost, late, doubled or overtaken.</summary>
internal sealed class Network(Weather weather, Dice dice, VirtualTime time)
{
    private readonly List<Message> inFlight = [];
    private int late;

    public bool Quiet => inFlight.Count == 0 && late == 0;

    public bool CanDeliver => inFlight.Count > 0;

    public void Send(Message message)
    {
        var request = message.Answer is null;
        if (weather.Strikes(request ? Fault.LoseRequest : Fault.LoseReply)) return;
        Put(message, request);
        if (message.Attempt.Order.Once) return;
        if (weather.Strikes(request ? Fault.DuplicateRequest : Fault.DuplicateReply)) Put(message, request);
    }

    /// <summary>Takes the next message off the wire.</summary>
    public Message Deliver()
    {
        var chosen = inFlight.Count > 1 && weather.Strikes(Fault.Reorder) ? 1 + dice.Below(inFlight.Count - 1) : 0;
        var message = inFlight[chosen];
        inFlight.RemoveAt(chosen);
        return message;
    }

    private void Put(Message message, bool request)
    {
        if (!weather.Strikes(request ? Fault.DelayRequest : Fault.DelayReply))
        {
            inFlight.Add(message);
            return;
        }

        late++;
        time.CreateTimer(
            _ =>
            {
                late--;
                inFlight.Add(message);
            },
            null, TimeSpan.FromMilliseconds(dice.Below(dice.Below(4) == 0 ? 60_000 : 3_000)), Timeout.InfiniteTimeSpan);
    }
}

/// <param name="Answer">Null: the request.</param>
internal sealed record Message(Attempt Attempt, Answer? Answer);

/// <summary>What a node sends back.</summary>
/// <param name="Final">The order has its answer; otherwise it is worth another attempt.</param>
internal sealed record Answer(bool Final);

using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Simulation.Cells;

namespace DigitalTwin.Actors.Simulation.Clients;

/// <summary>A command of a client, sent again with the same id until it is answered.</summary>
/// <param name="number">Tells all orders of a run apart; stored with the events.</param>
/// <param name="id">The command id; null: it is told, or only reads. Two orders with one id are a mistake that the engine must notice.</param>
public sealed class Order(int number, EntityId entity, CellCommand command, string? id, bool told)
{
    public int Number => number;

    public EntityId Entity => entity;

    public CellCommand Command => command;

    public string? Id => id;

    /// <summary>Nobody waits for an answer.</summary>
    public bool Told => told;

    /// <summary>Without an id a second attempt could be a second command: it is sent once, whatever becomes of it.</summary>
    public bool Once => id is null && command is (CellCommand.Make or CellCommand.Remind or CellCommand.Forget);

    public int Sent { get; set; }

    /// <summary>Events that it records when it is accepted.</summary>
    public int Times => command is CellCommand.Make make ? make.Times : 1;

    /// <summary>Node that was asked last.</summary>
    public int Slot { get; set; }

    public bool Answered { get; set; }

    public ITimer? Retry { get; set; }

    /// <summary>Times that an engine has taken it in.</summary>
    public int Taken { get; set; }

    /// <summary>Of those, how many were answered with the word that nothing of it is recorded.</summary>
    public int SurelyNotStored { get; set; }

    public bool Stored => TimesStored > 0;

    public int TimesStored { get; set; }

    /// <summary>Dead letters that keep it; each may be sent again once.</summary>
    public int Letters { get; set; }

    public override string ToString() => $"order {number} ({command} to {entity}{(id is null ? "" : $" as {id}")})";
}

/// <summary>One arrival of an order at a node, which may come to it several times.</summary>
/// <param name="floor">Sequence of the order's entity when this was sent: no answer may show an older state.</param>
public sealed class Attempt(Order order, int slot, long floor)
{
    public Order Order => order;

    public int Slot => slot;

    public long Floor => floor;
}

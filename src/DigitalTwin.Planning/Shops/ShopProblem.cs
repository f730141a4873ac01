using System.Collections.Immutable;

namespace DigitalTwin.Planning.Shops;

/// <summary>What a feeder shop is to be good at: the end of the last operation, or what each job costs by when it ends.</summary>
public enum ShopGoal { Makespan, TotalTardiness, JobCosts }

/// <summary>A machine that can do an operation, and how long it works on it.</summary>
public readonly record struct ShopMode(int Machine, int Duration);

/// <param name="Modes">At least one, each machine at most once.</param>
/// <param name="State">What a machine is set up for when it does this: row and column of its <see cref="ShopSetups"/>.</param>
public sealed record ShopOperation(ImmutableArray<ShopMode> Modes, int State = 0);

/// <param name="Route">In order; the same machine may come twice.</param>
/// <param name="Release">The first operation begins no earlier.</param>
/// <param name="Tardiness">Cost of each unit of time after <paramref name="Due"/>.</param>
/// <param name="Earliness">Cost of each unit of time before <paramref name="Due"/>.</param>
/// <param name="Flow">Cost of each unit of time from the start of the first operation to the end of the last.</param>
public sealed record ShopJob(ImmutableArray<ShopOperation> Route, int Release = 0, double Due = 0, double Tardiness = 0, double Earliness = 0, double Flow = 0);

/// <summary>Setups of one machine: it needs so long from the end of one operation before the next may start. It needs no job for that.</summary>
/// <param name="Between">From state i to state j at <c>i * States + j</c>; <see cref="NotPossible"/> where j must not follow i.</param>
/// <param name="First">Before the machine's first operation, counted from 0, by its state; empty where there is none.</param>
public sealed record ShopSetups(int States, ImmutableArray<int> Between, ImmutableArray<int> First)
{
    public const int NotPossible = -1;
}

/// <summary>When a machine works: how much in each unit of time. Work that was begun stops where nothing is done and goes on afterwards.</summary>
/// <param name="Rates">From time 0 on; after the last one nothing is done any more.</param>
/// <param name="FullRate">What does one unit of work in one unit of time.</param>
public sealed record ShopCalendar(ImmutableArray<int> Rates, int FullRate);

/// <summary>
/// A feeder shop: jobs go through their routes, each machine does one operation at a time and does not leave it before it ends.
/// </summary>
/// <param name="Setups">Per machine; empty where there are none.</param>
/// <param name="Transfers">From machine i to machine j at <c>i * Machines + j</c>, between two operations of a job; empty where there are none.</param>
/// <param name="Calendars">Per machine; empty where all work always.</param>
public sealed record ShopProblem(
    string Name,
    int Machines,
    ImmutableArray<ShopJob> Jobs,
    ShopGoal Goal,
    ImmutableArray<ShopSetups> Setups,
    ImmutableArray<int> Transfers,
    ImmutableArray<ShopCalendar> Calendars)
{
    /// <summary>Times are added up in 32 bits: a schedule of one operation after the other, each in its longest mode, has to end before this.</summary>
    public const int LastTime = 2_000_000_000;

    /// <summary>When everything is over if one operation follows the other, each at its longest.</summary>
    public long LongestTime
    {
        get
        {
            long setup = Setups.IsEmpty ? 0 : Setups.Max(of => Math.Max(of.Between.Max(), of.First.IsEmpty ? 0 : of.First.Max()));
            long transfer = Transfers.IsEmpty ? 0 : Transfers.Max();
            return Jobs.Max(job => (long)job.Release)
                + Jobs.Sum(job => job.Route.Sum(operation => operation.Modes.Max(mode => (long)mode.Duration) + setup + transfer));
        }
    }
}

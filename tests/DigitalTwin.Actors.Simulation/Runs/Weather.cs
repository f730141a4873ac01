namespace DigitalTwin.Actors.Simulation.Runs;

public enum Fault
{
    LoseRequest,
    DelayRequest,
    DuplicateRequest,
    LoseReply,
    DelayReply,
    DuplicateReply,

    /// <summary>A later message arrives before an earlier one.</summary>
    Reorder,

    /// <summary>kill -9 while nothing is in the hands of the disk.</summary>
    KillAtRest,
    KillBeforeCommit,
    KillAfterCommit,

    /// <summary>The commit of a killed process lands a while later, as one that the database server had received.</summary>
    CommitAfterKill,
    KillInRecovery,
    KillInSnapshot,
    KillInLeaseCall,

    /// <summary>Stopped for longer than its lease, then let go on.</summary>
    PauseBeyondLease,
    PauseShortly,

    /// <summary>The others go on, and time passes, while a commit is under way.</summary>
    SlowCommit,
    DiskFull,
    FailBeforeCommit,
    FailAfterCommit,
    ReadFailure,
    LeaseCallFails,

    /// <summary>The store has done what was asked and the answer is lost.</summary>
    LeaseAnswerLost,
    SlowLeaseCall,
    SnapshotLost,
    SnapshotCorrupt,
    SnapshotOfAnotherHistory,
    SnapshotUnreadable,
    SnapshotNotSaved,
    WallClockSetBack,
    WallClockSetForward,
}

/// <summary>How often each fault strikes in one run. Every seed switches some kinds off and others to a storm, since what is always a little bad never gets far.</summary>
public sealed class Weather
{
    public static readonly int Kinds = Enum.GetValues<Fault>().Length;

    private readonly Dice dice;
    private readonly int[] chances = new int[Kinds];
    private readonly int[] struck = new int[Kinds];

    public Weather(Dice dice)
    {
        this.dice = dice;
        for (var kind = 0; kind < Kinds; kind++)
        {
            chances[kind] = dice.Below(8) switch
            {
                < 2 => 0,
                < 6 => Usual((Fault)kind),
                _ => 4 * Usual((Fault)kind),
            };
        }
    }

    /// <summary>Faults are off: the time to heal.</summary>
    public bool Calm { get; set; }

    /// <summary>How often each kind was injected.</summary>
    public IReadOnlyList<int> Struck => struck;

    public int Total { get; private set; }

    /// <summary>Whether it happens now; what is said to happen is injected.</summary>
    public bool Strikes(Fault fault)
    {
        if (Calm || !dice.In10000(chances[(int)fault])) return false;
        Count(fault);
        return true;
    }

    public void Count(Fault fault)
    {
        struck[(int)fault]++;
        Total++;
    }

    /// <summary>A seed with hardly a fault gets a bad network.</summary>
    public void Brew() => (chances[(int)Fault.LoseRequest], chances[(int)Fault.LoseReply]) = (3000, 3000);

    /// <summary>Chances in 10,000 at each occasion: a message, a commit, a read, or (what befalls a whole node) a step.</summary>
    private static int Usual(Fault fault) => fault switch
    {
        Fault.LoseRequest or Fault.LoseReply => 400,
        Fault.DelayRequest or Fault.DelayReply => 400,
        Fault.DuplicateRequest or Fault.DuplicateReply => 400,
        Fault.Reorder => 2000,
        Fault.KillAtRest => 30,
        Fault.KillBeforeCommit or Fault.KillAfterCommit or Fault.CommitAfterKill => 150,
        Fault.KillInRecovery => 200,
        Fault.PauseBeyondLease or Fault.PauseShortly => 25,
        Fault.SlowCommit => 1500,
        Fault.DiskFull => 200,
        Fault.FailBeforeCommit or Fault.FailAfterCommit => 100,
        Fault.ReadFailure => 200,
        Fault.KillInLeaseCall or Fault.LeaseCallFails or Fault.LeaseAnswerLost => 300,
        Fault.SlowLeaseCall => 500,
        Fault.KillInSnapshot => 200,
        Fault.SnapshotLost or Fault.SnapshotCorrupt or Fault.SnapshotOfAnotherHistory or Fault.SnapshotUnreadable or Fault.SnapshotNotSaved => 1000,
        Fault.WallClockSetBack or Fault.WallClockSetForward => 20,
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };
}

using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Packml;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>What has to be done at a cell before it takes the next body.</summary>
internal enum Duty { None, TipDress, CapChange }

/// <summary>A weld cell: takes a body from the buffer in front of it, welds its spots, hands it on.</summary>
internal sealed class Cell : Unit
{
    /// <summary>Share of a cycle after which the first spot is welded, and at which the last one is done: the rest is clamping and transfer.</summary>
    private const double Clamped = 0.15, Welded = 0.9;
    /// <summary>Fault code.</summary>
    private const int NoCaps = 2190;

    public required int Number { get; set; }
    public required Generator Cycles { get; set; }
    public required Robot Robot { get; set; }
    public required Gun Gun { get; set; }
    public required Fixture Fixture { get; set; }
    /// <summary>Bodies in front of the cell, the next one first.</summary>
    public List<Body> Buffer { get; set; } = [];
    public Body? Body { get; set; }
    /// <summary>0 when the body comes in, 1 when it is done.</summary>
    public double Progress { get; set; }
    /// <summary>What this cycle takes at 100 % robot speed.</summary>
    public double CycleSeconds { get; set; }
    /// <summary>Spent on this body so far, standstill not counted.</summary>
    public double WorkedSeconds { get; set; }
    public double LastCycleSeconds { get; set; }
    public int Spots { get; set; }
    public int BadSpots { get; set; }
    public int BadBodiesInARow { get; set; }
    public Duty Duty { get; set; }
    /// <summary>Plant time at which the caps to be fitted came from the crib, microseconds since 1970; 0 when there are none.</summary>
    public long CapsFrom { get; set; }
    public uint Produced { get; set; }
    public uint Good { get; set; }
    public uint Scrap { get; set; }

    private bool MidCycle => Body is not null && Progress < 1;
    private bool Running => State == UnitState.Execute && Robot.State == UnitState.Execute && Gun.State == UnitState.Execute && Fixture.State == UnitState.Execute;

    /// <summary>One scan of the cell's control and physics.</summary>
    /// <param name="room">Whether a body that is done may leave.</param>
    /// <returns>The body that left the cell during this scan.</returns>
    public Body? Scan(Plan plan, bool room, ToolStock? caps, double seconds, PhysicsParameters physics, long now)
    {
        FinishDuty(caps, physics.Gun, now);
        FetchCaps(caps, now);
        Control(plan, room, physics, now);
        var working = Running && MidCycle;
        if (working)
            Work(seconds, physics);
        var left = Running ? MoveBodies(plan, room, physics) : null;
        UseEnergy(working, seconds, physics);
        return left;
    }

    private UnitState Goal(Plan plan, bool room) =>
        plan == Plan.Handover || Duty == Duty.CapChange ? UnitState.Stopped
        : plan == Plan.Break && !MidCycle ? UnitState.Idle
        : Duty == Duty.TipDress ? UnitState.Held
        : Body is null && Buffer.Count == 0 || Body is not null && Progress >= 1 && !room ? UnitState.Suspended
        : UnitState.Execute;

    /// <summary>Gives each unit its goal: while one machine is down the cell goes its way, and the others wait for it.</summary>
    private void Control(Plan plan, bool room, PhysicsParameters physics, long now)
    {
        var goal = Goal(plan, room);
        var wanted = goal is UnitState.Idle or UnitState.Stopped ? goal : UnitState.Execute;
        Robot.Mend(wanted, physics, now);
        Gun.Mend(wanted, physics, now);
        Fixture.Mend(wanted, physics, now);
        Machine? down = Robot.RepairSeconds > 0 ? Robot : Gun.RepairSeconds > 0 ? Gun : Fixture.RepairSeconds > 0 ? Fixture
            : Robot.Down ? Robot : Gun.Down ? Gun : Fixture.Down ? Fixture : null;
        var manual = plan == Plan.Handover || Duty == Duty.CapChange;
        Command(Robot);
        Command(Gun);
        Command(Fixture);
        Step(down is null ? goal : down.RepairSeconds > 0 ? UnitState.Aborted : wanted, down?.Fault ?? 0, manual, now);

        void Command(Machine machine) => machine.Step(
            machine.RepairSeconds > 0 ? UnitState.Aborted
            : machine.Down ? wanted
            : down is null ? goal
            : machine.State is UnitState.Idle or UnitState.Stopped or UnitState.Complete ? machine.State
            : UnitState.Held,
            machine.Fault, manual, now);
    }

    private void Work(double seconds, PhysicsParameters physics)
    {
        var motion = physics.Line.MotionShare;
        Progress += seconds / (CycleSeconds * (1 - motion + motion * 100 / Robot.SpeedOverride));
        WorkedSeconds += seconds;
        var spots = physics.Line.SpotsPerBody;
        for (var due = (int)((Progress - Clamped) / (Welded - Clamped) * spots); Spots < Math.Min(due, spots); Spots++)
            if (!Gun.Weld(physics.Gun))
                BadSpots++;
        if (Progress < 1)
            return;
        Produced++;
        LastCycleSeconds = WorkedSeconds;
        if (BadSpots == 0)
            (Good, BadBodiesInARow) = (Good + 1, 0);
        else
            (Scrap, BadBodiesInARow, Body) = (Scrap + 1, BadBodiesInARow + 1, Body!.Value with { Defective = true });
    }

    private Body? MoveBodies(Plan plan, bool room, PhysicsParameters physics)
    {
        Body? left = null;
        if (Body is { } done && Progress >= 1 && room)
        {
            left = done;
            Body = null;
            Duty = BadBodiesInARow >= 3 || Gun.DressDue && Gun.DressesOfCap >= physics.Gun.DressesPerCap ? Duty.CapChange
                : Gun.DressDue ? Duty.TipDress : Duty.None;
        }
        if (Body is null && Buffer.Count > 0 && Duty == Duty.None && plan == Plan.Work)
        {
            (Body, Progress, WorkedSeconds, Spots, BadSpots) = (Buffer[0], 0, 0, 0, 0);
            Buffer.RemoveAt(0);
            CycleSeconds = physics.Line.CycleSeconds[Number - 1] * Math.Exp(physics.Line.CycleVariation * Cycles.Normal());
        }
        return left;
    }

    private void FinishDuty(ToolStock? caps, GunParameters gun, long now)
    {
        if (Duty == Duty.TipDress && State == UnitState.Held && Gun.State == UnitState.Held && Gun.SecondsInState(now) >= gun.DressSeconds)
        {
            Gun.Dress();
            Duty = Duty.None;
        }
        else if (Duty == Duty.CapChange && CapsFrom > 0 && (now - CapsFrom) / 1e6 >= gun.CapChangeSeconds && State == UnitState.Stopped && Gun.State == UnitState.Stopped && Gun.SecondsInState(now) >= gun.CapChangeSeconds)
        {
            Gun.ChangeCaps();
            caps?.Return();
            (Duty, BadBodiesInARow, CapsFrom) = (Duty.None, 0, 0);
        }
    }

    private void FetchCaps(ToolStock? caps, long now)
    {
        if (Duty == Duty.CapChange && CapsFrom == 0 && (caps is null || caps.TryIssue()))
            CapsFrom = now;
        MissingTool = Gun.MissingTool = Duty == Duty.CapChange && CapsFrom == 0 ? NoCaps : 0;
    }

    /// <summary>Power drawn now, kW.</summary>
    public double Power { get; set; }

    private void UseEnergy(bool working, double seconds, PhysicsParameters physics)
    {
        Power = physics.Line.CellBaseKilowatts
            + Draw(Robot, Robot.Run(working, seconds, physics))
            + Draw(Gun, Gun.Run(working, seconds, physics))
            + Draw(Fixture, Fixture.Run(Body is not null && Progress is > 0.05 and < 1, working, seconds, physics));
        Energy += Power * seconds / 3600;

        double Draw(Machine machine, double kilowatts)
        {
            machine.Energy += kilowatts * seconds / 3600;
            return kilowatts;
        }
    }
}

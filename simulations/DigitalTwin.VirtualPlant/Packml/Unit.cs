namespace DigitalTwin.VirtualPlant.Packml;

/// <summary>Anything that has a PackML state: a weld cell or one of its machines. Mutable: a simulated day moves each unit a million times.</summary>
internal abstract class Unit
{
    public UnitState State { get; set; } = UnitState.Stopped;
    public UnitMode Mode { get; set; } = UnitMode.Production;
    /// <summary>Plant time the state was entered, microseconds since 1970.</summary>
    public long Since { get; set; }
    /// <summary>0 when there is no fault.</summary>
    public int FaultCode { get; set; }
    /// <summary>Code of the tool that the crib does not have, while the unit waits for it; else 0.</summary>
    public int MissingTool { get; set; }
    /// <summary>kWh since the plant was built; never decreases.</summary>
    public double Energy { get; set; }

    public bool Rests(UnitState state, long now) => State == state && SecondsInState(now) >= Routes.DwellSeconds(state);

    public double SecondsInState(long now) => (now - Since) / 1e6;

    /// <summary>Takes at most one step towards the goal.</summary>
    /// <param name="fault">Shown while the unit is aborted.</param>
    /// <param name="manual">People work at the stopped unit.</param>
    public void Step(UnitState goal, int fault, bool manual, long now)
    {
        if (State != goal && SecondsInState(now) >= Routes.DwellSeconds(State))
        {
            State = Routes.Next(State, goal);
            Since = now;
        }
        FaultCode = State is UnitState.Aborting or UnitState.Aborted or UnitState.Clearing ? fault : State is UnitState.Held or UnitState.Stopped ? MissingTool : 0;
        Mode = State switch
        {
            UnitState.Aborted or UnitState.Clearing => UnitMode.Maintenance,
            UnitState.Stopped when manual => UnitMode.Manual,
            _ => UnitMode.Production,
        };
    }
}

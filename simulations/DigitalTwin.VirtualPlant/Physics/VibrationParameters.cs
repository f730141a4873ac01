namespace DigitalTwin.VirtualPlant.Physics;

/// <summary>How vibration is recorded in the whole plant: from time to time a short waveform of each press and robot.</summary>
internal sealed record VibrationParameters
{
    /// <summary>Plant time between two waveforms of a machine.</summary>
    [Bounds(1, 3600)] public int EverySeconds { get; init; } = 60;
    [Bounds(256, 65536)] public double SampleHertz { get; init; } = 4096;
    [Bounds(64, 65536)] public int Samples { get; init; } = 4096;
    public BearingParameters Robot { get; init; } = new();
    public BearingParameters Press { get; init; } = new() { ShaftHertz = 8, Balls = 13, BallByPitch = 0.18, ResonanceHertz = 900 };
}

/// <summary>The bearing that wears out. A flaw in its outer race is struck by each ball that rolls over it.</summary>
internal sealed record BearingParameters
{
    /// <summary>At 100 % speed.</summary>
    [Bounds(0.1, 1000)] public double ShaftHertz { get; init; } = 25;
    [Bounds(3, 100)] public int Balls { get; init; } = 9;
    /// <summary>Diameter of a ball by that of the circle they run on, times the cosine of the contact angle.</summary>
    [Bounds(0.01, 0.9)] public double BallByPitch { get; init; } = 0.24;
    /// <summary>What rings when a ball strikes the flaw, and for how long.</summary>
    [Bounds(10, 30000)] public double ResonanceHertz { get; init; } = 1300;
    [Bounds(0.0001, 1)] public double RingSeconds { get; init; } = 0.004;

    /// <summary>How often a ball strikes a flaw in the outer race (BPFO) at a speed of the shaft.</summary>
    public double OuterRaceHertz(double shaftHertz) => shaftHertz * Balls / 2 * (1 - BallByPitch);
}

namespace DigitalTwin.Actors.Simulation.Runs;

/// <summary>Every choice of a run comes from here, one after the other, so that the seed is the whole run. (SplitMix64: the same on every runtime.)</summary>
public sealed class Dice(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            return Mix(state);
        }
    }

    /// <summary>0 ≤ n &lt; <paramref name="bound"/>.</summary>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    public int Between(int from, int to) => from + Below(to - from + 1);

    /// <summary>True in so many of 10,000 throws; none of the seed is used for what never happens.</summary>
    public bool In10000(int chances) => chances > 0 && Below(10_000) < chances;

    public static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}

using System.Numerics;

namespace DigitalTwin.Planning.Search;

/// <summary>
/// Random numbers of a search: the same seed gives the same numbers on every machine and .NET version, at a nanosecond each (xoshiro256**).
/// Not for two threads: each takes its own, from <see cref="Fork"/>.
/// </summary>
public sealed class Draw
{
    private ulong a, b, c, d;

    public Draw(long seed)
    {
        unchecked
        {
            var state = (ulong)seed;
            a = Next(ref state);
            b = Next(ref state);
            c = Next(ref state);
            d = Next(ref state);
        }
    }

    /// <returns>An independent stream; which one depends on how many were taken before.</returns>
    public Draw Fork() => new(unchecked((long)Bits()));

    /// <param name="below">Above zero.</param>
    /// <returns>0 to <paramref name="below"/> - 1.</returns>
    public int Below(int below) => unchecked((int)(((Bits() >> 32) * (ulong)(uint)below) >> 32));

    /// <returns>0 up to, not including, 1.</returns>
    public double Share() => (Bits() >> 11) * (1.0 / (1UL << 53));

    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = Below(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    private ulong Bits()
    {
        unchecked
        {
            var result = BitOperations.RotateLeft(b * 5, 7) * 9;
            var shifted = b << 17;
            c ^= a;
            d ^= b;
            b ^= c;
            a ^= d;
            c ^= shifted;
            d = BitOperations.RotateLeft(d, 45);
            return result;
        }
    }

    /// <summary>splitmix64: spreads a seed over the whole state, zero too.</summary>
    private static ulong Next(ref ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }
}

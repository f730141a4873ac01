namespace DigitalTwin.VirtualPlant.Chance;

/// <summary>A small seeded random generator (PCG-XSH-RR 64/32) whose whole state can be stored.</summary>
/// <remarks>Each machine and purpose has its own, so that a draw more in one place does not change what happens in another.</remarks>
internal sealed class Generator
{
    public ulong State { get; set; }
    public ulong Increment { get; set; }

    /// <param name="purpose">Names the stream, e.g. <c>Cell3.Robot/life</c>.</param>
    public static Generator For(long seed, string purpose)
    {
        unchecked
        {
            var stream = 14695981039346656037UL;   // FNV-1a: string.GetHashCode differs from run to run
            foreach (var letter in purpose)
                stream = (stream ^ letter) * 1099511628211UL;
            var generator = new Generator { State = (ulong)seed * 0x9E3779B97F4A7C15UL ^ stream, Increment = stream << 1 | 1UL };
            generator.Next();
            generator.Next();
            return generator;
        }
    }

    public uint Next()
    {
        unchecked
        {
            var old = State;
            State = old * 6364136223846793005UL + Increment;
            var shifted = (uint)((old >> 18 ^ old) >> 27);
            var turn = (int)(old >> 59);
            return shifted >> turn | shifted << (-turn & 31);
        }
    }

    /// <summary>Between 0 and 1, neither included.</summary>
    public double Uniform() => (Next() + 0.5) / 4294967296.0;

    public double Between(double low, double high) => low + (high - low) * Uniform();

    /// <summary>Mean 0, standard deviation 1.</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>A life that ends with probability 63 % before <paramref name="scale"/>.</summary>
    /// <param name="shape">1: as likely to end when young as when old; above 1: it wears out.</param>
    public double Weibull(double scale, double shape) => scale * Math.Pow(-Math.Log(Uniform()), 1 / shape);
}

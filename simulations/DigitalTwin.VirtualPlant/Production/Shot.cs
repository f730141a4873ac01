using System.Globalization;
using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>
/// All that a waveform of vibration depends on. It stands for the waveform in the plant's memory, which would grow by half a megabyte otherwise, and
/// the waveform is made of it where it is sent: the same each time.
/// </summary>
/// <param name="Purpose">Names the machine and the moment, and so the noise.</param>
/// <param name="ShaftHertz">Speed of the shaft.</param>
/// <param name="Healthy">Vibration velocity (RMS) that a new machine would have, mm/s.</param>
/// <param name="Flaw">What the worn bearing adds (RMS); the squares of both add up to that of the whole.</param>
internal sealed record Shot(long Seed, string Purpose, double ShaftHertz, double Healthy, double Flaw)
{
    /// <param name="total">Vibration velocity (RMS) of the machine as it is.</param>
    public static Shot Of(long seed, string purpose, double shaftHertz, double healthy, double total) =>
        new(seed, purpose, shaftHertz, healthy, Math.Sqrt(Math.Max(0, total * total - healthy * healthy)));

    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Seed};{Purpose};{ShaftHertz:R};{Healthy:R};{Flaw:R}");

    public static Shot Read(string text)
    {
        var parts = text.Split(';');
        return new(long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], Number(parts[2]), Number(parts[3]), Number(parts[4]));

        static double Number(string part) => double.Parse(part, CultureInfo.InvariantCulture);
    }

    /// <returns>Vibration velocity, mm/s.</returns>
    public float[] Waveform(VibrationParameters vibration, BearingParameters bearing)
    {
        var chance = Generator.For(Seed, Purpose);
        var flaw = Flaw > 0 ? FlawWaveform(vibration, bearing, Generator.For(Seed, $"{Purpose}/flaw")) : new double[vibration.Samples];
        var (once, twice) = (chance.Uniform(), chance.Uniform());
        var values = new float[vibration.Samples];
        for (var i = 0; i < values.Length; i++)
        {
            var turns = ShaftHertz * i / vibration.SampleHertz;
            // Unbalance once a turn, misalignment twice, and noise: an RMS of 1 together.
            var healthy = 0.75 * Math.Sqrt(2) * Math.Sin(Math.Tau * (turns + once)) + 0.35 * Math.Sqrt(2) * Math.Sin(Math.Tau * (2 * turns + twice)) + 0.5612 * chance.Normal();
            values[i] = (float)(Healthy * healthy + Flaw * flaw[i]);
        }
        return values;
    }

    /// <summary>Each ball pushes the shaft aside, and strikes something that rings: a line of the spectrum at the bearing's frequency, and bursts. An RMS of 1.</summary>
    private double[] FlawWaveform(VibrationParameters vibration, BearingParameters bearing, Generator chance)
    {
        var (values, strikes) = (new double[vibration.Samples], bearing.OuterRaceHertz(ShaftHertz));
        var ring = (int)Math.Ceiling(6 * bearing.RingSeconds * vibration.SampleHertz);
        // Balls slip a little, so no strike comes exactly in time.
        for (var strike = -1.0 * chance.Uniform(); strike / strikes < vibration.Samples / vibration.SampleHertz; strike++)
        {
            var at = (strike + 0.015 * chance.Normal()) / strikes;
            var first = Math.Max(0, (int)Math.Ceiling(at * vibration.SampleHertz));
            for (var i = first; i < Math.Min(values.Length, first + ring); i++)
            {
                var since = i / vibration.SampleHertz - at;
                values[i] += Math.Exp(-since / bearing.RingSeconds) * Math.Sin(Math.Tau * bearing.ResonanceHertz * since);
            }
        }
        var rms = Math.Sqrt(values.Average(value => value * value));
        var phase = chance.Uniform();
        for (var i = 0; i < values.Length; i++)
            values[i] = 0.6 * Math.Sqrt(2) * Math.Sin(Math.Tau * (strikes * i / vibration.SampleHertz + phase)) + (rms > 0 ? 0.8 * values[i] / rms : 0);
        return values;
    }
}

using System.Numerics;
using System.Runtime.InteropServices;

namespace DigitalTwin.Historian.Waveforms;

/// <summary>What a waveform says in a few numbers.</summary>
internal static class WaveformFeatures
{
    public static ContentReference Of(ContentReference bare, ReadOnlySpan<byte> content, double? sampleRate)
    {
        var values = Values(bare.Format, content);
        var told = bare with { Samples = values.Length, SampleRate = sampleRate };
        if (values.Length == 0 || values.Any(value => !double.IsFinite(value))) return told;
        var mean = values.Average();
        var (peak, second, fourth) = (0.0, 0.0, 0.0);
        for (var i = 0; i < values.Length; i++)
        {
            var deviation = values[i] -= mean;
            peak = Math.Max(peak, Math.Abs(deviation));
            second += deviation * deviation;
            fourth += deviation * deviation * deviation * deviation;
        }
        second /= values.Length;
        fourth /= values.Length;
        var rms = Math.Sqrt(second);
        var moves = rms > 1e-12 * Math.Abs(mean) && rms > 0;
        return told with
        {
            Mean = ContentReference.Rounded(mean), Rms = ContentReference.Rounded(rms), Peak = ContentReference.Rounded(peak),
            Crest = moves ? ContentReference.Rounded(peak / rms) : null, Kurtosis = moves ? ContentReference.Rounded(fourth / second / second) : null,
            DominantHertz = moves && sampleRate is { } rate ? ContentReference.Rounded(Dominant(values, rate)) : null,
        };
    }

    /// <remarks>Little endian, as the link says; a rest that is no whole number is left out.</remarks>
    private static double[] Values(string format, ReadOnlySpan<byte> content)
    {
        if (format == ContentFormat.F64) return MemoryMarshal.Cast<byte, double>(content).ToArray();
        var narrow = MemoryMarshal.Cast<byte, float>(content);
        var values = new double[narrow.Length];
        for (var i = 0; i < values.Length; i++) values[i] = narrow[i];
        return values;
    }

    /// <summary>The strongest line of the spectrum; between two lines, where the parabola through it and its neighbours has its top.</summary>
    /// <param name="values">Without their mean.</param>
    private static double Dominant(double[] values, double rate)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)values.Length);
        var line = new Complex[size];
        for (var i = 0; i < values.Length; i++)
            line[i] = values[i] * (0.5 - 0.5 * Math.Cos(2 * Math.PI * i / values.Length));   // Hann: a strong line does not hide others in its leakage
        Transform(line);
        var strongest = 1;
        for (var i = 2; i < size / 2; i++)
            if (line[i].Magnitude > line[strongest].Magnitude) strongest = i;
        if (strongest + 1 >= size) return rate / 2;
        var (before, at, after) = (line[strongest - 1].Magnitude, line[strongest].Magnitude, line[strongest + 1].Magnitude);
        var curve = before - 2 * at + after;
        return (strongest + (curve < 0 ? 0.5 * (before - after) / curve : 0)) * rate / size;
    }

    /// <summary>Cooley and Tukey's, in place; the length is a power of two.</summary>
    private static void Transform(Complex[] line)
    {
        for (int i = 1, j = 0; i < line.Length; i++)
        {
            var bit = line.Length >> 1;
            for (; (j & bit) != 0; bit >>= 1) j ^= bit;
            j ^= bit;
            if (i < j) (line[i], line[j]) = (line[j], line[i]);
        }
        for (var length = 2; length <= line.Length; length <<= 1)
        {
            var step = Complex.FromPolarCoordinates(1, -2 * Math.PI / length);
            for (var from = 0; from < line.Length; from += length)
            {
                var turn = Complex.One;
                for (var i = from; i < from + length / 2; i++, turn *= step)
                {
                    var odd = line[i + length / 2] * turn;
                    (line[i], line[i + length / 2]) = (line[i] + odd, line[i] - odd);
                }
            }
        }
    }
}

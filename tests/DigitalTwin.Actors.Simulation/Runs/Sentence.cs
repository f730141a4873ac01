using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace DigitalTwin.Actors.Simulation.Runs;

/// <summary>A claim, or a line of a run's history, put into words only when somebody will read it: there are millions of both.</summary>
[InterpolatedStringHandler]
internal readonly struct Sentence
{
    private readonly StringBuilder? text;

    public Sentence(int literalLength, int formattedCount, bool holds, out bool writes)
    {
        writes = !holds;
        text = writes ? new StringBuilder(literalLength + (16 * formattedCount)) : null;
    }

    public Sentence(int literalLength, int formattedCount, World world, out bool writes)
        : this(literalLength, formattedCount, !world.Recorded, out writes) { }

    public void AppendLiteral(string value) => text!.Append(value);

    public void AppendFormatted<T>(T value, string? format = null) =>
        text!.Append(value is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : value?.ToString());

    public override string ToString() => text?.ToString() ?? "";
}

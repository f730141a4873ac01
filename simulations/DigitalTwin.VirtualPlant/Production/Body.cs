using System.Globalization;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>A vehicle body on its way through the line.</summary>
/// <param name="Number">Counted from 1 in the order in which bodies enter.</param>
/// <param name="Defective">At least one weld of at least one cell was bad.</param>
internal readonly record struct Body(int Number, bool Defective)
{
    public string Id => string.Create(CultureInfo.InvariantCulture, $"B{Number:D6}");
}

using System.Globalization;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>A vehicle body on its way through the plant.</summary>
/// <param name="Number">Counted from 1 in the order in which bodies enter.</param>
/// <param name="Defective">At least one weld of at least one cell was bad.</param>
/// <param name="PaintFault">Its top coat is dirty, has a run, or is not cured.</param>
/// <param name="Uncured">The oven was too cold or too hot for it.</param>
/// <param name="Reworks">How often its paint was reworked.</param>
internal readonly record struct Body(int Number, bool Defective, int Model = 0, int Colour = 0, bool PaintFault = false, int Reworks = 0, bool Uncured = false)
{
    public string Id => string.Create(CultureInfo.InvariantCulture, $"B{Number:D6}");
}

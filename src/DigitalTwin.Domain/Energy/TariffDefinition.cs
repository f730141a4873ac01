using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Domain.Energy;

/// <param name="Currency">ISO 4217, e.g. EUR.</param>
/// <param name="PricePerKwh">Where no window says otherwise; may be below 0.</param>
/// <param name="PeakLimitKw">Highest mean power of a quarter of an hour that the contract allows; null: none is agreed.</param>
/// <param name="PeakPricePerKw">For the highest quarter of an hour of the contract's period; null: it costs nothing.</param>
public sealed record TariffDefinition(string Currency, double PricePerKwh, IReadOnlyList<TariffWindow> Windows, double? PeakLimitKw, double? PeakPricePerKw);

/// <param name="Time">When, as shifts are: local times on days of the week, without breaks. No two windows overlap.</param>
public sealed record TariffWindow(ShiftDefinition Time, double PricePerKwh);

using DigitalTwin.Domain.Calendars;

namespace DigitalTwin.Domain.Contexts;

/// <summary>What a sample belongs to; null where that is not known.</summary>
/// <param name="Vehicle">Null also where there is none: an antenna that reads nothing looks the same.</param>
/// <param name="Order">As the plant says it, else the work order of the vehicle on its line.</param>
/// <param name="Variant">Model, colour, recipe: what is made.</param>
/// <param name="Shift">Null between shifts.</param>
public sealed record Context(string? Vehicle, string? Order, string? Variant, string? Operator, string? Shift);

/// <summary>A stretch of plant time with one context.</summary>
public sealed record ContextSpan(Period Time, Context Context);

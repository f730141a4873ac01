using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Contexts;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian;

namespace DigitalTwin.Host.Api;

/// <summary>A stay of a vehicle in a station.</summary>
public sealed record Visit(string Station, ContextSpan Span);

/// <summary>
/// Context at source time, from the samples of vehicle, order, variant and operator in the historian: an as-of look-up, so that a late
/// sample of either side is right as soon as it is stored.
/// </summary>
public sealed class ContextHistory(SampleHistory history, PlantDefinition plant)
{
    /// <summary>How far before a window the value that holds at its start is looked for, step by step: a body changes every minute, a line may stand for a weekend.</summary>
    private static readonly TimeSpan[] Back = [TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(31)];

    private readonly ShiftCalendar calendar = ShiftCalendar.Of(plant);
    private readonly string[] stations = [.. plant.Signals.Where(signal => signal.Role == SignalRole.Vehicle).Select(signal => signal.Owner)];

    /// <param name="place">Id of a line, station or machine.</param>
    public async Task<IReadOnlyList<ContextSpan>> OfAsync(string place, Period window, CancellationToken cancellation)
    {
        ContextSources sources = ContextSources.Of(plant, place);
        return ContextTimeline.Of(sources, await SamplesAsync(sources.Signals, window, cancellation), calendar, window);
    }

    /// <inheritdoc cref="OfAsync"/>
    public async Task<IReadOnlyList<ContextSpanView>> ViewAsync(string place, Period window, CancellationToken cancellation)
    {
        string station = ContextSources.Of(plant, place).Station;
        return [.. (await OfAsync(place, window, cancellation)).Select(span => ContextSpanView.Of(station, span))];
    }

    /// <returns>By time; a station that a vehicle came back to has several.</returns>
    public async Task<IReadOnlyList<Visit>> OfVehicleAsync(string vehicle, Period window, CancellationToken cancellation)
    {
        ContextSources[] all = [.. stations.Select(station => ContextSources.Of(plant, station))];
        ILookup<string, Sample> samples = await SamplesAsync(all.SelectMany(sources => sources.Signals), window, cancellation);
        return [.. all.SelectMany(sources => ContextTimeline.Of(sources, samples, calendar, window)
            .Where(span => span.Context.Vehicle == vehicle).Select(span => new Visit(sources.Station, span))).OrderBy(visit => visit.Span.Time.From)];
    }

    private async Task<ILookup<string, Sample>> SamplesAsync(IEnumerable<SignalDefinition> signals, Period window, CancellationToken cancellation)
    {
        string[] ids = [.. signals.Select(signal => signal.Id).Distinct()];
        var found = new List<Sample>(await history.ReadAsync(ids, window.From - Back[0], window.To, cancellation));
        for (int step = 1; step < Back.Length; step++)
        {
            string[] silent = [.. ids.Except(found.Where(sample => sample.SourceTime <= window.From).Select(sample => sample.Signal))];
            if (silent.Length > 0)
                found.AddRange(await history.ReadAsync(silent, window.From - Back[step], window.From - Back[step - 1], cancellation));
        }

        return found.ToLookup(sample => sample.Signal);
    }
}

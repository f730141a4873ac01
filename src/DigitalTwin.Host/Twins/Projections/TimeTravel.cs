using System.Globalization;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Host.Twins.Cuts;

namespace DigitalTwin.Host.Twins.Projections;

/// <summary>A moment as somebody asks for it: a plant time, or an offset of the journal.</summary>
public readonly record struct AskedMoment(DateTimeOffset? Time, long? Offset);

/// <summary>What there is of a moment.</summary>
public abstract record Moment
{
    private Moment() { }

    /// <param name="At">The time asked for; for an offset the newest plant time reported by then, null before the first report.</param>
    public sealed record Found(Cut Cut, DateTimeOffset? At) : Moment;

    public sealed record Refused(string Why) : Moment;
}

/// <summary>The plant at any moment that its journal tells of.</summary>
public sealed class TimeTravel(TwinModel model, TimeIndex times, CutHistory history, IJournalReader journal, PlantTime plantTime)
{
    public AskedMoment Now => new(null, model.Offset);

    public Task<Moment> AtAsync(AskedMoment asked, CancellationToken cancellation) =>
        asked.Time is { } time ? AtAsync(time, cancellation) : AtAsync(asked.Offset ?? 0, cancellation);

    private async Task<Moment> AtAsync(DateTimeOffset time, CancellationToken cancellation)
    {
        if (times.First is not { } first)
            return new Moment.Refused("Nothing was reported in this plant yet.");
        if (time < first)
            return new Moment.Refused($"{Text(time)} lies before the first report, of {Text(first)}; ask for that time or a later one.");
        DateTimeOffset now = plantTime.GetUtcNow();
        if (time > now && !(time <= model.Now.PlantTime))
            return new Moment.Refused($"{Text(time)} lies in the future: plant time is {Text(now)}.");
        long offset = await Task.Run(() => times.OffsetAt(time, journal), cancellation);
        return new Moment.Found(await CutAsync(Math.Min(offset, model.Offset), cancellation), time);
    }

    private async Task<Moment> AtAsync(long offset, CancellationToken cancellation)
    {
        if (offset < 0 || offset > model.Offset)
            return new Moment.Refused(string.Create(CultureInfo.InvariantCulture, $"Offset {offset} is not one of this journal, which goes from 0 (nothing) to {model.Offset} now."));
        Cut cut = await CutAsync(offset, cancellation);
        return new Moment.Found(cut, cut.PlantTime);
    }

    private async Task<Cut> CutAsync(long offset, CancellationToken cancellation) =>
        model.Now is var now && now.Offset == offset ? now : await history.AtAsync(offset, cancellation);

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

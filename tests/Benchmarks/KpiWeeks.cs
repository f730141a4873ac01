using System.Diagnostics;
using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Kpis;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Domain.Units;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Host.Twins;
using DigitalTwin.Host.Twins.Projections;
using DigitalTwin.Host.Twins.Stops;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// How long key figures over weeks take: eight weeks of one station that makes an item a minute, with a short stop every twenty and a breakdown of
/// ten minutes every two hundred, as the host stores it. Beside each figure: the same events only read, and read and decoded.
/// </summary>
public static class KpiWeeks
{
    private const int Weeks = 8;
    private const int Rounds = 3;
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 5, 0, 0, TimeSpan.Zero);

    public static void Run(TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("dt-bench-").FullName;
        try
        {
            var path = Path.Combine(AppContext.BaseDirectory, "../../../../../simulations/plants/first-line.json");
            var plant = PlantFile.Read(File.ReadAllBytes(path)) is PlantReading.Valid valid ? valid.Plant : throw new InvalidOperationException("the plant is not valid");
            var station = plant.Stations.First(each => each.Id == plant.Lines.First().ConstraintStation);
            using var journal = SqliteJournal.Open(new SqliteJournalOptions(folder, "bench"));
            var stored = Store(journal, station.Id);
            var times = new TimeIndex();
            long offset = 0;
            while (journal.ReadAll(offset, 1000) is { Count: > 0 } page)
            {
                foreach (var each in page) times.Take(each);
                offset = page[^1].Offset;
            }

            var end = Start.AddDays(7 * Weeks);
            var clock = new PlantClock(TimeProvider.System);
            var now = new PlantTime(clock, () => end);
            var history = new UnitHistory(journal, new LiveValues(plant.Signals, clock, TimeProvider.System), now, plant);
            var kpis = new KpiReader(ShiftCalendar.Of(plant), history, times, journal, StopReasons.Of(plant), now);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Key figures: {stored:N0} events of one station in {Weeks} weeks; seconds, the fastest of {Rounds} rounds"));
            var read = Best(() => Walk(journal, station.Id, _ => { }));
            var decoded = Best(() => Walk(journal, station.Id, each => EventCatalogs.Units.Decode(each.Name, each.Payload)));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  all events only read {read:0.00}, and decoded {decoded:0.00}"));
            foreach (var (grain, days) in new[] { (ReportingGrain.Shift, 2), (ReportingGrain.Day, 14), (ReportingGrain.Week, 28), (ReportingGrain.Shift, 28), (ReportingGrain.Week, 56) })
            {
                var periods = 0;
                var seconds = Best(() => periods = kpis.Of(station, grain, new Period(end.AddDays(-days), end)).Count);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {days} days by {grain}: {periods} periods, {seconds:0.00}"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Best(Action measured) => Enumerable.Range(0, Rounds).Min(_ =>
    {
        var clock = Stopwatch.StartNew();
        measured();
        return clock.Elapsed.TotalSeconds;
    });

    private static void Walk(SqliteJournal journal, string id, Action<StoredEvent> each)
    {
        for (long seq = 0; journal.ReadEntity(new EntityId(id), seq, 1000) is { Count: > 0 } page; seq = page[^1].Seq)
            foreach (var stored in page) each(stored);
    }

    private static int Store(SqliteJournal journal, string id)
    {
        var lease = journal.Acquire(new ShardId("all"), "history", TimeSpan.FromHours(1)).Lease!;
        var results = new AppendResult[1];
        var count = 0;
        foreach (var part in Events().Chunk(5000))
        {
            List<NewEvent> events = [.. part.Select(EventCatalogs.Units.Encode).Select(encoded => new NewEvent(encoded.Name, encoded.At!.Value, encoded.Payload))];
            journal.Append([new Append(lease, new EntityId(id), count, events)], DateTimeOffset.UtcNow, results);
            if (results[0].Status != AppendStatus.Stored) throw new InvalidOperationException(results[0].Why);
            count += events.Count;
        }

        journal.Release(lease);
        return count;
    }

    private static IEnumerable<UnitEvent> Events()
    {
        var state = PackmlState.Idle;
        var (item, at, end) = (0L, Start, Start.AddDays(7 * Weeks));
        while (at < end)
        {
            item++;
            var vehicle = $"WB-{item}";
            yield return new UnitEvent.VehicleEntered("vehicle", vehicle, at);
            yield return To(PackmlState.Execute, at);
            var done = at.AddSeconds(52);
            yield return new UnitEvent.Counted("produced", SignalRole.ProducedCount, 1, item, item, vehicle, done);
            yield return new UnitEvent.Counted("good", SignalRole.GoodCount, 1, item, item, vehicle, done);
            yield return new UnitEvent.VehicleLeft("vehicle", vehicle, done);
            at = at.AddSeconds(60);
            if (item % 200 == 0)
            {
                yield return To(PackmlState.Aborted, done.AddSeconds(1));
                yield return new UnitEvent.FaultRaised("fault", 4711, done.AddSeconds(1));
                at = at.AddMinutes(10);
                yield return new UnitEvent.FaultCleared("fault", 4711, at);
            }
            else if (item % 20 == 0)
            {
                yield return To(PackmlState.Held, done.AddSeconds(1));
                at = at.AddSeconds(30);
            }
            else
            {
                yield return To(PackmlState.Suspended, done);
            }
        }

        UnitEvent.StateChanged To(PackmlState next, DateTimeOffset when)
        {
            var changed = new UnitEvent.StateChanged("state", state, next, when, Legal: true, AfterGap: false);
            state = next;
            return changed;
        }
    }
}

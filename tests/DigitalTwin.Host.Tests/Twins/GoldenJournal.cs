using System.IO.Compression;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Host.Twins;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Host.Tests.Twins;

/// <summary>A journal that a released version wrote (twenty seconds of the first line at twenty times its speed), unpacked for one test.</summary>
internal sealed class GoldenJournal : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder folder = new();

    public GoldenJournal(string version)
    {
        Unpack($"{version}.db.gz", "journal.db");
        Unpack($"{version}.head.gz", "journal.head");
    }

    public string Folder => folder.Path;

    public SqliteJournal Open() => SqliteJournal.Open(new SqliteJournalOptions(Folder, "leipzig"));

    public static string Place(string file) => Path.Combine(AppContext.BaseDirectory, "Golden", "Journals", file);

    /// <summary>One line for each twin: its id, the number of its events, its state; as the engine recovers them.</summary>
    public static async Task<string[]> StatesAsync(SqliteJournal journal, EntitySystemOptions? options = null)
    {
        await using var system = new EntitySystem(journal, options ?? new EntitySystemOptions());
        var lines = system.Add(TwinBehaviors.Line);
        var units = system.Add(TwinBehaviors.Machine);
        var orders = system.Add(TwinBehaviors.WorkOrder);
        var states = new List<string>();
        foreach ((EntityId id, string first) in Entities(journal))
        {
            states.Add(first.Split('.')[0] switch
            {
                "line" => Line(id, await lines.QueryAsync(id, Patience)),
                "work-order" => Line(id, await orders.QueryAsync(id, Patience)),
                _ => Line(id, await units.QueryAsync(id, Patience)),
            });
        }

        return [.. states];
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Each entity with the name of its first event, which tells its kind.</summary>
    private static IEnumerable<(EntityId Id, string First)> Entities(SqliteJournal journal)
    {
        var first = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (long after = 0; journal.ReadAll(after, 1000) is { Count: > 0 } page; after = page[^1].Offset)
        {
            foreach (StoredEvent stored in page) first.TryAdd(stored.Entity.Value, stored.Name);
        }

        return first.Select(pair => (new EntityId(pair.Key), pair.Value));
    }

    private static string Line<T>(EntityId id, EntityState<T> state) => $"{id} {state.Seq} {RunningTwins.Text(state.State)}";

    private void Unpack(string packed, string name)
    {
        using var zip = new GZipStream(File.OpenRead(Place(packed)), CompressionMode.Decompress);
        using FileStream file = File.Create(Path.Combine(Folder, name));
        zip.CopyTo(file);
    }
}

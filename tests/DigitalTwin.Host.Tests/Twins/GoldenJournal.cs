using System.IO.Compression;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Host.Twins;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Host.Tests.Twins;

/// <summary>A journal that a released version wrote (some twenty seconds or more of the first line at twenty times its speed), unpacked for one test.</summary>
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

    /// <summary>A journal with the first events of this one.</summary>
    public void CopyTo(string folder, long until)
    {
        using SqliteMoment moment = SqliteMoment.Open(Folder);
        using var copy = new SqliteRestore(folder);
        copy.Begin(moment.Plant);
        JournalHead head = JournalHead.Empty;
        foreach (JournalRow row in moment.Rows().TakeWhile(row => row.Offset <= until))
        {
            copy.Add(row);
            head = new JournalHead(row.Offset, row.Hash);
        }

        copy.Complete(head, moment.Epoch, []);
    }

    /// <summary>Takes out, of each entity, what is before its last event up to an offset.</summary>
    public static long RemoveBefore(string folder, long offset)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "journal.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "DELETE FROM events WHERE offset <= $offset AND seq < (SELECT max(seq) FROM events AS last WHERE last.entity = events.entity AND last.offset <= $offset)";
        command.Parameters.AddWithValue("$offset", offset);
        return command.ExecuteNonQuery();
    }

    public static string Place(string file) => Path.Combine(AppContext.BaseDirectory, "Golden", "Journals", file);

    /// <summary>One line for each twin: its id, the number of its events, its state; as the engine recovers them.</summary>
    /// <param name="of">Null: all that the journal has events of.</param>
    public static async Task<string[]> StatesAsync(SqliteJournal journal, EntitySystemOptions? options = null, IEnumerable<EntityId>? of = null)
    {
        await using var system = new EntitySystem(journal, options ?? new EntitySystemOptions());
        var lines = system.Add(TwinBehaviors.Line);
        var units = system.Add(TwinBehaviors.Machine);
        var orders = system.Add(TwinBehaviors.WorkOrder);
        var states = new List<string>();
        foreach (EntityId id in of ?? Entities(journal))
        {
            string last = id.Value[(id.Value.LastIndexOf('.') + 1)..];
            if (last.StartsWith("order-", StringComparison.Ordinal))
                states.Add(Line(id, await orders.QueryAsync(id, Patience)));
            else if (last.StartsWith("line", StringComparison.Ordinal))
                states.Add(Line(id, await lines.QueryAsync(id, Patience)));
            else
                states.Add(Line(id, await units.QueryAsync(id, Patience)));
        }

        return [.. states];
    }

    public void Dispose() => folder.Dispose();

    private static IEnumerable<EntityId> Entities(SqliteJournal journal)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        for (long after = 0; journal.ReadAll(after, 1000) is { Count: > 0 } page; after = page[^1].Offset)
            found.UnionWith(page.Select(stored => stored.Entity.Value));
        // Not a twin: the engine's own.
        return found.Where(id => id != "dead-letters").Select(id => new EntityId(id));
    }

    private static string Line<T>(EntityId id, EntityState<T> state) => $"{id} {state.Seq} {RunningTwins.Text(state.State)}";

    private void Unpack(string packed, string name)
    {
        using var zip = new GZipStream(File.OpenRead(Place(packed)), CompressionMode.Decompress);
        using FileStream file = File.Create(Path.Combine(Folder, name));
        zip.CopyTo(file);
    }
}

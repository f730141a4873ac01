using System.Text;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Persistence.Backups;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Persistence.Sqlite;

/// <summary>Makes a journal from a backup in a folder beside the right one, and gives it the right name when it is whole and on disk.</summary>
/// <remarks>A restore that is killed leaves the folder beside, <c>journal.restoring-…</c>, which may be deleted.</remarks>
public sealed class SqliteRestore : IJournalTarget
{
    private readonly string folder;
    private readonly string making;
    private SqliteConnection? connection;
    private Statement? insert;
    private bool begun;

    /// <param name="folder">Becomes the journal's folder; missing or empty.</param>
    public SqliteRestore(string folder)
    {
        this.folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        making = $"{this.folder}.restoring-{Path.GetRandomFileName()}";
    }

    public void Begin(string plant)
    {
        if (Path.Exists(folder) && (File.Exists(folder) || Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new JournalRefusedException($"{folder} is not empty. Restore into a new data folder; a backup replaces nothing.");
        Directory.CreateDirectory(making);
        begun = true;
        connection = SqliteSchema.CreateUnsynced(making, plant);
        insert = new Statement(connection.Handle!, EventTable.Insertion);
    }

    public void Add(JournalRow row)
    {
        insert!.Bind(1, row.Offset);
        insert.BindText(2, Encoding.UTF8.GetBytes(row.Entity));
        insert.Bind(3, row.Seq);
        insert.BindText(4, Encoding.UTF8.GetBytes(row.Name));
        insert.Bind(5, row.At);
        insert.Bind(6, row.Recorded);
        insert.Bind(7, row.Payload.Span);
        insert.Bind(8, row.Crc);
        insert.Bind(9, row.Epoch);
        if (row.Command is { } command)
        {
            insert.BindText(10, Encoding.UTF8.GetBytes(command.Id));
            insert.Bind(11, command.Body);
        }
        else
        {
            insert.BindNull(10);
            insert.BindNull(11);
        }

        insert.Bind(12, row.Previous.Span);
        insert.Bind(13, row.Hash.Span);
        insert.Run();
    }

    public void Complete(JournalHead head, long epoch, IReadOnlyList<PendingWake> wakes)
    {
        foreach (var wake in wakes)
        {
            SqliteSchema.Scalar(
                connection!,
                "INSERT INTO wakes(entity, kind, due) VALUES ($entity, $kind, $due)",
                ("$entity", wake.Entity.Value), ("$kind", wake.Kind), ("$due", Microseconds.Of(wake.Due)));
        }

        SqliteSchema.Scalar(connection!, "UPDATE meta SET value = $epoch WHERE key = 'epoch'", ("$epoch", epoch));
        SqliteSchema.Scalar(connection!, "COMMIT");
        CloseFile();
        using (var file = File.OpenHandle(Path.Combine(making, SqliteSchema.FileName), FileMode.Open, FileAccess.ReadWrite)) RandomAccess.FlushToDisk(file);
        using (var witness = new HeadWitness(making)) witness.Write(head.Offset, head.Hash.Span);
        FolderSync.Flush(making);
        if (Directory.Exists(folder)) Directory.Delete(folder);
        Directory.Move(making, folder);
        begun = false;
        FolderSync.Flush(Path.GetDirectoryName(folder)!);
    }

    public void Dispose()
    {
        CloseFile();
        if (begun) Directory.Delete(making, recursive: true);
    }

    private void CloseFile()
    {
        insert?.Dispose();
        connection?.Dispose();
        (insert, connection) = (null, null);
    }
}

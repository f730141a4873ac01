using System.Diagnostics;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Backups;
using DigitalTwin.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Actors.Tests.Sqlite;

public sealed class FullDiskTests : IDisposable
{
    private readonly string disk = Directory.CreateTempSubdirectory("small-disk-").FullName;

    public void Dispose()
    {
        Mount("umount", disk);
        Directory.Delete(disk);
    }

    [SmallDiskFact]
    public void Fault_6_a_full_disk_refuses_appends_and_takes_them_again_when_there_is_room()
    {
        Mount("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk);
        var filler = Path.Combine(disk, "filler");
        File.WriteAllBytes(filler, new byte[1 << 20]);
        var folder = Path.Combine(disk, "journal");
        var stored = 0L;
        using (var journal = SqliteJournal.Open(new SqliteJournalOptions(folder, "leipzig")))
        {
            journal.Acquire(new ShardId("all"), "test", TimeSpan.FromMinutes(1));
            Assert.Throws<JournalFullException>(() =>
            {
                for (; stored < 10_000; stored++) Append(journal, stored);
            });
            Assert.Throws<JournalFullException>(() => Append(journal, stored));
            Assert.Equal(stored, journal.Head.Offset);

            File.Delete(filler);
            Append(journal, stored);
            Append(journal, stored + 1);
        }

        var report = JournalVerifier.Verify(folder);
        Assert.Equal((stored + 2, true), (report.Events, report.Whole));
    }

    [SmallDiskFact]
    public void Fault_6_neither_a_backup_nor_a_restore_leaves_anything_on_a_disk_that_was_full()
    {
        using var folder = new JournalFolder();
        using (var journal = folder.Open())
        {
            for (var seq = 0; seq < 60; seq++) JournalFolder.Append(journal, Noise(seq));
        }

        var backup = Path.Combine(folder.Path, "journal.backup");
        using (var moment = SqliteMoment.Open(folder.Path)) Assert.InRange(JournalBackup.Write(moment, backup).Bytes, 2_000_000, 8_000_000);

        Mount("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk);
        using (var moment = SqliteMoment.Open(folder.Path)) Assert.Throws<IOException>(() => JournalBackup.Write(moment, Path.Combine(disk, "journal.backup")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk));
        using (var target = new SqliteRestore(Path.Combine(disk, "journal")))
            Assert.Contains("full", Assert.Throws<SqliteException>(() => JournalBackup.Restore(backup, target)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk));
    }

    /// <summary>An event that no compression makes smaller.</summary>
    private static Append Noise(long seq)
    {
        var bytes = new byte[50_000];
        new Random((int)seq).NextBytes(bytes);
        return JournalFolder.Event("leipzig.body.cell1", seq) with { Events = [new NewEvent("cell.noted.v1", JournalFolder.At, bytes)] };
    }

    private static void Append(SqliteJournal journal, long seq)
    {
        var results = new AppendResult[1];
        journal.Append([JournalFolder.Event("leipzig.body.cell1", seq)], JournalFolder.At, results);
        Assert.Equal(AppendStatus.Stored, results[0].Status);
    }

    private static void Mount(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
    }

    private sealed class SmallDiskFactAttribute : FactAttribute
    {
        public SmallDiskFactAttribute()
        {
            if (!MayMount()) Skip = "Needs the right to mount a small tmpfs: Linux, as root.";
        }

        private static bool MayMount()
        {
            const int SysAdmin = 21;
            if (!OperatingSystem.IsLinux()) return false;
            var line = File.ReadLines("/proc/self/status").First(entry => entry.StartsWith("CapEff:", StringComparison.Ordinal));
            return (Convert.ToUInt64(line["CapEff:".Length..].Trim(), 16) >> SysAdmin & 1) == 1;
        }
    }
}

using System.Diagnostics;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Sqlite;

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
    public void A_full_disk_refuses_appends_and_takes_them_again_when_there_is_room()
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

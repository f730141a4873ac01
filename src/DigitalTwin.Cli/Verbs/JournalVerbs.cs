using System.CommandLine;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Backups;
using DigitalTwin.Persistence.Sqlite;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`journal`: how much is recorded, whether it is whole, and copies of it. All but `stat` of a host work on the store itself, also while a host runs.</summary>
internal static class JournalVerbs
{
    public static Command Create(Options options) => new("journal", "Look at the journal: every event that was recorded")
    {
        Verify(options), Stat(options), Dump(options), Backup(options), Restore(options), AcceptHead(options),
    };

    private static Verb Verify(Options options)
    {
        var place = new JournalPlace();
        var verb = new Verb("verify", "Check every event of a journal; needs no host, reads only, may run beside one", "twin journal verify --data ./data");
        place.AddTo(verb);
        verb.Runs(options, (session, parsed, _) =>
        {
            var report = JournalPlace.Guard("The journal cannot be read", () => place.Verify(parsed));
            if (session.Screen.IsJson) session.Screen.Json(report);
            else Show(report, place.Name(parsed), session.Screen);
            return Task.FromResult(report.Whole ? ExitCodes.Ok : ExitCodes.Error);
        });
        return verb;
    }

    private static void Show(JournalReport report, string where, Screen screen)
    {
        foreach (var fault in report.Faults) screen.Line(Line(fault));
        if (report.Faults.Count == JournalReport.MaxFaults) screen.Line($"Only the first {JournalReport.MaxFaults} faults are named.");
        screen.Line($"{where}: {(report.Whole ? "whole" : "NOT WHOLE")}, {report.Events} events of {report.Entities} entities, head offset {report.HeadSeq}, head hash {report.HeadHash}");
    }

    private static string Line(JournalFault fault) =>
        $"FAULT  {(fault.Offset is { } offset ? $"offset {offset}" : "file")}  {fault.Entity ?? Words.Absent}  {fault.Fault}";

    private static Verb Stat(Options options)
    {
        var place = new JournalPlace();
        var verb = new Verb("stat", "Show how much is recorded: by the running host, or of a journal given with --data or --postgres", "twin journal stat");
        place.AddTo(verb);
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            if (place.IsGiven(parsed)) Show(Read(place, parsed, stopped), session.Screen);
            else await StatOfHost(session, stopped);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static JournalStat Read(JournalPlace place, ParseResult parsed, CancellationToken stopped) => JournalPlace.Guard("The journal cannot be read", () =>
    {
        using var moment = place.Open(parsed);
        using var progress = new HowFar("Read");
        return JournalStat.Of(moment, progress.Report, stopped);
    });

    private static void Show(JournalStat stat, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(stat);
            return;
        }

        screen.Line($"{stat.Events} events of {stat.Entities} entities, head offset {stat.HeadOffset}, head hash {stat.HeadHash}");
        screen.Line($"plant {stat.Plant}, format {stat.Schema}, newest epoch {stat.Epoch}, {stat.Wakes} durable timers");
        screen.Line($"{Words.Number(stat.Bytes / 1e6)} MB, {Words.Number(stat.PayloadBytes / 1e6)} MB of them payload; recorded {Words.Time(stat.FirstRecorded)} to {Words.Time(stat.LastRecorded)}");
        if (stat.Complaint is { } complaint) screen.Line($"NOT WHOLE: {complaint}");
        var names = Screen.Columns("events", "name");
        foreach (var name in stat.Names) names.AddRow(Words.Number(name.Events), name.Name);
        if (stat.Names.Count > 0) screen.Show(names);
    }

    private static async Task StatOfHost(Session session, CancellationToken stopped)
    {
        var sent = await session.Host.Get("api/v1/journal", stopped);
        if (session.Screen.IsJson)
        {
            session.Screen.Json(sent);
            return;
        }

        var journal = sent.As<JournalShape>();
        session.Screen.Line($"{journal.Events} events of {journal.Entities} entities, head offset {journal.HeadOffset}, head hash {journal.HeadHash ?? Words.Absent}");
        if (journal.Store is { } store) session.Screen.Line($"store {store}, {Words.Number(journal.Lag)} events not yet in what is shown");
        if (journal.Commits is not { } commits) return;
        session.Screen.Line(
            $"{commits.Seen} commits since the host started: half within {Words.Number(commits.P50Milliseconds, "0.0")} ms, 99 % within {Words.Number(commits.P99Milliseconds, "0.0")} ms; "
            + $"the newest {Words.Number(commits.LastMilliseconds, "0.0")} ms for {commits.LastEntities} twins");
    }

    private static Verb Dump(Options options)
    {
        var place = new JournalPlace();
        var verb = new Verb("dump", "Print every event as one line of JSON, with all that is stored of it", "twin journal dump --data ./data");
        place.AddTo(verb);
        verb.Runs(options, (_, parsed, stopped) =>
        {
            var report = JournalPlace.Guard("The journal cannot be printed", () =>
            {
                using var moment = place.Open(parsed);
                using var output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
                return JournalBackup.Dump(moment, output, stopped);
            });
            foreach (var fault in report.Faults) Screen.Notice(Line(fault));
            return Task.FromResult(report.Whole ? ExitCodes.Ok : ExitCodes.Error);
        });
        return verb;
    }

    private static Verb Backup(Options options)
    {
        var (place, file) = (new JournalPlace(), new Argument<FileInfo>("FILE") { Description = "The file to make; must not exist" });
        var verb = new Verb("backup", "Copy a journal into one file, checked event by event; may run beside the host", "twin journal backup journal.backup --data ./data") { file };
        place.AddTo(verb);
        verb.Runs(options, (session, parsed, stopped) =>
        {
            var path = parsed.GetRequiredValue(file).FullName;
            var written = JournalPlace.Guard("The journal was not backed up", () =>
            {
                using var moment = place.Open(parsed);
                using var progress = new HowFar("Backed up");
                return JournalBackup.Write(moment, path, progress.Report, stopped);
            });
            Show(written, $"{path}: backup of", session.Screen);
            return Task.FromResult(ExitCodes.Ok);
        });
        return verb;
    }

    private static Verb Restore(Options options)
    {
        var (place, file) = (new JournalPlace(), new Argument<FileInfo>("FILE") { Description = "A file that `twin journal backup` has made" });
        var verb = new Verb("restore", "Make a journal from a backup in a place that has none; all of it or nothing", "twin journal restore journal.backup --data ./restored") { file };
        place.AddTo(verb);
        verb.Runs(options, (session, parsed, stopped) =>
        {
            var path = parsed.GetRequiredValue(file).FullName;
            if (!File.Exists(path)) throw new ProblemException(Problem.NotFound($"There is no backup {path}."));
            var restored = JournalPlace.Guard("The backup was not restored", () =>
            {
                using var target = place.Empty(parsed);
                using var progress = new HowFar("Restored");
                return JournalBackup.Restore(path, target, progress.Report, stopped);
            });
            Show(restored, $"{place.Name(parsed)}: restored", session.Screen);
            return Task.FromResult(ExitCodes.Ok);
        });
        return verb;
    }

    private static void Show(BackupSummary summary, string done, Screen screen)
    {
        if (screen.IsJson) screen.Json(summary);
        else screen.Line($"{done} plant {summary.Plant}, {summary.Events} events, head offset {summary.HeadOffset}, head hash {summary.HeadHash}, {Words.Number(summary.Bytes / 1e6)} MB");
    }

    private static Verb AcceptHead(Options options)
    {
        var place = new JournalPlace();
        var yes = new Option<bool>("--yes") { Description = "Yes: events that were acknowledged after the present end stay lost" };
        var verb = new Verb("accept-head", "Take a journal's present end as its head, where journal.head is missing or has seen more; the host must not run", "twin journal accept-head --data ./data --yes") { yes };
        place.AddFolderTo(verb);
        verb.Runs(options, (session, parsed, _) =>
        {
            if (!parsed.GetValue(yes)) throw new ProblemException(Problem.Invalid("This forgets that events may be missing at the end of the journal. Look with `twin journal verify` first, then say --yes."));
            var head = JournalPlace.Guard("The journal was not accepted", () => SqliteJournal.AcceptHead(place.Folder(parsed)));
            session.Screen.Line($"{place.Folder(parsed)}: accepted, head offset {head.Offset}");
            return Task.FromResult(ExitCodes.Ok);
        });
        return verb;
    }
}

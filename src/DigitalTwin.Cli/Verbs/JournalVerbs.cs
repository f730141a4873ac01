using System.CommandLine;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`journal`: how much is recorded, and whether it is whole.</summary>
internal static class JournalVerbs
{
    public static Command Create(Options options) => new("journal", "Look at the journal: every event that was recorded") { Verify(options), Stat(options), AcceptHead(options) };

    private static Verb Verify(Options options)
    {
        var data = Data();
        var verb = new Verb("verify", "Check every event of a journal on disk; needs no host, reads only, may run beside one", "twin journal verify --data ./data") { data };
        verb.Runs(options, (session, parsed, _) => Task.FromResult(Verify(parsed.GetRequiredValue(data), session.Screen)));
        return verb;
    }

    private static int Verify(DirectoryInfo data, Screen screen)
    {
        var folder = Path.Combine(data.FullName, "journal");
        JournalReport report;
        try
        {
            report = JournalVerifier.Verify(folder);
        }
        catch (FileNotFoundException missing)
        {
            throw new ProblemException(Problem.NotFound($"{missing.Message} Name the host's data folder with --data DIR."));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or Microsoft.Data.Sqlite.SqliteException)
        {
            throw new ProblemException(Problem.Broken("The journal cannot be read", $"The journal in {folder} cannot be read: {unreadable.Message}"));
        }
        if (screen.IsJson) screen.Json(report);
        else Show(report, folder, screen);
        return report.Whole ? ExitCodes.Ok : ExitCodes.Error;
    }

    private static void Show(JournalReport report, string folder, Screen screen)
    {
        foreach (var fault in report.Faults)
            screen.Line($"FAULT  {(fault.Offset is { } offset ? $"offset {offset}" : "file")}  {fault.Entity ?? Words.Absent}  {fault.Fault}");
        if (report.Faults.Count == JournalReport.MaxFaults) screen.Line($"Only the first {JournalReport.MaxFaults} faults are named.");
        screen.Line($"{folder}: {(report.Whole ? "whole" : "NOT WHOLE")}, {report.Events} events of {report.Entities} entities, head offset {report.HeadSeq}, head hash {report.HeadHash}");
    }

    private static Verb AcceptHead(Options options)
    {
        var data = Data();
        var yes = new Option<bool>("--yes") { Description = "Yes: events that were acknowledged after the present end stay lost" };
        var verb = new Verb("accept-head", "Take a journal's present end as its head, where journal.head is missing or has seen more; the host must not run", "twin journal accept-head --data ./data --yes") { data, yes };
        verb.Runs(options, (session, parsed, _) =>
        {
            if (!parsed.GetValue(yes)) throw new ProblemException(Problem.Invalid("This forgets that events may be missing at the end of the journal. Look with `twin journal verify` first, then say --yes."));
            var folder = Path.Combine(parsed.GetRequiredValue(data).FullName, "journal");
            try
            {
                var head = SqliteJournal.AcceptHead(folder);
                session.Screen.Line($"{folder}: accepted, head offset {head.Offset}");
                return Task.FromResult(ExitCodes.Ok);
            }
            catch (FileNotFoundException missing)
            {
                throw new ProblemException(Problem.NotFound($"{missing.Message} Name the host's data folder with --data DIR."));
            }
            catch (Exception refused) when (refused is JournalRefusedException or IOException or UnauthorizedAccessException or Microsoft.Data.Sqlite.SqliteException)
            {
                throw new ProblemException(Problem.Broken("The journal was not accepted", refused.Message));
            }
        });
        return verb;
    }

    private static Option<DirectoryInfo> Data() => new("--data")
    {
        Description = "The host's data folder",
        HelpName = "DIR",
        DefaultValueFactory = _ => new DirectoryInfo("data"),
    };

    private static Verb Stat(Options options)
    {
        var verb = new Verb("stat", "Show how many events and entities the running host has recorded", "twin journal stat");
        verb.Runs(options, async (session, _, stopped) =>
        {
            var sent = await session.Host.Get("api/v1/journal", stopped);
            if (session.Screen.IsJson) session.Screen.Json(sent);
            else
            {
                var journal = sent.As<JournalShape>();
                session.Screen.Line($"{journal.Events} events of {journal.Entities} entities, head offset {journal.HeadOffset}, head hash {journal.HeadHash ?? Words.Absent}");
            }
            return ExitCodes.Ok;
        });
        return verb;
    }
}

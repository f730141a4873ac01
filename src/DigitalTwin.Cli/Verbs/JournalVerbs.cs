using System.CommandLine;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`journal`: how much is recorded, and whether it is whole.</summary>
internal static class JournalVerbs
{
    public static Command Create(Options options) => new("journal", "Look at the journal: every event that was recorded") { Stat(options) };

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

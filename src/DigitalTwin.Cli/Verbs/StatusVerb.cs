using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`status`: one look at plant, clock, gateways and freshness.</summary>
internal static class StatusVerb
{
    public static Verb Create(Options options)
    {
        var verb = new Verb("status", "Show the plant, its clock and shift, the gateways and how fresh the data is", "twin status");
        verb.Runs(options, async (session, _, stopped) =>
        {
            var sent = await session.Host.Get("api/v1/plant", stopped);
            if (session.Screen.IsJson) session.Screen.Json(sent);
            else Show(sent.As<PlantShape>(), session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void Show(PlantShape plant, Screen screen)
    {
        var facts = Screen.Columns("what", "is");
        facts.ShowHeaders = false;
        Fact("plant", $"{plant.Name} ({plant.Id}), {plant.TimeZone}");
        Fact("plant time", $"{Words.Time(plant.Clock.PlantTime)} at {Words.Number(plant.Clock.Speed)}×, {Words.Number(plant.Clock.OffsetSeconds, "0")} s from the wall clock");
        Fact("shift", plant.Shift is { } shift ? $"{shift.Name}, {Words.Time(shift.From)} to {Words.Time(shift.To)}" : "none now");
        foreach (var line in plant.Lines) Fact("line", $"{line.Id} ({line.Name}), constraint station {line.ConstraintStation ?? Words.Absent}");
        foreach (var gateway in plant.Gateways)
        {
            facts.AddRow(Paint.Plain("gateway"), gateway.Connected ? Paint.Plain(Told(gateway)) : Paint.Abnormal(Told(gateway)));
            foreach (var endpoint in gateway.Endpoints ?? []) Fact("  endpoint", $"{endpoint.Name}: {endpoint.State}{(string.IsNullOrEmpty(endpoint.Detail) ? "" : $", {endpoint.Detail}")}");
        }
        if (plant.Gateways.Count == 0) facts.AddRow(Paint.Plain("gateway"), Paint.Abnormal("none has connected yet"));
        if (plant.Freshness is { } data)
        {
            var told = $"{data.Fresh} of {data.Signals} signals fresh, {data.Stale} stale, {data.Bad} bad";
            facts.AddRow(Paint.Plain("data"), data.Fresh == data.Signals ? Paint.Plain(told) : Paint.Abnormal(told));
        }
        screen.Show(facts);

        void Fact(string what, string told) => facts.AddRow(Paint.Plain(what), Paint.Plain(told));
    }

    private static string Told(GatewayShape gateway) =>
        $"{gateway.Name}: {(gateway.Connected ? "connected" : "NOT CONNECTED")} since {Words.Time(gateway.Since)}, {gateway.Buffered ?? 0} buffered, {gateway.Dropped ?? 0} dropped";
}

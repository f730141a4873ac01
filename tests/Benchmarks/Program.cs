using System.Globalization;
using DigitalTwin.Benchmarks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var all = new Dictionary<string, Action<TextWriter>>
{
    ["tell"] = TellThroughput.Run,
    ["journal"] = JournalThroughput.Run,
    ["postgres"] = PostgresThroughput.Run,
    ["ask"] = AskLatency.Run,
    ["recovery"] = Recovery.Run,
    ["ingest"] = IngestThroughput.Run,
    ["stages"] = IngestStages.Run,
    ["history"] = HistoryThroughput.Run,
    ["history-day"] = HistoryDay.Run,
    ["history-size"] = HistorySize.Run,
    ["contents"] = ContentThroughput.Run,
    ["day"] = PlantDay.Run,
    ["kpi"] = KpiWeeks.Run,
    ["latency"] = Latency.Run,
};
if (args is ["bare-link", var pki])   // the other end of `ingest`'s raw limit, in a process of its own
{
    await IngestThroughput.ServeBareAsync(pki);
    return 0;
}
string[] wanted = args.Length == 0 ? [.. all.Keys] : args;
all["soak"] = IngestThroughput.Soak;   // takes longer than all others together: only where it is named
if (wanted.FirstOrDefault(name => !all.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"There is no benchmark '{unknown}'; choose from {string.Join(", ", all.Keys)}, or name none for all.");
    return 2;
}

foreach (string name in wanted)
    all[name](Console.Out);
return 0;

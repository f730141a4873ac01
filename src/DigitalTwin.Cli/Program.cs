using System.CommandLine;
using DigitalTwin.Cli;
using DigitalTwin.Cli.Output;
using DigitalTwin.Cli.Verbs;

var options = new Options();
var root = new RootCommand("Look at the digital twins of a plant: states, values with age and quality, history, events, key figures; code its stops, note what is to be remembered.")
{
    StatusVerb.Create(options),
    ConnectionsVerb.Create(options),
    TwinVerbs.List(options),
    TwinVerbs.Get(options),
    DiffVerb.Create(options),
    WatchVerb.Create(options),
    HistoryVerb.Create(options),
    TagVerbs.Create(options),
    EventsVerb.Create(options),
    OeeVerbs.Create(options),
    KpiVerb.Create(options),
    TariffVerb.Create(options),
    StopVerbs.Create(options),
    NoteVerbs.Create(options),
    ActorVerbs.Create(options),
    ShardVerbs.Create(options),
    LogVerbs.Create(options),
    ProjectionVerbs.Create(options),
    JournalVerbs.Create(options),
    PlanVerbs.Create(options),
    BenchVerbs.Create(options),
    PlantVerbs.Create(options),
};
options.AddTo(root);
Verb.AddExamplesTo(root);
root.SetAction(_ => Overview.Print(Console.Out, root));

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    var said = string.Join(' ', parsed.Errors.Select(error => error.Message));
    var path = string.Join(' ', Overview.PathOf(parsed.CommandResult));
    return Screen.For(Console.Out, Options.FormatOf(args), plain: true).Fail(Problem.Invalid($"{said} See `{path} --help`."));
}
return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });

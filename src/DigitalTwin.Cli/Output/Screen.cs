using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DigitalTwin.Cli.Api;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DigitalTwin.Cli.Output;

/// <summary>Where a verb prints. On a terminal: colour for what is abnormal, and live tables. Redirected: plain text of any width.</summary>
public sealed class Screen
{
    // Spectre takes 80 columns where there is no terminal, and folds cells at any width; no table is ever this wide.
    // So an id stays in one piece: a terminal that is too narrow breaks the line itself, as with any other tool.
    private const int Unlimited = 100_000;

    private static readonly JavaScriptEncoder Readable = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
    private static readonly JsonSerializerOptions Compact = new(JsonSerializerDefaults.Web) { Encoder = Readable };
    private static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true };

    private readonly TextWriter writer;
    private readonly IAnsiConsole console;

    private Screen(TextWriter writer, OutputFormat format, bool terminal)
    {
        this.writer = writer;
        Format = format;
        IsTerminal = terminal;
        console = Make(writer, terminal);
        console.Profile.Width = Unlimited;
    }

    public OutputFormat Format { get; }

    /// <summary>False when redirected, and when plain text was asked for.</summary>
    public bool IsTerminal { get; }

    public bool IsJson => Format is OutputFormat.Json or OutputFormat.Jsonl;

    public bool IsWide => Format is OutputFormat.Wide;

    public static Screen For(TextWriter writer, OutputFormat format, bool plain)
    {
        var noColor = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Screen(writer, format, terminal: !Console.IsOutputRedirected && !plain && !noColor);
    }

    public void Line(string text) => writer.WriteLine(text);

    public void Show(IRenderable content) => console.Write(content);

    /// <summary>Content that is painted over and over in place; it folds at the width of the terminal, or the painting would lose its place.</summary>
    public LiveDisplay Live(IRenderable first) => Make(writer, terminal: true).Live(first).Cropping(VerticalOverflowCropping.Bottom);

    /// <summary>One document: indented for json, one line for jsonl.</summary>
    public void Json<T>(T document) => writer.WriteLine(JsonSerializer.Serialize(document, Format is OutputFormat.Json ? Indented : Compact));

    /// <summary>One line, whatever the format: for streams, where a document would never be whole.</summary>
    public void JsonLine<T>(T document) => writer.WriteLine(JsonSerializer.Serialize(document, Compact));

    /// <summary>A list: for json as the API gives it, whole; for jsonl one item a line.</summary>
    /// <param name="about">What the answer says beside its items.</param>
    public void JsonList(IReadOnlyList<JsonElement> items, IReadOnlyDictionary<string, JsonElement>? about = null)
    {
        if (Format is OutputFormat.Json)
        {
            var whole = new Dictionary<string, object?> { ["items"] = items, ["next"] = null };
            foreach (var (name, value) in about ?? new Dictionary<string, JsonElement>()) whole[name] = value;
            Json(whole);
        }
        else
            foreach (var item in items) JsonLine(item);
    }

    /// <returns>The exit code that belongs to the problem.</returns>
    public int Fail(Problem problem)
    {
        if (IsJson) Json<JsonObject>(problem.ToJson());
        else Console.Error.WriteLine($"twin: {problem.Detail} [{problem.Code}]");
        return ExitCodes.Of(problem.Code, problem.Status);
    }

    /// <summary>Something to know that is neither result nor failure.</summary>
    public static void Notice(string text) => Console.Error.WriteLine($"twin: {text}");

    /// <summary>Says it where what is shown is not what is recorded; json says it itself.</summary>
    public void NoticeOf(BehindShape? behind)
    {
        if (behind is not null && Format is not OutputFormat.Json)
            Notice($"This is {behind.Events} events, {Words.Number(behind.Seconds, "0.0")} s behind what is recorded.");
    }

    /// <summary>Columns without lines, as other command-line tools print them.</summary>
    public static Table Columns(params string[] headers)
    {
        var table = new Table().NoBorder();
        foreach (var header in headers) table.AddColumn(new TableColumn(header.ToUpperInvariant()) { Padding = new Padding(0, 0, 2, 0) });
        return table;
    }

    private static IAnsiConsole Make(TextWriter writer, bool terminal) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(writer),
        Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
        ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
    });
}

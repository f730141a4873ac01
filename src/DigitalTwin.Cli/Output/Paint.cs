using System.Text.Json;
using Spectre.Console;

namespace DigitalTwin.Cli.Output;

/// <summary>Cells of a table. Grey unless abnormal (ISA-101), and never by colour alone: the word stays.</summary>
public static class Paint
{
    public static Text Plain(string? text) => new(string.IsNullOrEmpty(text) ? Words.Absent : text);

    public static Text State(string? packMl) => packMl switch
    {
        "Aborting" or "Aborted" => new Text(packMl, new Style(Color.Red)),
        "Holding" or "Held" or "Stopping" or "Stopped" or "Clearing" => new Text(packMl, new Style(Color.Yellow)),
        _ => Plain(packMl),
    };

    public static Text Quality(string? quality) => quality is "good" or null ? Plain(quality) : new Text(quality, new Style(Color.Yellow));

    public static Text Abnormal(string text) => text == Words.Absent ? Plain(text) : new Text(text, new Style(Color.Red));

    /// <param name="code">0 is no fault.</param>
    public static Text Fault(JsonElement code) => Words.Value(code) is var text && text is "0" or Words.Absent ? Plain(text) : Abnormal(text);

    public static Text Right(string text) => new Text(text).RightJustified();
}

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

    public static Text Right(string text) => new Text(text).RightJustified();
}

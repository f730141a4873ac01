namespace DigitalTwin.Cli.Output;

/// <summary>How a verb prints: for a person (Table; Wide with more columns) or for a program.</summary>
public enum OutputFormat
{
    Table,
    Wide,

    /// <summary>One indented document.</summary>
    Json,

    /// <summary>One compact object a line.</summary>
    Jsonl,
}

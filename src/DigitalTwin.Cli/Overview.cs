using System.CommandLine;
using System.CommandLine.Parsing;

namespace DigitalTwin.Cli;

/// <summary>What `twin` alone prints: the verbs, and where to go on.</summary>
public static class Overview
{
    public static int Print(TextWriter output, RootCommand root)
    {
        output.WriteLine(root.Description);
        output.WriteLine();
        foreach (var (path, description) in Leaves(root, "twin")) output.WriteLine($"  {path,-30} {description}");
        output.WriteLine();
        output.WriteLine("`twin VERB --help` has the options and an example. -o json suits programs.");
        return ExitCodes.Ok;
    }

    /// <summary>The words that lead to a command: twin, oee, show.</summary>
    public static IEnumerable<string> PathOf(CommandResult command) =>
        command.Parent is CommandResult above ? PathOf(above).Append(command.Command.Name) : ["twin"];

    private static IEnumerable<(string Path, string? Description)> Leaves(Command command, string path) =>
        (command is Verb || command.Subcommands.Count == 0 ? [(path, command.Description)] : Enumerable.Empty<(string, string?)>())
            .Concat(command.Subcommands.SelectMany(below => Leaves(below, $"{path} {below.Name}")));
}

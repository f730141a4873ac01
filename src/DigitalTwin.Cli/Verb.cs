using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DigitalTwin.Cli;

/// <summary>A command whose help ends with an example that works as it stands.</summary>
internal sealed class Verb(string name, string description, string example) : Command(name, description)
{
    public string Example { get; } = example;

    public void Runs(Options options, Func<Session, ParseResult, CancellationToken, Task<int>> run) =>
        SetAction((parsed, stopped) => Session.Run(parsed, options, (session, token) => run(session, parsed, token), stopped));

    /// <summary>Lets the help of every verb print its example.</summary>
    public static void AddExamplesTo(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExample((HelpAction)help.Action!);
    }

    private sealed class HelpWithExample(HelpAction help) : SynchronousCommandLineAction
    {
        // Whoever asks for help need not have the rest of the line right.
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            if (parseResult.CommandResult.Command is Verb verb)
                parseResult.InvocationConfiguration.Output.WriteLine($"Example:\n  {verb.Example}\n");
            return code;
        }
    }
}

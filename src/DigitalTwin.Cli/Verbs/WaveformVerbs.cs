using System.CommandLine;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using DigitalTwin.Cli.Times;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`tag waveform`: which waveforms and images a signal has, and their contents.</summary>
internal static class WaveformVerbs
{
    public static Command Create(Options options) => new("waveform", "Waveforms and images of signals") { Ls(options), Get(options) };

    private static Verb Ls(Options options)
    {
        var signal = new Argument<string>("SIGNAL") { Description = "A signal of type waveform or image" };
        var limit = new Option<int>("--limit") { Description = "At most so many, the newest", DefaultValueFactory = _ => 50 };
        var window = new Window();
        var verb = new Verb("ls", "List waveforms or images with their features", "twin tag waveform ls leipzig.stamping.presses.press1.vibrationWaveform --from -1h") { signal, limit };
        window.AddTo(verb);
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var (from, to) = await window.Resolve(parsed, session.Host, stopped);
            var sent = await session.Host.Get(Query.Path("api/v1/waveforms", ("signal", parsed.GetValue(signal)), ("from", Query.Time(from)), ("to", Query.Time(to)), ("limit", Words.Number(parsed.GetValue(limit)))), stopped);
            var list = sent.As<WaveformsShape>();
            if (session.Screen.Format is OutputFormat.Json) session.Screen.Json(sent);
            else if (session.Screen.Format is OutputFormat.Jsonl)
                foreach (var item in list.Items) session.Screen.JsonLine(item);
            else Show(list, session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void Show(WaveformsShape list, Screen screen)
    {
        if (list.Items.Any(item => item.Content?.Width is not null))
        {
            var images = Screen.Columns("time", "quality", "width", "height", "mean", "contrast", "hash");
            foreach (var (time, quality, content) in list.Items)
                images.AddRow(Plain(Words.Time(time)), Plain(quality), Number(content?.Width), Number(content?.Height), Number(content?.Mean), Number(content?.Contrast), Plain(content?.Sha256 ?? Words.Absent));
            screen.Show(images);
        }
        else
        {
            var waveforms = Screen.Columns("time", "quality", "samples", "rate Hz", "rms", "peak", "crest", "kurtosis", "dominant Hz", "hash");
            foreach (var (time, quality, content) in list.Items)
                waveforms.AddRow(Plain(Words.Time(time)), Plain(quality), Number(content?.Samples), Number(content?.SampleRate), Number(content?.Rms), Number(content?.Peak), Number(content?.Crest), Number(content?.Kurtosis), Number(content?.DominantHertz), Plain(content?.Sha256 ?? Words.Absent));
            screen.Show(waveforms);
        }
        if (list.Total > list.Items.Count) Screen.Notice($"{Words.Number(list.Total - list.Items.Count)} older ones are not shown; ask for more with --limit, or for less time.");

        static Text Plain(string text) => Paint.Plain(text);
        static Text Number(double? number) => Paint.Plain(Words.Number(number, "0.####"));
    }

    private static Verb Get(Options options)
    {
        var hash = new Argument<string>("HASH") { Description = "As `ls` shows it" };
        var file = new Argument<string>("FILE") { Description = "Where to write it; there must be no such file yet" };
        var verb = new Verb("get", "Write the content of a waveform or an image to a file", "twin tag waveform get 9f86d081… waveform.f32") { hash, file };
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var content = await session.Host.GetBytes($"api/v1/waveforms/{Uri.EscapeDataString(parsed.GetValue(hash)!)}", stopped);
            var path = Path.GetFullPath(parsed.GetValue(file)!);
            try
            {
                await using var written = new FileStream(path, FileMode.CreateNew);
                await written.WriteAsync(content, stopped);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new ProblemException(Problem.Invalid($"{path} cannot be written ({fault.Message}); name another file."));
            }
            if (session.Screen.Format is OutputFormat.Table) session.Screen.Line($"{path}: {Words.Number(content.Length)} bytes");
            else session.Screen.JsonLine(new { file = path, bytes = content.Length });
            return ExitCodes.Ok;
        });
        return verb;
    }
}

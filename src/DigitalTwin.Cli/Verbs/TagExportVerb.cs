using System.CommandLine;
using System.Diagnostics;
using DigitalTwin.Cli.Output;
using DigitalTwin.Cli.Times;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`tag export`: every sample as comma-separated values or Parquet, written while it comes. A file has its name when it is whole, or never.</summary>
internal static class TagExportVerb
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(1);
    private static readonly Moment Hour = new Moment.BeforeNow(TimeSpan.FromHours(1));
    private static readonly Moment Now = new Moment.BeforeNow(TimeSpan.Zero);

    public static Verb Create(Options options)
    {
        var scope = new Argument<string>("SCOPE") { Description = "A signal, or a twin with what lies below it" };
        var file = new Argument<string?>("FILE") { Description = "Where to; standard output if left out. One that is there is replaced", Arity = ArgumentArity.ZeroOrOne };
        var format = new Option<string>("--format") { Description = "csv or parquet; if left out, what FILE ends with, else csv", HelpName = "FORMAT" };
        format.AcceptOnlyFromAmong("csv", "parquet");
        var window = new Window();
        var verb = new Verb("export", "Write every sample over plant time as comma-separated values or Parquet (default: the last hour)", "twin tag export leipzig.body.line1.cell3 cell3.parquet --from -8h") { scope, file, format };
        window.AddTo(verb);
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var target = parsed.GetValue(file);
            var isParquet = (parsed.GetValue(format) ?? (target?.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) == true ? "parquet" : "csv")) == "parquet";
            if (isParquet && target is null && !Console.IsOutputRedirected)
                throw new ProblemException(Problem.Invalid("Parquet is not text. Name a FILE, or send the output into one."));
            var (from, to) = await window.Resolve(parsed, session.Host, stopped, Hour, Now);
            var path = Query.Path("api/v1/tags/export", ("scope", parsed.GetRequiredValue(scope)), ("from", Query.Time(from)), ("to", Query.Time(to)), ("format", isParquet ? "parquet" : null));
            using var answer = await session.Host.OpenText(path, isParquet ? "application/vnd.apache.parquet" : "text/csv", stopped);
            if (target is null)
            {
                await using var output = Console.OpenStandardOutput();
                await Copy(session, answer, output, isParquet, stopped);
                return ExitCodes.Ok;
            }
            return await Save(session, answer, target, isParquet, stopped);
        });
        return verb;
    }

    private static async Task<int> Save(Session session, HttpResponseMessage answer, string name, bool isParquet, CancellationToken stopped)
    {
        var unfinished = $"{name}.part";
        try
        {
            string written;
            await using (var output = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
            {
                written = await Copy(session, answer, output, isParquet, stopped);
                output.Flush(flushToDisk: true);
            }
            File.Move(unfinished, name, overwrite: true);
            Screen.Notice($"{written} in {name}.");
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException)
        {
            Screen.Notice($"Stopped; {name} was not written.");
            return ExitCodes.Error;
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new ProblemException(Problem.Broken("The file cannot be written", $"{name} was not written: {refused.Message}"));
        }
        finally
        {
            if (File.Exists(unfinished)) File.Delete(unfinished);
        }
    }

    /// <returns>How much it was.</returns>
    private static async Task<string> Copy(Session session, HttpResponseMessage answer, Stream output, bool isParquet, CancellationToken stopped)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(stopped);
        var (buffer, rows, bytes) = (new byte[1 << 16], -1L, 0L);
        var clock = Stopwatch.StartNew();
        while (true)
        {
            int read;
            try
            {
                read = await body.ReadAsync(buffer, stopped);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException)
            {
                throw session.Host.Unreachable(failure);   // the host ended the answer before its end
            }
            if (read == 0) break;
            try
            {
                await output.WriteAsync(buffer.AsMemory(0, read), stopped);
            }
            catch (IOException full)
            {
                throw new ProblemException(Problem.Broken("The export cannot be written", $"What was exported cannot be written: {full.Message}"));
            }
            rows += buffer.AsSpan(0, read).Count((byte)'\n');
            bytes += read;
            if (clock.Elapsed < ProgressEvery || Console.IsErrorRedirected) continue;
            await Console.Error.WriteAsync($"\r{(isParquet ? "" : $"{Words.Number(rows)} samples, ")}{Megabytes(bytes)} ");
            clock.Restart();
        }
        return isParquet ? Megabytes(bytes) : $"{Words.Number(rows)} samples";   // rows of Parquet are not to be told from outside
    }

    private static string Megabytes(long bytes) => $"{Words.Number(bytes / 1e6, "0.0")} MB";
}

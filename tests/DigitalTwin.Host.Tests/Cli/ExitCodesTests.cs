using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace DigitalTwin.Host.Tests.Cli;

/// <summary>What scripts branch on.</summary>
public sealed class ExitCodesTests(ContractHost host) : IClassFixture<ContractHost>
{
    [Fact]
    public async Task A_twin_that_does_not_exist_ends_with_3_and_the_problem_of_the_host()
    {
        var text = await host.Twin("get", "leipzig.nowhere");
        Assert.Equal((3, ""), (text.ExitCode, text.Output));
        Assert.Equal("twin: No twin has the id 'leipzig.nowhere'. [NOT_FOUND]", text.Errors.Trim());

        var json = await host.Twin("get", "leipzig.nowhere", "-o", "json");
        Assert.Equal((3, ""), (json.ExitCode, json.Errors));
        var problem = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal("NOT_FOUND", problem.GetProperty("code").GetString());
        Assert.Equal(404, problem.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task What_the_host_calls_invalid_ends_with_2()
    {
        var run = await host.Twin("ls", "--kind", "spaceship");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("'spaceship' is no kind of twin.", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-verb")]
    [InlineData("get")]
    [InlineData("oee")]
    [InlineData("kpi", "a", "--by", "year")]
    [InlineData("stop", "split", "a@20260105T060000000Z")]
    [InlineData("ls", "-o", "xml")]
    [InlineData("ls", "--depth", "0")]
    [InlineData("history", "a", "--from", "yesterday")]
    [InlineData("history", "a", "--from", "2026-01-05T10:00Z", "--to", "2026-01-05T09:00Z")]
    [InlineData("diff")]
    [InlineData("diff", "--from", "offset:x")]
    [InlineData("get", "a", "--at", "now", "--offset", "3")]
    [InlineData("get", "a", "--offset", "-3")]
    [InlineData("status", "--timeout", "0")]
    [InlineData("status", "--url", "ftp://plant")]
    public async Task A_wrong_command_line_ends_with_2_and_says_what_is_wrong(params string[] args)
    {
        var run = await TwinProcess.Run(args);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("twin: ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_command_line_with_json_answers_a_problem_object()
    {
        var run = await TwinProcess.Run("get", "-o", "json");
        Assert.Equal((2, ""), (run.ExitCode, run.Errors));
        Assert.Equal("INVALID", JsonDocument.Parse(run.Output).RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task No_host_ends_with_7_and_the_cure()
    {
        var nobody = $"http://127.0.0.1:{UnusedPort()}";
        var run = await TwinProcess.Run("ls", "--url", nobody);
        Assert.Equal(7, run.ExitCode);
        Assert.Contains("nothing listens there", run.Errors, StringComparison.Ordinal);
        Assert.Contains("--url", run.Errors, StringComparison.Ordinal);

        var json = await TwinProcess.Run("ls", "--url", nobody, "--json");
        Assert.Equal(7, json.ExitCode);
        Assert.Equal("UNREACHABLE", JsonDocument.Parse(json.Output).RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task No_answer_in_time_ends_with_8()
    {
        var run = await TwinProcess.Run("status", "--url", $"{host.Url}/slow", "--timeout", "0.3");
        Assert.Equal(8, run.ExitCode);
        Assert.Contains("within 0.3 s", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_server_that_is_no_host_ends_with_1_and_is_named()
    {
        var run = await TwinProcess.Run("status", "--url", $"{host.Url}/foreign");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Is that a DigitalTwin host?", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_is_not_ready_ends_with_1_and_its_reason()
    {
        var run = await host.Twin("journal", "stat");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("twin: The journal is still being read. [NOT_READY]", run.Errors.Trim());
    }

    [Fact]
    public async Task Twin_alone_names_every_verb_and_help_ends_with_an_example()
    {
        var overview = await TwinProcess.Run();
        Assert.Equal(0, overview.ExitCode);
        foreach (var verb in new[] { "status", "ls", "get", "watch", "history", "events", "diff", "connections", "projection ls", "projection rebuild", "oee show", "kpi", "stop ls", "stop reasons", "stop code", "stop split", "stop undo", "note ls", "note add", "note withdraw", "actor hierarchy", "journal verify", "journal stat" })
        {
            Assert.Contains(overview.Lines, line => line.StartsWith($"twin {verb} ", StringComparison.Ordinal));
            var help = await TwinProcess.Run([.. verb.Split(' '), "--help"]);
            Assert.Equal(0, help.ExitCode);
            Assert.StartsWith($"twin {verb}", help.Lines[^1], StringComparison.Ordinal);
        }
    }

    private static int UnusedPort()
    {
        // Bound and let go: nobody listens there now.
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}

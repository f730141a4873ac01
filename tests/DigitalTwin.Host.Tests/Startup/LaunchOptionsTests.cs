using System.Net;
using DigitalTwin.Historian.Files;
using DigitalTwin.Host.Startup;
using DigitalTwin.Host.Telemetry;

namespace DigitalTwin.Host.Tests.Startup;

public class LaunchOptionsTests
{
    [Fact]
    public void Nothing_given_is_the_plant_on_the_well_known_ports()
    {
        LaunchOptions options = Parse()!;
        Assert.Equal(["http://localhost:5080/"], options.Urls.Select(url => url.ToString()));
        Assert.Equal((5443, 4840, 1.0, 1L, false), (options.EdgePort, options.OpcUaPort, options.Speed, options.Seed, options.Attach));
        Assert.Equal(("data", "first-line.json"), (options.Data.Name, options.Plant.Name));
    }

    [Fact]
    public void Port_0_for_the_page_makes_every_port_a_free_one_unless_it_is_given()
    {
        LaunchOptions options = Parse("--urls", "http://127.0.0.1:0", "--opcua-port", "4841")!;
        Assert.Equal((0, 4841), (options.EdgePort, options.OpcUaPort));
    }

    [Fact]
    public void Each_class_is_kept_as_long_as_asked_for_and_its_minutes_no_shorter()
    {
        Retention kept = Parse("--telemetry-days", "1000", "--diagnostic-days", "7")!.Retention;
        Assert.Equal((Retention.Default.State, 1000, 1000, 7, 400), (kept.State, kept.Telemetry.Samples, kept.Telemetry.Minutes, kept.Diagnostic.Samples, kept.Diagnostic.Minutes));
    }

    [Theory]
    [InlineData("--state-days", "0")]
    [InlineData("--telemetry-days", "3661")]
    [InlineData("--diagnostic-days", "-1")]
    [InlineData("--waveform-days", "0")]
    public void Days_that_nobody_can_mean_are_refused(string option, string days)
    {
        var error = new StringWriter();
        Assert.Null(LaunchOptions.Parse([option, days], error, out int exitCode));
        Assert.Equal(2, exitCode);
        Assert.Contains($"{option} {days} is outside 1 to 3660", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_is_listed_not_the_first_alone()
    {
        var error = new StringWriter();
        Assert.Null(LaunchOptions.Parse(
            ["--speed", "21", "--seed", "x", "--urls", "https://localhost:1;http://10.0.0.1:2", "--edge-port", "70000", "--data", "", "--fast"], error, out int exitCode));
        Assert.Equal(2, exitCode);
        string[] told = error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        foreach (string what in new[] { "--speed 21 ", "'x'", "'https://localhost:1' is not an http address", "'http://10.0.0.1:2' is not a loopback address", "--edge-port 70000 ", "--data is empty", "'--fast'" })
            Assert.Single(told, line => line.Contains(what, StringComparison.Ordinal));
        Assert.Equal(8, told.Length);
        Assert.EndsWith("-- --help", told[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:5080")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://127.8.9.1:80")]
    [InlineData("http://[::1]:5080")]
    public void The_host_listens_on_loopback(string url) => Assert.Equal(new Uri(url), Assert.Single(Parse("--urls", url)!.Urls));

    [Theory]
    [InlineData("http://0.0.0.0:5080")]
    [InlineData("http://[::]:5080")]
    [InlineData("http://*:5080")]
    [InlineData("http://192.168.0.1:5080")]
    [InlineData("http://localhost.example.org:5080")]
    [InlineData("http://127.0.0.1.example.org:5080")]
    [InlineData("http://localhost:5080;http://0.0.0.0:5081")]
    [InlineData("localhost:5080")]
    [InlineData("")]
    public void Until_there_are_accounts_it_listens_nowhere_else(string url)
    {
        var error = new StringWriter();
        Assert.Null(LaunchOptions.Parse(["--urls", url], error, out int exitCode));
        Assert.Equal(2, exitCode);
        Assert.Contains("--urls", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("0.5")]
    [InlineData("20.01")]
    [InlineData("fast")]
    public void A_speed_outside_of_the_physics_is_refused(string speed)
    {
        Assert.Null(LaunchOptions.Parse(["--speed", speed], new StringWriter(), out int exitCode));
        Assert.Equal(2, exitCode);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Database=plant;Username=twin;Password=secret", "--postgres holds a password")]
    [InlineData("Host=127.0.0.1;Pwd=secret", "--postgres holds a password")]
    [InlineData("Database=plant", "--postgres names no Host")]
    [InlineData("127.0.0.1/plant", "--postgres is not a connection string")]
    public void A_database_is_named_without_its_password(string connection, string fault)
    {
        var error = new StringWriter();
        Assert.Null(LaunchOptions.Parse(["--postgres", connection], error, out int exitCode));
        Assert.Equal(2, exitCode);
        Assert.StartsWith(fault, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Logs_are_text_and_nothing_is_sent_anywhere_unless_it_is_asked_for()
    {
        LaunchOptions plain = Parse()!, asked = Parse("--log", "json", "--otlp", "http://localhost:4318", "--postgres", "Host=127.0.0.1;Database=plant")!;
        Assert.Equal((LogFormat.Text, null, null), (plain.Log, plain.Otlp, plain.Postgres));
        Assert.Equal((LogFormat.Json, new Uri("http://localhost:4318"), "Host=127.0.0.1;Database=plant"), (asked.Log, asked.Otlp, asked.Postgres));
        foreach (string[] wrong in new string[][] { ["--log", "xml"], ["--otlp", "localhost:4318"], ["--otlp", "http://user:secret@localhost:4318"], ["--otlp", "ftp://localhost"] })
            Assert.Null(LaunchOptions.Parse(wrong, new StringWriter(), out _));
    }

    private static LaunchOptions? Parse(params string[] args)
    {
        LaunchOptions? options = LaunchOptions.Parse(args, new StringWriter(), out int exitCode);
        Assert.Equal(0, exitCode);
        Assert.All(options!.Urls, url => Assert.True(url.Host == "localhost" || IPAddress.IsLoopback(IPAddress.Parse(url.Host.Trim('[', ']')))));
        return options;
    }
}

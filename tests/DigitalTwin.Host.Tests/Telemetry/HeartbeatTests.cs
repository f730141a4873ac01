using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DigitalTwin.Actors.Mailboxes;
using DigitalTwin.Actors.TestKit;
using DigitalTwin.Host.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DigitalTwin.Host.Tests.Telemetry;

public sealed class HeartbeatTests : IDisposable
{
    /// <summary>Runs what it is given at once, or never: as one whose threads all wait for each other.</summary>
    private sealed class Lanes : Dispatcher
    {
        public bool TurnsHang { get; set; }
        public bool JournalHangs { get; set; }
        public List<IThreadPoolWorkItem> Held { get; } = [];

        public override void Schedule(IThreadPoolWorkItem turn) => Run(turn, TurnsHang);
        public override void ScheduleBlocking(IThreadPoolWorkItem work) => Run(work, JournalHangs);
        public override void ScheduleBackground(IThreadPoolWorkItem work) => throw new InvalidOperationException("a heartbeat has no use for it");

        private void Run(IThreadPoolWorkItem work, bool hangs)
        {
            if (hangs)
                Held.Add(work);
            else
                work.Execute();
        }
    }

    private readonly VirtualTime time = new();
    private readonly Lanes lanes = new();
    private readonly Heartbeat heart;

    public HeartbeatTests() => heart = new Heartbeat(lanes, time);

    [Fact]
    public void A_host_whose_turns_come_round_lives_for_as_long_as_they_do()
    {
        time.Advance(TimeSpan.FromHours(1));
        Assert.Null(heart.WhyNotAlive);
        Assert.Null(heart.WhyJournalHangs);
    }

    [Fact]
    public void Ten_seconds_without_a_turn_are_the_end_and_one_turn_ends_it()
    {
        lanes.TurnsHang = true;
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(heart.WhyNotAlive);
        time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Contains("has not taken a turn for 1", heart.WhyNotAlive, StringComparison.Ordinal);
        Assert.Null(heart.WhyJournalHangs);
        Assert.Single(lanes.Held).Execute();
        Assert.Null(heart.WhyNotAlive);
    }

    [Fact]
    public void A_disk_that_hangs_makes_a_host_unready_and_not_dead()
    {
        lanes.JournalHangs = true;
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Contains("look at the disk or the database", heart.WhyJournalHangs, StringComparison.Ordinal);
        Assert.Null(heart.WhyNotAlive);
        Assert.Single(lanes.Held);
    }

    [Fact]
    public async Task Who_asks_for_its_life_is_told_to_start_it_again()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(heart);
        await using WebApplication app = builder.Build();
        app.MapHealth();
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Assert.Equal("""{"status":"live","why":null}""", await http.GetStringAsync("/health/live"));
        lanes.TurnsHang = true;
        time.Advance(TimeSpan.FromSeconds(12));
        using HttpResponseMessage answer = await http.GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        JsonElement said = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("dead", said.GetProperty("status").GetString());
        Assert.Contains("start it again", said.GetProperty("why").GetString(), StringComparison.Ordinal);
    }

    public void Dispose() => heart.Dispose();
}

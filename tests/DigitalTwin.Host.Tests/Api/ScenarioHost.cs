using DigitalTwin.Domain.Packml;
using static DigitalTwin.Host.Tests.Api.Made;

namespace DigitalTwin.Host.Tests.Api;

/// <summary>
/// One host for all tests that only read, on a morning whose numbers were worked out by hand. Times
/// here are UTC, an hour behind Berlin's.
/// </summary>
public sealed class ScenarioHost : IAsyncLifetime, IDisposable
{
    public static readonly DateTimeOffset Six = MadePlant.Morning;

    /// <summary>What the plant's clock was last announced as.</summary>
    public static readonly DateTimeOffset Announced = Six.AddMinutes(30);

    private readonly TemporaryFolder folder = new();

    internal HostUnderTest Host { get; private set; } = null!;

    internal MadeGateway Gateway { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Host = await HostUnderTest.StartAsync(folder.Path);
        Gateway = await MadeGateway.LinkAsync(Host);
        await Gateway.TickAsync(Announced);
        await Gateway.ReportAllAsync(Six.AddMinutes(-1));
        await Gateway.ReportAsync(Constraint());
        await Gateway.ReportAsync(Vibration());
        await Gateway.ReportAsync(Bodies());
    }

    /// <summary>
    /// The constraint station from 06:00 to 06:10: produces 3:00, is broken down 1:10, starts anew 0:11.5, produces 2:38.75, is starved 1:00.75,
    /// produces 0:59, is not seen for 0:10 and produces again for 0:50. Three good bodies and one of scrap, planned at 60 s each.
    /// </summary>
    private static IEnumerable<Made> Constraint()
    {
        const string cell = MadePlant.Last;
        yield return State(cell, Six, PackmlState.Execute);
        yield return new($"{cell}.produced", Six.AddSeconds(70), 1);
        yield return new($"{cell}.good", Six.AddSeconds(70), 1);
        yield return new($"{cell}.produced", Six.AddSeconds(150), 2);
        yield return new($"{cell}.good", Six.AddSeconds(150), 2);
        yield return State(cell, Six.AddSeconds(180), PackmlState.Aborting);
        yield return new($"{cell}.fault", Six.AddSeconds(180), 4711);
        yield return State(cell, Six.AddSeconds(181), PackmlState.Aborted);
        yield return State(cell, Six.AddSeconds(240), PackmlState.Clearing);
        yield return new($"{cell}.fault", Six.AddSeconds(240), 0);
        yield return State(cell, Six.AddSeconds(250), PackmlState.Stopped);
        yield return State(cell, Six.AddSeconds(252), PackmlState.Resetting);
        yield return State(cell, Six.AddSeconds(255), PackmlState.Idle);
        yield return State(cell, Six.AddSeconds(260), PackmlState.Starting);
        yield return State(cell, Six.AddSeconds(261.5), PackmlState.Execute);
        yield return new($"{cell}.produced", Six.AddSeconds(360), 3);
        yield return new($"{cell}.good", Six.AddSeconds(360), 3);
        yield return State(cell, Six.AddSeconds(420.25), PackmlState.Suspending);
        yield return State(cell, Six.AddSeconds(421.25), PackmlState.Suspended);
        yield return State(cell, Six.AddSeconds(480), PackmlState.Unsuspending);
        yield return State(cell, Six.AddSeconds(481), PackmlState.Execute);
        yield return new($"{cell}.state", Six.AddSeconds(540), double.NaN, Status: Bad);
        yield return State(cell, Six.AddSeconds(550), PackmlState.Execute);
        yield return new($"{cell}.produced", Six.AddSeconds(570), 4);
        yield return new($"{cell}.scrap", Six.AddSeconds(570), 1);
    }

    /// <summary>A thousand values, one a tenth of a second from 06:10 on, with a peak; then one that the sensor could not give, and one it was not sure of.</summary>
    private static IEnumerable<Made> Vibration()
    {
        const string signal = MadePlant.Robot + ".vibration";
        for (int i = 0; i < 1000; i++)
            yield return new(signal, Six.AddMinutes(10).AddSeconds(i * 0.1), i == 333 ? 24.5 : 2 + i % 10 * 0.1);
        yield return new(signal, Six.AddMinutes(15), double.NaN, Status: Bad);
        yield return new(signal, Six.AddMinutes(16), 3.5, Status: Uncertain);
    }

    /// <summary>Thirty bodies pass the first cell, one each ten seconds from 06:20 on, and none goes on.</summary>
    private static IEnumerable<Made> Bodies()
    {
        for (int body = 1; body <= 30; body++)
        {
            yield return new($"{MadePlant.First}.vehicle", Six.AddMinutes(20).AddSeconds(10 * body), double.NaN, $"WB{body}");
            yield return new($"{MadePlant.First}.vehicle", Six.AddMinutes(20).AddSeconds(10 * body + 5), double.NaN, "");
        }
    }

    public async Task DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Host.DisposeAsync();
    }

    public void Dispose() => folder.Dispose();
}

[CollectionDefinition("host")]
public class SharedHost : ICollectionFixture<ScenarioHost>;

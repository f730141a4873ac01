using DigitalTwin.VirtualPlant.Nodes;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Tests;

/// <summary>A plant in virtual time: a test advances it and reads what it announced.</summary>
internal sealed class PlantRun
{
    /// <summary>Monday 8:00 in Leipzig, an hour before the first break.</summary>
    public static readonly long MondayMorning = Micros(new DateTime(2026, 1, 5, 7, 0, 0, DateTimeKind.Utc));

    /// <summary>Nothing breaks by chance.</summary>
    public static readonly PhysicsParameters Reliable = new()
    {
        Robot = new() { LifeHours = 1e6 }, Gun = new() { LifeHours = 1e6 }, Fixture = new() { LifeHours = 1e6 },
    };

    /// <summary>From stamping to final assembly.</summary>
    public static readonly PhysicsParameters Whole = new() { Layout = PhysicsParameters.WholePlant };

    public PlantRun(PhysicsParameters? physics = null, long seed = 1, long? start = null) =>
        Plant = Plant.Build(seed, physics ?? new(), 20, start ?? MondayMorning);

    public PlantRun(Plant plant) => Plant = plant;

    public Plant Plant { get; }
    public List<Announcement> Announced { get; } = [];
    public TimeSpan Age => TimeSpan.FromMicroseconds(Plant.Time - Plant.Site.Built);

    public PlantRun For(double seconds) => To(Plant.Time + (long)(seconds * 1e6));

    public PlantRun To(long time)
    {
        List<Announcement> slice = [];   // fresh, as for each tick of the process
        Plant.Advance(time, slice);
        Announced.AddRange(slice);
        return this;
    }

    public PlantRun Set(string node, double value)
    {
        Assert.IsType<WriteOutcome.Accepted>(Plant.Write(Index(node), value));
        return this;
    }

    public int Index(string node) => Plant.Nodes.Index().First(item => item.Item.Id == node).Index;

    /// <summary>What a text node announced, in time order.</summary>
    public IReadOnlyList<string> Texts(string node) => Index(node) is var index ? [.. Announced.Where(announcement => announcement.Node == index).Select(announcement => announcement.Value.Text!)] : [];

    /// <summary>What a node announced, in time order.</summary>
    public IReadOnlyList<double> Values(string node)
    {
        var index = Index(node);
        return [.. Announced.Where(announcement => announcement.Node == index).Select(announcement => announcement.Value.Number)];
    }

    public double Newest(string node) => Plant.Newest[Index(node)].Value.Number;

    /// <summary>A node's values without those equal to their predecessor.</summary>
    public IReadOnlyList<double> Changes(string node)
    {
        var values = Values(node);
        return [.. values.Where((value, at) => at == 0 || values[at - 1] != value)];
    }

    public static long Micros(DateTime utc) => (long)(utc - DateTime.UnixEpoch).TotalMicroseconds;
}

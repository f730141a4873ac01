using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Serving;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class CheckpointTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("virtual-plant-").FullName;
    private string File => Path.Combine(data, "plant", "checkpoint.json");

    public void Dispose() => Directory.Delete(data, recursive: true);

    private void Store(PlantRun run, PhysicsParameters physics)
    {
        using var file = new CheckpointFile(data);
        file.Write(new Checkpoint(run.Plant.Site.Seed, CheckpointFile.Fingerprint(physics), run.Plant.Memory));
    }

    private string Refused(long seed = 1, PhysicsParameters? physics = null)
    {
        using var file = new CheckpointFile(data);
        return Assert.Throws<Refusal>(() => file.Read(seed, physics ?? new())).Message;
    }

    [Fact]
    public void What_was_stored_is_read_again()
    {
        var run = new PlantRun().For(100);
        Store(run, new());
        using var file = new CheckpointFile(data);
        var memory = file.Read(1, new())!;
        Assert.Equal(run.Plant.Time, memory.Site.Time);
        Assert.Equal(run.Plant.Newest, memory.Announced);
    }

    [Fact]
    public void A_plant_that_never_ran_has_nothing_to_read()
    {
        using var file = new CheckpointFile(data);
        Assert.Null(file.Read(1, new()));
    }

    [Fact]
    public void Any_changed_byte_is_noticed_and_refused_with_the_cure()
    {
        Store(new PlantRun().For(1), new());
        var bytes = System.IO.File.ReadAllBytes(File);
        foreach (var place in new[] { 0, 40, 200, bytes.Length / 2, bytes.Length - 1 })
        {
            bytes[place] ^= 1;
            System.IO.File.WriteAllBytes(File, bytes);
            Assert.Contains($"{File} cannot be read", Refused(), StringComparison.Ordinal);
            bytes[place] ^= 1;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(5000)]
    public void A_torn_checkpoint_is_refused_with_the_cure(int length)
    {
        Store(new PlantRun().For(1), new());
        System.IO.File.WriteAllBytes(File, System.IO.File.ReadAllBytes(File)[..length]);
        Assert.Contains("delete it to build a new plant", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_seed_or_other_physics_than_the_plant_was_built_with_are_refused()
    {
        Store(new PlantRun().For(1), new());
        Assert.Contains("built with seed 1, not 3", Refused(seed: 3), StringComparison.Ordinal);
        Assert.Contains("built with other physics", Refused(physics: PlantRun.Reliable), StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_that_does_not_take_the_state_stops_the_plant_with_a_sentence()
    {
        var run = new PlantRun().For(1);
        Store(run, new());
        Directory.CreateDirectory(File + ".tmp");
        Assert.Contains("stops here, because what it would publish could not be resumed", Assert.Throws<Refusal>(() => Store(run, new())).Message, StringComparison.Ordinal);
    }
}

using System.Text.Json;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Host.Tests.Twins;

/// <summary>
/// The journals of released versions are readable for ever. The golden files are never changed, only added to: a test that fails here says
/// that a plant's history would be read as another one.
/// </summary>
public class GoldenJournalTests
{
    public static TheoryData<string> Versions => ["v1", "v2"];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_journal_of_a_released_version_replays_to_the_states_that_it_was_left_in(string version)
    {
        using var golden = new GoldenJournal(version);
        using SqliteJournal journal = golden.Open();
        string[] expected = await File.ReadAllLinesAsync(GoldenJournal.Place($"{version}.states.txt"));
        string[] states = await GoldenJournal.StatesAsync(journal);
        Assert.Equal(expected.Select(IdAndSeq), states.Select(IdAndSeq));
        foreach ((string was, string now) in expected.Zip(states))
            AssertKept(State(was), State(now), IdAndSeq(was));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_journal_of_a_released_version_is_whole_before_and_after_it_is_opened(string version)
    {
        using var golden = new GoldenJournal(version);
        JournalReport before = JournalVerifier.Verify(golden.Folder);
        golden.Open().Dispose();
        JournalReport after = JournalVerifier.Verify(golden.Folder);
        Assert.True(before.Whole);
        Assert.Equal(before with { Faults = [] }, after with { Faults = [] });
        Assert.Empty(after.Faults);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_snapshot_and_the_events_after_it_give_what_all_events_give(string version)
    {
        using var golden = new GoldenJournal(version);
        string[] full;
        using (SqliteJournal journal = golden.Open())
            full = await GoldenJournal.StatesAsync(journal);

        // Snapshots of the middle of its life: taken at the end of a journal that ends there.
        using var half = new TemporaryFolder();
        golden.CopyTo(half["journal"], long.MaxValue / 2);
        long middle;
        using (SqliteMoment moment = SqliteMoment.Open(half["journal"]))
            middle = moment.Head.Offset / 2;
        golden.CopyTo(half["first"], middle);
        using SqliteSnapshots snapshots = SqliteSnapshots.Open(half["snapshots"]);
        var notices = new List<EngineNotice>();
        var options = new EntitySystemOptions { Snapshots = snapshots, OnNotice = notices.Add };
        using (SqliteJournal journal = SqliteJournal.Open(new SqliteJournalOptions(half["first"], "leipzig")))
            await GoldenJournal.StatesAsync(journal, options);

        // What is before a snapshot is not read, or it would be missed here.
        long removed = GoldenJournal.RemoveBefore(half["journal"], middle);
        Assert.InRange(removed, middle / 2, middle);
        using (SqliteJournal journal = SqliteJournal.Open(new SqliteJournalOptions(half["journal"], "leipzig")))
            Assert.Equal(full, await GoldenJournal.StatesAsync(journal, options, full.Select(line => new EntityId(line.Split(' ')[0]))));
        Assert.Empty(notices);
    }

    private static string IdAndSeq(string line) => string.Join(' ', line.Split(' ', 3)[..2]);

    private static JsonElement State(string line) => JsonDocument.Parse(line.Split(' ', 3)[2]).RootElement;

    /// <summary>A later version may know more of a twin, and nothing otherwise.</summary>
    private static void AssertKept(JsonElement was, JsonElement now, string where)
    {
        if (was.ValueKind != JsonValueKind.Object)
        {
            Assert.True(JsonElement.DeepEquals(was, now), $"{where} was {was}, and is {now}.");
            return;
        }

        foreach (JsonProperty member in was.EnumerateObject())
        {
            Assert.True(now.TryGetProperty(member.Name, out JsonElement there), $"{where}.{member.Name} is gone.");
            AssertKept(member.Value, there, $"{where}.{member.Name}");
        }
    }
}

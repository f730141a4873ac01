using DigitalTwin.Edge.Ledger;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.Edge.Tests.Ledger;

/// <summary>The ledger on disk, beside a history that may or may not have stored the batch that an entry is about.</summary>
public sealed class LossLedgerTests : IDisposable
{
    private static readonly DateTimeOffset T0 = new(2026, 3, 1, 6, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static LedgerEntry Entry(ulong before, ulong highest) =>
        new("b", before, highest, [new("a.x", (long)(highest - before), T0.AddSeconds(before), T0.AddSeconds(highest))], [], [], null);

    private static long Stored(LossLedger ledger) => ledger.Report().Lines.Sum(line => line.Stored);

    /// <summary>What may happen between two batches.</summary>
    private enum Fate { Confirmed, StoredThenKilled, KilledBeforeStored, CutBeforeStored, CutAfterStored }

    [Fact]
    public void Whenever_core_or_link_dies_each_sample_counts_once() =>
        Prop.ForAll((from kind in Gen.Elements(Enum.GetValues<Fate>()) from rows in Gen.Choose(1, 9) select (kind, rows)).ArrayOf().ToArbitrary(), steps =>
        {
            using var place = new TemporaryFolder();
            var history = 0ul;
            var ledger = LossLedger.Open(place.Path, _ => history);
            foreach (var (kind, rows) in steps)
            {
                var entry = Entry(history, history + (ulong)rows);
                ledger.Record(entry);
                if (kind is Fate.Confirmed or Fate.StoredThenKilled or Fate.CutAfterStored) history = entry.Highest;
                switch (kind)
                {
                    case Fate.Confirmed:
                        ledger.Confirm("b", history);
                        break;
                    case Fate.CutBeforeStored or Fate.CutAfterStored:
                        ledger.Resume("b", history);
                        break;
                    default:
                        ledger.Dispose();
                        ledger = LossLedger.Open(place.Path, _ => history);
                        ledger.Resume("b", history);
                        break;
                }
                Assert.Equal((long)history, Stored(ledger));
            }
            ledger.Dispose();
            using var last = LossLedger.Open(place.Path, _ => history);
            Assert.Equal((long)history, Stored(last));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_eased_outlives_the_host_as_an_entry_and_as_part_of_a_whole_account(bool wasConfirmed)
    {
        EasedTimes over = new(2, T0, T0.AddHours(1), TimeSpan.FromMinutes(40), null, 5000), lasting = new(1, T0, null, TimeSpan.Zero, T0, 2000.5);
        using (var ledger = LossLedger.Open(folder.Path, _ => 0))
        {
            ledger.Record(Entry(0, 10));
            ledger.Record(new("b", 10, 10, [], [], [], new(1, [("a.x", 10)]) { Eased = [("a.x", over), ("a.y", lasting)] }));
            if (wasConfirmed) ledger.Confirm("b", 10);
        }
        for (var start = 0; start < 2; start++)
        {
            using var again = LossLedger.Open(folder.Path, _ => 10);   // begins its log anew, so that the next reads a whole account
            var lines = again.Report().Lines.ToDictionary(line => line.Signal);
            Assert.Equal(new LedgerEased(2, T0, T0.AddHours(1), 2400, 5), lines["a.x"].Eased);
            Assert.Equal(new LedgerEased(1, T0, null, 0, 2.0005), lines["a.y"].Eased);
            Assert.Equal((10, 0), (lines["a.x"].Stored, lines["a.x"].Unexplained));
        }
    }

    [Fact]
    public void Batches_that_are_cut_otherwise_when_they_come_again_count_once()
    {
        using (var ledger = LossLedger.Open(folder.Path, _ => 0))
        {
            ledger.Record(Entry(0, 10));
            ledger.Record(Entry(10, 20));
            ledger.Resume("b", 0);   // neither was stored
            ledger.Record(Entry(0, 20));
        }
        using var again = LossLedger.Open(folder.Path, _ => 20);   // killed between the history's sync and the ledger's hearing of it
        Assert.Equal(20, Stored(again));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(40)]
    public void A_write_that_was_cut_off_is_left_out_and_said(int bytes)
    {
        using (var ledger = LossLedger.Open(folder.Path, _ => 0))
        {
            ledger.Record(Entry(0, 10));
            ledger.Record(Entry(10, 20));
        }
        var newest = new DirectoryInfo(folder.Path).GetFiles().MaxBy(file => file.Length)!;
        using (var cut = newest.Open(FileMode.Open)) cut.SetLength(cut.Length - bytes);
        var said = new List<string>();
        using var again = LossLedger.Open(folder.Path, _ => 20, said.Add);
        Assert.Contains("are no record", Assert.Single(said), StringComparison.Ordinal);
        Assert.InRange(Stored(again), 0, 10);
    }

    [Fact]
    public void A_log_that_was_cut_while_it_began_anew_gives_what_the_one_before_holds()
    {
        using (var ledger = LossLedger.Open(folder.Path, _ => 0)) ledger.Record(Entry(0, 10));
        string[] before = [.. Directory.GetFiles(folder.Path)];
        using (LossLedger.Open(folder.Path, _ => 10)) { }
        var anew = Directory.GetFiles(folder.Path).Except(before).Single();
        var whole = File.ReadAllBytes(anew);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(anew, whole[..length]);
            var (log, book, entries) = LedgerLog.Open(folder.Path, _ => { });
            log.Dispose();
            Assert.Equal((0, 10ul), (book.Buffers.Count, Assert.Single(entries).Highest));
        }
    }

    [Fact]
    public void Samples_that_are_on_their_way_into_history_are_still_there_when_the_log_begins_anew()
    {
        using (var ledger = LossLedger.Open(folder.Path, _ => 0))
        {
            ledger.Record(Entry(0, 10));
            ledger.Record(Entry(0, 10) with { Buffer = "other" });
            ledger.Resume("other", 0);   // begins anew, for the other gateway's sake
        }
        using var again = LossLedger.Open(folder.Path, buffer => buffer == "b" ? 10ul : 0);
        Assert.Equal(10, Stored(again));
    }

    [Fact]
    public void A_log_that_was_cut_before_it_held_all_that_is_on_its_way_does_not_count()
    {
        using (var ledger = LossLedger.Open(folder.Path, _ => 0))
        {
            ledger.Record(Entry(0, 10));
            ledger.Record(Entry(0, 10) with { Buffer = "other" });
            ledger.Resume("other", 0);
        }
        var anew = new DirectoryInfo(folder.Path).GetFiles().MinBy(file => file.Length)!;   // one entry where the older has two
        using (var cut = anew.Open(FileMode.Open)) cut.SetLength(cut.Length - 1);
        using var again = LossLedger.Open(folder.Path, buffer => buffer == "b" ? 10ul : 0);
        Assert.Equal(10, Stored(again));
    }
}

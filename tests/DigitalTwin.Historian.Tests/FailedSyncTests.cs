namespace DigitalTwin.Historian.Tests;

public sealed class FailedSyncTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Linux tells of a write that failed once; a second sync says that all is well, and it is not.</summary>
    [Fact]
    public async Task A_batch_whose_sync_failed_is_not_acknowledged_and_no_later_sync_hides_it()
    {
        var fails = false;
        var syncs = 0;
        var trial = SampleHistory.Trial.None with
        {
            Sync = file =>
            {
                syncs++;
                if (fails) throw new IOException("Input/output error");
                RandomAccess.FlushToDisk(file);
            },
        };
        await using (var history = SampleHistory.Open(folder.Path, Made.SmallFiles, trial))
        {
            await history.AppendAsync(Made.Samples(1, 100), "b", 100);
            fails = true;
            await Assert.ThrowsAsync<IOException>(() => history.AppendAsync(Made.Samples(101, 100), "b", 200));
            fails = false;
            var refused = await Assert.ThrowsAsync<IOException>(() => history.AppendAsync(Made.Samples(201, 100), "b", 300));
            Assert.Contains("Check the disk, then start the host again", refused.Message, StringComparison.Ordinal);
            Assert.Equal(2, syncs);   // and none that could report success
            Assert.Equal(100ul, history.StoredSequence("b"));
            Assert.Equal(Made.Samples(1, 100), await Made.AllOf(history));
        }

        // The gateway still has what was not acknowledged, and sends it again.
        await using var again = SampleHistory.Open(folder.Path, TimeProvider.System, Made.SmallFiles);
        Assert.InRange(again.StoredSequence("b"), 100ul, 200ul);
        await again.AppendAsync(Made.Samples(101, 200), "b", 300);
        Assert.Equal(Made.Samples(1, 300), await Made.AllOf(again));
    }
}

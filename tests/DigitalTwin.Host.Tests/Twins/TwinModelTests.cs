using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.TestKit;
using DigitalTwin.Domain.WorkOrders;
using DigitalTwin.Host.Twins;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Host.Tests.Twins;

[Collection("twins")]
public class TwinModelTests
{
    private static readonly TimeSpan Deadline = Wait.Patience;

    /// <summary>The real journal, so that what is read back has been on disk.</summary>
    [Fact]
    public async Task What_is_shown_is_what_the_twins_hold()
    {
        using var folder = new TemporaryFolder();
        using SqliteJournal journal = SqliteJournal.Open(new SqliteJournalOptions(folder.Path, "leipzig"));
        await using (RunningTwins twins = await RunningTwins.StartAsync(journal))
        {
            await twins.ReportAsync(OneBody.Observations(twins));
            await twins.SettleAsync();
            await AssertShown(twins, twins.Model);
            Assert.Equal(WorkOrderStatus.Completed, twins.Model.WorkOrder(OneBody.Order)!.State.Status);
            Assert.Equal(journal.Head.Offset, twins.Model.Offset);
        }

        await using RunningTwins again = await RunningTwins.StartAsync(journal, follow: false);
        await AssertShown(again, again.Model);
        Assert.Equal(journal.Head.Offset, again.Model.Offset);
    }

    [Fact]
    public void An_order_that_was_let_go_of_is_found_in_the_journal_and_goes_on_from_where_it_was()
    {
        var journal = new MemoryJournal();
        const int orders = 2100;
        for (int body = 0; body < orders; body++)
            Store(journal, $"{MadePlant.Line}.order-{body}", 0, Released(body), new WorkOrderEvent.Completed(MadePlant.Morning));
        var model = new TwinModel(MadePlant.Definition, journal);
        Fold(model, journal);
        Assert.Equal(2000, model.Now.WorkOrders.Count);
        Assert.Equal(("0", WorkOrderStatus.Completed), (model.WorkOrder($"{MadePlant.Line}.order-0")!.State.Body, model.WorkOrder($"{MadePlant.Line}.order-0")!.State.Status));

        Store(journal, $"{MadePlant.Line}.order-0", 2, new WorkOrderEvent.Scrapped(MadePlant.Last, MadePlant.Morning.AddDays(1)));
        Fold(model, journal);
        EntityState<WorkOrderState> late = model.WorkOrder($"{MadePlant.Line}.order-0")!;
        Assert.Equal(("0", WorkOrderStatus.Scrapped, 3L), (late.State.Body, late.State.Status, late.Seq));
        Assert.Null(model.Damage($"{MadePlant.Line}.order-0"));
        Assert.Contains($"{MadePlant.Line}.order-0", model.Now.WorkOrders.Keys);
        Assert.Equal(2000, model.Now.WorkOrders.Count);
    }

    [Fact]
    public void An_order_that_was_completed_and_then_scrapped_is_let_go_of_once()
    {
        var journal = new MemoryJournal();
        Store(journal, $"{MadePlant.Line}.order-0", 0, Released(0), new WorkOrderEvent.Completed(MadePlant.Morning), new WorkOrderEvent.Scrapped(MadePlant.Last, MadePlant.Morning));
        for (int body = 1; body < 2000; body++)
            Store(journal, $"{MadePlant.Line}.order-{body}", 0, Released(body), new WorkOrderEvent.Completed(MadePlant.Morning));
        var model = new TwinModel(MadePlant.Definition, journal);
        Fold(model, journal);
        Assert.Equal(2000, model.Now.WorkOrders.Count);
    }

    private static async Task AssertShown(RunningTwins twins, TwinModel model)
    {
        foreach (string station in new[] { MadePlant.First, MadePlant.Last })
            Assert.Equal(RunningTwins.Text(await twins.Entities.Stations.QueryAsync(new EntityId(station), Deadline)), RunningTwins.Text(model.Unit(station)));
        Assert.Equal(RunningTwins.Text(await twins.Entities.Machines.QueryAsync(new EntityId(MadePlant.Robot), Deadline)), RunningTwins.Text(model.Unit(MadePlant.Robot)));
        Assert.Equal(RunningTwins.Text(await twins.Entities.Lines.QueryAsync(new EntityId(MadePlant.Line), Deadline)), RunningTwins.Text(model.Line(MadePlant.Line)));
        Assert.Equal(RunningTwins.Text(await twins.Entities.WorkOrders.QueryAsync(new EntityId(OneBody.Order), Deadline)), RunningTwins.Text(model.WorkOrder(OneBody.Order)));
    }

    private static WorkOrderEvent.Released Released(int body) => new(MadePlant.Line, $"{body}", [MadePlant.First, MadePlant.Last], MadePlant.Morning);

    private static void Store(MemoryJournal journal, string id, long after, params WorkOrderEvent[] events)
    {
        NewEvent[] encoded = [.. events.Select(EventCatalogs.WorkOrders.Encode).Select(stored => new NewEvent(stored.Name, stored.At!.Value, stored.Payload))];
        var results = new AppendResult[1];
        journal.Append([new Append(journal.Acquire(new("all"), "test", TimeSpan.FromMinutes(1)).Lease!, new EntityId(id), after, encoded)], MadePlant.Morning, results);
        Assert.Equal(AppendStatus.Stored, results[0].Status);
    }

    private static void Fold(TwinModel model, MemoryJournal journal)
    {
        foreach (StoredEvent stored in journal.ReadAll(model.Offset, int.MaxValue))
            model.Apply(stored);
    }
}

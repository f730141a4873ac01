namespace DigitalTwin.Actors.Simulation.PlantedBugs;

/// <summary>The bugs that the simulation must find; the first half of each pair is the engine as it is.</summary>
internal static class Catalogue
{
    private const string Entity = "src/DigitalTwin.Actors/Entities/Entity.cs";
    private const string Writer = "src/DigitalTwin.Actors/Journals/JournalWriter.cs";
    private const string Mailbox = "src/DigitalTwin.Actors/Mailboxes/Mailbox.cs";

    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        new("answer before the commit", Entity,
            "        suspended = true;\n        context.Writer.Enqueue(this);",
            """
                    if (BUG) OnStored(inFlight!.Events, context.Journal.Head.Offset + 1, message);
                    suspended = true;
                    context.Writer.Enqueue(this);
            """),
        new("recovery leaves the last event out", Entity,
            "            while (page.Count == RecoveryPage);",
            """
                        while (page.Count == RecoveryPage);
                        if (BUG && page.Count > 1)
                        {
                            state = behavior.Initial(id);
                            foreach (var stored in context.Journal.ReadEntity(id, 0, page.Count - 1)) state = behavior.Apply(state, behavior.Decode(stored.Name, stored.Payload));
                        }
            """),
        new("a timer fires twice", "src/DigitalTwin.Actors/Timers/EntityTimers.cs",
            "            _ => deliver(timer.Command, pending), null,",
            "            _ => { deliver(timer.Command, pending); if (BUG) deliver(timer.Command, new PendingTimer()); }, null,"),
        new("a cancelled timer fires all the same", "src/DigitalTwin.Actors/Timers/EntityTimers.cs",
            "        gone.Pending.TryAbandon();\n        gone.Handle.Dispose();",
            """
                    if (BUG) return;
                    gone.Pending.TryAbandon();
                    gone.Handle.Dispose();
            """),
        new("an unknown outcome is told as not stored", Entity,
            "mayBeRecorded: result.Status == AppendStatus.Unknown,",
            "mayBeRecorded: !BUG && result.Status == AppendStatus.Unknown,"),
        new("an append is tried again after an unknown outcome", Writer,
            "        catch (Exception failure)\n        {",
            """
                    catch (Exception) when (BUG)
                    {
                        var again = appends.ToArray();
                        for (var i = 0; i < again.Length; i++) again[i] = again[i] with { ExpectedSeq = journal.ReadEntity(again[i].Entity, 0, int.MaxValue).Count };
                        recorded = journal.Append(again, recorded, outcome);
                        return true;
                    }
                    catch (Exception failure)
                    {
            """),
        new("a full mailbox drops silently", Mailbox,
            "            if (count == capacity) return false;\n            Put(message);",
            """
                        if (count == capacity) return BUG;
                        Put(message);
            """),
    ];
}

namespace DigitalTwin.Actors.Simulation.PlantedBugs;

/// <summary>The bugs that the simulation must find. The first text of each is the source as it is, the second the mistake.</summary>
internal static class Catalogue
{
    private const string Entity = "src/DigitalTwin.Actors/Entities/Entity.cs";
    private const string Commands = "src/DigitalTwin.Actors/Entities/EntityCommands.cs";
    private const string Recovery = "src/DigitalTwin.Actors/Entities/EntityRecovery.cs";
    private const string Writer = "src/DigitalTwin.Actors/Journals/JournalWriter.cs";
    private const string Mailbox = "src/DigitalTwin.Actors/Mailboxes/Mailbox.cs";
    private const string Shard = "src/DigitalTwin.Actors/Sharding/Shard.cs";
    private const string Timers = "src/DigitalTwin.Actors/Timers/EntityTimers.cs";
    private const string Journal = "tests/DigitalTwin.Actors.Tests/TestKit/MemoryJournal.cs";

    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        // I1: what is acknowledged is stored.
        new("a command is answered before the commit", Commands,
            "        context.Writer.Enqueue(this);",
            """
                    if (BUG && message.Pending is PendingAnswer<Reply<TState, TEvent>> early)
                        early.Answer(new Reply<TState, TEvent>.Accepted([.. commit!.Events.Select((happened, i) => new Recorded<TEvent>(context.Journal.Head.Offset + 1 + i, seq + 1 + i, happened))], commit.Next));
                    context.Writer.Enqueue(this);
            """),
        new("all entities of a commit are given the result of the first", Writer,
            "owners[i].Appended(results[i], recorded, count);",
            "owners[i].Appended(results[BUG ? 0 : i], recorded, count);"),

        // I2: a command is stored once.
        new("repeated commands are not noticed", Commands,
            "window is not null && window.TryFind(",
            "window is not null && !BUG && window.TryFind("),
        new("snapshots leave the remembered command ids out", Entity,
            "var commands = window?.Commands ?? [];",
            "var commands = BUG ? [] : window?.Commands ?? [];"),
        new("recovery leaves the remembered command ids out", Recovery,
            "        if (stored.Command is { } tag) (Window",
            "        if (!BUG && stored.Command is { } tag) (Window"),
        new("an id that is used twice is answered with the other command's events", Commands,
            "if (answered.Body != tag.Body)",
            "if (!BUG && answered.Body != tag.Body)"),
        new("an append is tried again after an unknown outcome", Writer,
            "        catch (Exception failure)\n        {\n            health",
            """
                    catch (Exception failure)
                    {
                        if (BUG)
                        {
                            try
                            {
                                var again = appends.ToArray();
                                for (var i = 0; i < again.Length; i++) again[i] = again[i] with { ExpectedSeq = journal.ReadEntity(again[i].Entity, 0, int.MaxValue).Count };
                                recorded = journal.Append(again, recorded, outcome);
                                return true;
                            }
                            catch (Exception)
                            {
                                // As if it had not been tried.
                            }
                        }

                        health
            """),
        new("an unknown outcome is told as not stored", Commands,
            "Fail(ended.Message, reason!, null, mayBeRecorded: true, Failure.Journal);",
            "Fail(ended.Message, reason!, null, mayBeRecorded: !BUG, Failure.Journal);"),

        // I3: one writer.
        new("the journal compares epochs before the transaction", Journal,
            "        var fault = Faults();",
            """
                    var newest = BUG ? leases.ToDictionary(lease => lease.Key, lease => lease.Value.Lease.Epoch) : null;
                    var fault = Faults();
                    if (newest is not null)
                    {
                        if (events.Count > 0 && events[^1].Recorded > recorded) recorded = events[^1].Recorded;
                        var kept = leases.ToDictionary();
                        try
                        {
                            foreach (var (shard, epoch) in newest) leases[shard] = leases[shard] with { Lease = leases[shard].Lease with { Epoch = epoch } };
                            Commits++;
                            for (var i = 0; i < batch.Length; i++) results[i] = Add(batch[i], recorded);
                            return recorded;
                        }
                        finally
                        {
                            foreach (var (shard, held) in kept) leases[shard] = held;
                        }
                    }

            """),
        new("the journal gives a shard away while its lease still counts", Journal,
            "held.Lease.Owner != owner && Left(held)",
            "held.Lease.Owner != owner && !BUG && Left(held)"),
        new("a lease is used after two thirds of its time", Shard,
            "ReferenceEquals(lease, mine) && now < Interlocked.Read(ref validUntil)",
            "ReferenceEquals(lease, mine) && (BUG || now < Interlocked.Read(ref validUntil))"),
        new("a lease counts from its answer instead of from the question", Shard,
            "                Interlocked.Exchange(ref validUntil, Later(asked, leaseTime * (2.0 / 3)));\n                lease = granted;",
            """
                            Interlocked.Exchange(ref validUntil, Later(BUG ? time.GetTimestamp() : asked, leaseTime * (2.0 / 3)));
                            lease = granted;
            """),

        // I4: every state is the fold of the journal.
        new("a snapshot is one event ahead", Commands,
            "        (state, offset, recorded) = (stored.Next,",
            """
                    if (BUG && seq > events.Count)
                    {
                        (seq, state) = (seq - events.Count, stored.Next);
                        Snapshot();
                        seq += events.Count;
                    }

                    (state, offset, recorded) = (stored.Next,
            """),
        new("a snapshot of another history is used", Recovery,
            "if (page[0].Offset != found.Offset",
            "if (!BUG && page[0].Offset != found.Offset"),
        new("recovery applies the snapshot's own event again", Recovery,
            "if (stored.Seq > Seq) Apply(stored);",
            "if (stored.Seq > Seq || (BUG && stored.Seq == SnapshotSeq)) Apply(stored);"),
        new("recovery leaves the last event out", Recovery,
            "            foreach (var stored in page)",
            "            foreach (var stored in BUG && page.Count > 1 ? page.SkipLast(1) : page)"),
        new("a state stays that could not be stored", Commands,
            "            case AppendStatus.NotStored:",
            """
                        case AppendStatus.NotStored:
                            if (BUG) state = ended.Next;
            """),

        // Timers.
        new("a timer fires twice", Timers,
            "            else deliver(Timer.Command, Pending);",
            """
                        else deliver(Timer.Command, Pending);
                        if (BUG && !cut) deliver(Timer.Command, new PendingTimer());
            """),
        new("a cancelled timer fires all the same", Timers,
            "        gone.Pending.TryAbandon();",
            "        if (BUG) return;\n        gone.Pending.TryAbandon();"),
        new("the wake of a durable timer is not stored", Commands,
            "earliest != knownWake)",
            "earliest != knownWake && !BUG)"),
        new("an entity that leaves memory leaves no wake behind", Entity,
            "        if (timers?.EarliestDurable is { } due) context",
            "        if (!BUG && timers?.EarliestDurable is { } due) context"),
        new("a due command that found the disk full is forgotten", Commands,
            "if (ended.Message.Pending is PendingTimer timer) timers",
            "if (!BUG && ended.Message.Pending is PendingTimer timer) timers"),

        // I8: nothing is lost on the way.
        new("a full mailbox drops silently", Mailbox,
            "return HasRoom ? Put(message) : Posted.Full;",
            "return HasRoom ? Put(message) : BUG ? Posted.Added : Posted.Full;"),
        new("an entity leaves memory with a message in its mailbox", Mailbox,
            "return closed = closed || (signals == 0 && count == 0);",
            """
            {
                        if (BUG) count = 0;
                        return closed = closed || (signals == 0 && count == 0);
                    }
            """),
        new("a message to an entity that has just left memory is dropped", Mailbox,
            "            if (closed) return Posted.Closed;\n            return HasRoom",
            "            if (closed) return BUG ? Posted.Added : Posted.Closed;\n            return HasRoom"),
        new("a command is served whose asker was told that it will have no effect", Entity,
            "if (message.Pending?.TryTake() == false) return;",
            "if (message.Pending?.TryTake() == false && !BUG) return;"),
        new("the end of a node leaves messages without an answer", Entity,
            "            refused++;\n            Refuse(message, why, whyOf);",
            "            refused++;\n            if (!BUG) Refuse(message, why, whyOf);"),
        new("a read model misses what another node has committed", "src/DigitalTwin.Actors/Journals/CommittedFeed.cs",
            "if (events[0].Offset != head + 1) firstRecent",
            "if (!BUG && events[0].Offset != head + 1) firstRecent"),
        new("a read model is given the writer's clock instead of the stored time", Writer,
            "            recorded = journal.Append(appends, recorded, outcome);\n            return true;\n        }\n        catch (JournalFullException",
            """
                        var stored = journal.Append(appends, recorded, outcome);
                        if (!BUG) recorded = stored;
                        return true;
                    }
                    catch (JournalFullException
            """),
        new("a dead letter is lost", Entity,
            "    private void SetAside(in Envelope<TCommand> message, string reason) =>\n",
            """
                private void SetAside(in Envelope<TCommand> message, string reason)
                {
                    if (!BUG) Keep(message, reason);
                }

                private void Keep(in Envelope<TCommand> message, string reason) =>

            """),
    ];
}

using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.TestKit;
using FsCheck;
using FsCheck.Fluent;
using Reply = DigitalTwin.Actors.Entities.Reply<DigitalTwin.Actors.Tests.Press, DigitalTwin.Actors.Tests.PressEvent>;

namespace DigitalTwin.Actors.Tests;

/// <summary>
/// One seed chooses commands, the order of turns and commits, failures of disk and deciders, the passing of time, and when the process is
/// killed. Whatever it chooses, the invariants of the journal hold.
/// </summary>
public sealed class CrashTests
{
    private const int Lives = 6;
    private const int StepsPerLife = 120;

    [Fact]
    public void Whatever_happens_every_acknowledged_event_is_there_and_the_state_is_the_fold_of_the_journal() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => Holds(seed)));

    [Fact]
    public void The_same_seed_gives_the_same_journal_to_the_last_byte()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            Assert.Equal(new Life(seed).Run().Head.Hash.ToArray(), new Life(seed).Run().Head.Hash.ToArray());
        }
    }

    [Fact]
    public void The_seeds_reach_kills_disk_failures_restarts_and_acknowledgements()
    {
        var reached = Enumerable.Range(1, 100).Select(seed =>
        {
            var life = new Life(seed);
            life.Run();
            return life;
        }).ToList();
        Assert.True(reached.Sum(life => life.KilledInFlight) > 50, "kills while an append was in flight");
        Assert.True(reached.Sum(life => life.DiskFailures) > 50, "disk failures");
        Assert.True(reached.Sum(life => life.Restarts) > 100, "restarts of entities");
        Assert.True(reached.Sum(life => life.Acknowledged) > 5000, "acknowledged commands");
    }

    private static bool Holds(int seed)
    {
        new Life(seed).Run();
        return true;
    }

    private sealed class Life(int seed)
    {
        private static readonly EntityId[] Ids = [.. Enumerable.Range(1, 4).Select(i => new EntityId($"shop.press-{i}"))];
        private readonly Random random = new(seed);
        private readonly MemoryJournal journal = new();
        private readonly VirtualTime time = new();
        private readonly Dictionary<int, (EntityId Id, int Times)> sent = [];
        private readonly Dictionary<int, Reply.Accepted> accepted = [];
        private readonly HashSet<int> untouched = [];
        private readonly List<PressEvent.Stroked> decoded = [];
        private readonly Dictionary<EntityId, long> sequences = [];
        private readonly Dictionary<int, int> times = [];
        private int order;

        public int KilledInFlight { get; private set; }

        public int DiskFailures { get; private set; }

        public int Restarts { get; private set; }

        public int Acknowledged => accepted.Count;

        public MemoryJournal Run()
        {
            for (var life = 0; life < Lives; life++) LiveAndDie(life == Lives - 1);
            return journal;
        }

        private void LiveAndDie(bool last)
        {
            var shop = new PressShop(journal, random.Next(), time, mailbox: 4);
            journal.Faults = () => last ? CommitFault.None : Fault();
            journal.ReadFaults = () => !last && random.Next(20) == 0;
            var death = last ? StepsPerLife : random.Next(StepsPerLife);
            for (var step = 0; step < death; step++)
            {
                var (stored, answered) = (journal.Commits, shop.Probe.Replies.Count);
                Act(shop);
                if (journal.Commits != stored || shop.Probe.Replies.Count != answered) CheckJournal();
            }

            if (last) shop.Dispatcher.RunUntilIdle();
            KilledInFlight += shop.Probe.Replies.Count < shop.System.List().Sum(status => status.Processed) ? 1 : 0;
            Restarts += shop.System.List().Sum(status => status.Restarts);
            shop.Dispatcher.Kill();
            Note(shop);
            CheckJournal();
            CheckStates();
        }

        private CommitFault Fault()
        {
            var fault = random.Next(40) switch { 0 => CommitFault.FailBefore, 1 => CommitFault.FailAfter, 2 => CommitFault.DiskFull, _ => CommitFault.None };
            if (fault != CommitFault.None) DiskFailures++;
            return fault;
        }

        private void Act(PressShop shop)
        {
            switch (random.Next(10))
            {
                case < 5:
                    shop.Dispatcher.Step();
                    break;
                case < 9:
                    Command(shop);
                    break;
                default:
                    time.Advance(TimeSpan.FromSeconds(random.Next(3)));
                    break;
            }

            Note(shop);
        }

        private void Command(PressShop shop)
        {
            var id = Ids[random.Next(Ids.Length)];
            if (random.Next(25) == 0)
            {
                shop.Probe.Send(id, new PressCommand.Jam());
                return;
            }

            var stroke = new PressCommand.Stroke(random.Next(1, 9), random.Next(1, 4), ++order);
            if (shop.Probe.Send(id, stroke)) sent[order] = (id, stroke.Times);
            else untouched.Add(order);
        }

        private void Note(PressShop shop)
        {
            foreach (var (command, reply) in shop.Probe.Replies)
            {
                if (command is not PressCommand.Stroke stroke) continue;
                if (reply is Reply.Accepted taken) accepted[stroke.Order] = taken;
                if (reply is Reply.Failed { MayBeRecorded: false }) untouched.Add(stroke.Order);
            }
        }

        /// <summary>I1 acknowledged means stored; I2 one event per sequence and offset; a command is stored whole, once, or not at all.</summary>
        private void CheckJournal()
        {
            var events = journal.Events;
            for (var i = decoded.Count; i < events.Count; i++)
            {
                var stored = events[i];
                var stroked = (PressEvent.Stroked)Press.Decode(stored.Name, stored.Payload);
                decoded.Add(stroked);
                Require(stored.Offset == i + 1, "an offset is missing or doubled");
                Require(stored.Seq == sequences.GetValueOrDefault(stored.Entity) + 1, $"{stored.Entity} has a sequence missing or doubled");
                sequences[stored.Entity] = stored.Seq;
                Require(sent[stroked.Order].Id == stored.Entity, $"command {stroked.Order} is stored for another entity");
                times[stroked.Order] = times.GetValueOrDefault(stroked.Order) + 1;
            }

            foreach (var (command, count) in times)
            {
                Require(count == sent[command].Times, $"command {command} is stored in part or twice");
                Require(!untouched.Contains(command), $"command {command} is stored although its sender was told that it is not");
            }

            foreach (var (command, reply) in accepted)
            {
                foreach (var recorded in reply.Events)
                {
                    var there = recorded.Offset <= events.Count
                        && events[(int)recorded.Offset - 1].Seq == recorded.Seq
                        && decoded[(int)recorded.Offset - 1].Equals(recorded.Event);
                    Require(there, $"the acknowledged event {recorded.Offset} of command {command} is not in the journal");
                }
            }
        }

        /// <summary>I4: what a fresh process recovers is the fold of the journal.</summary>
        private void CheckStates()
        {
            journal.ReadFaults = () => false;
            var fresh = new PressShop(journal, random.Next(), new VirtualTime());
            foreach (var id in Ids)
            {
                fresh.Send(id, new PressCommand.Stroke(Parts: 0));
                fresh.Probe.Expect<Reply.Nothing>();
                Require(((Reply.Nothing)fresh.Probe.Replies[^1].Reply).State == PressShop.Fold(journal.Events, id), $"{id} is not the fold of its events");
            }
        }

        private void Require(bool holds, string claim)
        {
            if (!holds) throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Seed {seed}: {claim}."));
        }
    }
}

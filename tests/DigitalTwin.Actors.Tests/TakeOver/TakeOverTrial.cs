using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;

namespace DigitalTwin.Actors.Tests.TakeOver;

/// <summary>
/// Two real hosts under load want the same shard. Again and again the one that has it is stopped (SIGSTOP) for longer than its lease, the other one
/// takes over, and the stopped one goes on where it stood. Nothing that it still sends may be stored.
/// </summary>
/// <param name="start">The program that runs <see cref="TakeOverProcess"/> for the owner of that name.</param>
/// <param name="seed">How long each host works before it is stopped.</param>
/// <param name="standsInCommit">Whether the stopped host holds up everybody, where the store can tell at once; null: found out by waiting.</param>
public sealed class TakeOverTrial(IJournal journal, Func<string, ProcessStartInfo> start, int seed, Func<bool>? standsInCommit = null) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>A store that lets nobody write while a process stands inside a commit cannot be taken over then; the process goes on and is stopped again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly Dictionary<string, Host> hosts = [];
    private readonly Random random = new(seed);

    /// <summary>Each take-over: the new epoch, and the end of the log when it was first seen.</summary>
    private readonly List<(long Epoch, long Offset)> takeOvers = [];

    private int blocked;

    /// <summary>Stops inside a commit of which the store has told at once.</summary>
    private int standing;

    /// <summary>So many pairs of hosts side by side, each on a store of its own: a take-over is mostly waiting for a lease to end.</summary>
    /// <param name="trial">Runs and checks the trial of that number.</param>
    /// <returns>What happened in each.</returns>
    public static IReadOnlyList<string> SideBySide(int pairs, Func<int, TakeOverTrial> trial)
    {
        var trials = Task.WhenAll(Enumerable.Range(1, pairs).Select(pair => Task.Factory.StartNew(() => trial(pair), TaskCreationOptions.LongRunning))).GetAwaiter().GetResult();
        Assert.True(trials.Sum(each => each.Fenced) > 0, "No append came too late, so nothing shows that the fence was needed.");
        return [.. trials.Select(each => each.Summary)];
    }

    public void Run(int times)
    {
        foreach (var owner in (string[])["host-a", "host-b"]) hosts[owner] = new Host(start(owner));
        var again = false;
        while (takeOvers.Count < times)
        {
            var held = Holder(_ => true);
            // Some load first, so that it is stopped in the middle of something.
            var goal = hosts[held.Owner].Acknowledged + random.Next(1, again ? 3 : 20);
            Until(() => hosts[held.Owner].Acknowledged >= goal || Current() != held, $"{held.Owner} stores nothing");
            hosts[held.Owner].Signal(Stop);
            var other = hosts.Keys.Single(owner => owner != held.Owner);
            again = standsInCommit?.Invoke() == true;
            if (again) standing++;
            else if (TryUntil(() => Current() is { } now && now.Owner == other && now.Epoch > held.Epoch, Patience))
            {
                takeOvers.Add((Holder(now => now.Owner == other).Epoch, journal.Head.Offset));
                var first = hosts[other].Acknowledged;
                Until(() => hosts[other].Acknowledged > first, $"{other} stores nothing after its take-over");
            }
            else
            {
                blocked++;
                Assert.False(hosts[other].HasEnded, $"{other} has ended.");
                Assert.True(blocked <= times, $"Nobody takes over: {Summary}.");
            }

            hosts[held.Owner].Signal(Continue);
        }
    }

    /// <summary>Ends the hosts and compares what they were told with what is stored.</summary>
    public void Check()
    {
        foreach (var host in hosts.Values) host.End();
        var rows = new List<StoredEvent>();
        for (var page = journal.ReadAll(0, 10_000); page.Count > 0; page = journal.ReadAll(rows.Count, 10_000)) rows.AddRange(page);
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(offset => (long)offset), rows.Select(row => row.Offset));

        var shard = rows.Where(row => row.Entity.Value.StartsWith("shop.", StringComparison.Ordinal)).ToList();
        var newest = 0L;
        var late = new List<StoredEvent>();
        foreach (var row in shard)
        {
            if (row.Epoch < newest) late.Add(row);
            newest = Math.Max(newest, row.Epoch);
        }

        foreach (var (epoch, offset) in takeOvers) late.AddRange(shard.Where(row => row.Offset > offset && row.Epoch < epoch));
        Assert.True(late.Count == 0, $"{late.Count} events of an older epoch were stored after a take-over; the first: {late.FirstOrDefault()}");

        foreach (var entity in shard.GroupBy(row => row.Entity))
            Assert.Equal(Enumerable.Range(1, entity.Count()).Select(seq => (long)seq), entity.Select(row => row.Seq));
        var stored = shard.ToDictionary(row => (row.Entity.Value, row.Seq), row => row.Offset);
        foreach (var (key, offset) in hosts.Values.SelectMany(host => host.Printed))
            Assert.True(stored.GetValueOrDefault(key) == offset, $"The acknowledged event {key.Seq} of {key.Entity} is not at offset {offset}.");
    }

    /// <summary>Appends that came too late, and were refused for their epoch.</summary>
    private int Fenced => hosts.Values.Sum(host => host.Fenced);

    public string Summary => string.Create(CultureInfo.InvariantCulture,
        $"{takeOvers.Count} take-overs, {hosts.Values.Sum(host => host.Acknowledged)} acknowledged events, {Fenced} appends fenced off, {blocked + standing} stops inside a commit that held up everybody");

    public void Dispose()
    {
        foreach (var host in hosts.Values) host.Dispose();
    }

    /// <summary>Null also where a stopped host holds up those who read.</summary>
    private LeaseStatus? Current()
    {
        try
        {
            return journal.Leases().FirstOrDefault(lease => lease.Shard == TakeOverProcess.Shard) is { } held && hosts.ContainsKey(held.Owner) ? held with { Expires = default } : null;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private LeaseStatus Holder(Func<LeaseStatus, bool> fits)
    {
        LeaseStatus? held = null;
        Until(() => (held = Current()) is { } now && fits(now), "nobody has the shard");
        return held!;
    }

    private static void Until(Func<bool> condition, string otherwise)
    {
        if (!TryUntil(condition, Limit)) throw new TimeoutException(otherwise);
    }

    private static bool TryUntil(Func<bool> condition, TimeSpan limit)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); Thread.Sleep(5))
        {
            if (clock.Elapsed > limit) return false;
        }

        return true;
    }

    private const int Continue = 18;
    private const int Stop = 19;

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    private sealed class Host : IDisposable
    {
        private readonly Process process;
        private readonly Task reading;
        private readonly ConcurrentDictionary<(string Entity, long Seq), long> printed = new();
        private int acknowledged;
        private int fenced;

        public Host(ProcessStartInfo start)
        {
            start.RedirectStandardInput = true;
            start.RedirectStandardOutput = true;
            process = Process.Start(start)!;
            reading = Task.Run(Read);
        }

        public bool HasEnded => process.HasExited;

        public int Acknowledged => Volatile.Read(ref acknowledged);

        public int Fenced => Volatile.Read(ref fenced);

        public IEnumerable<KeyValuePair<(string Entity, long Seq), long>> Printed => printed;

        public void Signal(int number) => Assert.Equal(0, Kill(process.Id, number));

        public void End()
        {
            process.StandardInput.Close();
            Assert.True(process.WaitForExit(Limit), "A host does not end.");
            Assert.True(reading.Wait(Limit));
        }

        public void Dispose()
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }

        private async Task Read()
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line == "fenced") Interlocked.Increment(ref fenced);
                if (line.Split(' ') is not [var entity, var seq, var offset]) continue;
                printed[(entity, long.Parse(seq, CultureInfo.InvariantCulture))] = long.Parse(offset, CultureInfo.InvariantCulture);
                Interlocked.Increment(ref acknowledged);
            }
        }
    }
}

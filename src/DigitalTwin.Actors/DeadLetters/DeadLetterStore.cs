using System.Globalization;
using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Sharding;

namespace DigitalTwin.Actors.DeadLetters;

/// <summary>
/// Keeps what no entity has handled, with the reason, in an entity of its own for each shard (<c>dead-letters.SHARD</c>; of the shard
/// <c>all</c> just <c>dead-letters</c>), so that keeping one needs no more than the right to write that its addressee needed too.
/// </summary>
public sealed class DeadLetterStore
{
    private const string Prefix = "dead-letters";
    private const string DefaultShard = "all";
    private const int LongestReason = 2000;

    /// <summary>Leaves room for the other fields of the event, and for base 64.</summary>
    private const int LargestPayload = 32 * 1024;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly EntityContext context;
    private Entities<DeadLetterBox, DeadLetterCommand, DeadLetterEvent> boxes = null!;
    private long lost;

    internal DeadLetterStore(EntityContext context) => this.context = context;

    /// <summary>Dead letters since the start of the program that could not be stored either; each was reported.</summary>
    public long Lost => Interlocked.Read(ref lost);

    /// <summary>The open dead letters of the shards that this process runs, the newest first.</summary>
    /// <param name="unread">Is given a sentence for each shard whose letters cannot be read now; null: then the list fails.</param>
    /// <exception cref="EntityUnavailableException">The letters of a shard cannot be read, and nobody would be told.</exception>
    public async Task<IReadOnlyList<StoredDeadLetter>> ListAsync(ICollection<string>? unread = null, CancellationToken cancellation = default)
    {
        var letters = new List<(ShardId Shard, DeadLetterEvent.Stored Stored)>();
        foreach (var shard in context.Shards)
        {
            if (shard.Lease is null) continue;
            EntityState<DeadLetterBox> box;
            try
            {
                box = await boxes.QueryAsync(IdOf(shard.Id), Deadline, cancellation);
            }
            catch (Exception away) when (unread is not null && away is (TimeoutException or EntityUnavailableException))
            {
                unread.Add($"The dead letters of {shard.Id} cannot be read now: {away.Message}");
                continue;
            }

            letters.AddRange(box.State.Open.Values.Select(letter => (shard.Id, letter)));
        }

        return [.. letters.OrderByDescending(letter => letter.Stored.At).ThenByDescending(letter => letter.Stored.Number).Select(letter => Read(letter.Shard, letter.Stored))];
    }

    /// <summary>Sends the command of a dead letter again, and notes what became of it.</summary>
    /// <returns>Null: no open letter has this id.</returns>
    public async Task<ReplayResult?> ReplayAsync(string id, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        var dash = id.LastIndexOf('-');
        if (dash < 0 || !long.TryParse(id.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        var shard = new ShardId(id[..dash]);
        if (context.Shards.FirstOrDefault(known => known.Id == shard)?.Lease is null) return null;
        var box = await boxes.QueryAsync(IdOf(shard), Deadline, cancellation);
        if (!box.State.Open.TryGetValue(number, out var stored)) return null;
        var result = await ReplayAsync(Read(shard, stored), cancellation);
        return await NoteAsync(shard, number, result, cancellation) is { } why
            ? result with { Reason = $"{result.Outcome}, but not noted, so that the letter stays: {why}{(result.Reason is null ? "" : $" ({result.Reason})")}" }
            : result;
    }

    /// <returns>Why it could not be noted; null: it is.</returns>
    private async Task<string?> NoteAsync(ShardId shard, long number, ReplayResult result, CancellationToken cancellation)
    {
        try
        {
            return await boxes.AskAsync(IdOf(shard), new DeadLetterCommand.NoteReplay(number, result.Outcome, result.Reason), Deadline, cancellation) switch
            {
                Reply<DeadLetterBox, DeadLetterEvent>.Failed failed => failed.Reason,
                Reply<DeadLetterBox, DeadLetterEvent>.Refused refused => refused.Reason,
                _ => null,
            };
        }
        catch (Exception failure) when (failure is TimeoutException or ObjectDisposedException)
        {
            return failure.Message;
        }
    }

    internal void Start(EntitySystem system) => boxes = system.Add(DeadLetterBox.Behavior);

    /// <summary>The shard whose dead letters an entity keeps; that is also its own.</summary>
    /// <returns>Null: it is not one of the entities that keep dead letters.</returns>
    public static ShardId? ShardOf(EntityId id)
    {
        if (id.Value == Prefix) return new ShardId(DefaultShard);
        return id.Value.StartsWith($"{Prefix}.", StringComparison.Ordinal) ? new ShardId(id.Value[(Prefix.Length + 1)..]) : null;
    }

    internal void Add(DeadLetter letter, ShardId shard)
    {
        context.Options.OnDeadLetter?.Invoke(letter);
        if (letter.Kind == DeadLetterBox.Kind)
        {
            Lose(letter, "it is one of the entity that keeps them");
            return;
        }

        bool posted;
        try
        {
            posted = TryStore(letter, shard);
        }
        catch (ObjectDisposedException)
        {
            Lose(letter, context.ShuttingDown);
            return;
        }

        if (!posted) Lose(letter, "too many of them wait");
    }

    private bool TryStore(DeadLetter letter, ShardId shard) =>
        boxes.TryPost(IdOf(shard), new DeadLetterCommand.Store(Encode(letter)), reply =>
        {
            if (reply is Reply<DeadLetterBox, DeadLetterEvent>.Accepted) context.Telemetry.DeadLetter(stored: true);
            else Lose(letter, reply is Reply<DeadLetterBox, DeadLetterEvent>.Failed failed ? failed.Reason : $"{reply}");
        });

    /// <summary>Keeps a command whose asker was told that it failed; completes when the journal has it.</summary>
    /// <inheritdoc cref="Entities{TState, TCommand, TEvent}.SetAsideAsync"/>
    internal async Task<bool> AddAsync(DeadLetter letter, int most, CancellationToken cancellation)
    {
        var reply = await boxes.AskAsync(IdOf(context.ShardOf(letter.Id).Id), new DeadLetterCommand.Store(Encode(letter), most), Deadline, cancellation);
        switch (reply)
        {
            case Reply<DeadLetterBox, DeadLetterEvent>.Accepted:
                context.Options.OnDeadLetter?.Invoke(letter);
                context.Telemetry.DeadLetter(stored: true);
                return true;
            case Reply<DeadLetterBox, DeadLetterEvent>.Nothing:
                context.Telemetry.DeadLetter(stored: false);
                return false;
            case Reply<DeadLetterBox, DeadLetterEvent>.Failed { WorthRetry: true } failed:
                throw new EntityUnavailableException(failed.Reason);
            default:
                Lose(letter, reply is Reply<DeadLetterBox, DeadLetterEvent>.Failed lost ? lost.Reason : $"{reply}");
                return false;
        }
    }

    private void Lose(DeadLetter letter, string why)
    {
        Interlocked.Increment(ref lost);
        context.Telemetry.DeadLetter(stored: false);
        context.Notice(letter.Id.Value, $"A dead letter of {letter.Id} could not be stored: {why}. It was {letter.Message}; the reason was: {letter.Reason}");
    }

    private DeadLetterEvent.Stored Encode(DeadLetter letter)
    {
        var reason = letter.Reason.Length > LongestReason ? letter.Reason[..LongestReason] : letter.Reason;
        string? trace = letter.Trace == default ? null : letter.Trace.ToHexString();
        var encoded = EncodedOrText(letter, out var replayable);
        if (encoded.Payload.Length > LargestPayload)
        {
            reason = $"{reason} (The command is not kept: it takes {encoded.Payload.Length} bytes.)";
            (encoded, replayable) = (encoded with { Payload = default }, false);
        }

        return new(0, letter.Id.Value, letter.Kind, encoded.Name, encoded.Payload.ToArray(), reason, replayable, trace, default);
    }

    private EncodedCommand EncodedOrText(DeadLetter letter, out bool replayable)
    {
        try
        {
            // A letter to an id that cannot be stored as it is must not come to another entity.
            if (BadInput.IsStorable(letter.Id.Value) && context.Kind(letter.Kind)?.Encode(letter.Message) is { } encoded)
            {
                replayable = true;
                return encoded;
            }
        }
        catch (Exception failure)
        {
            context.Notice(letter.Id.Value, $"A dead letter of {letter.Id} is kept as text, since its command could not be encoded: {failure.Message}");
        }

        replayable = false;
        return new EncodedCommand(letter.Message.GetType().Name, Encoding.UTF8.GetBytes(letter.Message.ToString() ?? ""));
    }

    private async Task<ReplayResult> ReplayAsync(StoredDeadLetter letter, CancellationToken cancellation)
    {
        if (!letter.Replayable) return new ReplayResult(letter.Id, "failed", $"its command is kept as text only; the kind '{letter.Kind}' has no codec for commands, or it was too large");
        if (context.Kind(letter.Kind) is not { } kind) return new ReplayResult(letter.Id, "failed", $"the kind '{letter.Kind}' is not known to this program");
        try
        {
            return await kind.ReplayAsync(letter, Deadline, cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return new ReplayResult(letter.Id, "failed", failure.Message);
        }
    }

    private static EntityId IdOf(ShardId shard) => new(shard.Value == DefaultShard ? Prefix : $"{Prefix}.{shard}");

    private static StoredDeadLetter Read(ShardId shard, DeadLetterEvent.Stored letter) => new(
        string.Create(CultureInfo.InvariantCulture, $"{shard}-{letter.Number}"), new EntityId(letter.Entity), letter.Kind, letter.Command, letter.Payload,
        letter.Reason, letter.At, letter.Replayable, letter.Trace);
}

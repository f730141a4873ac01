using System.Globalization;
using System.Text.Json;
using DigitalTwin.Cli.Output;

namespace DigitalTwin.Cli.Api;

// What the host sends, as far as a table shows it; -o json passes on the whole of it.

public sealed record PlantShape(
    string Id, string Name, string TimeZone, ClockShape Clock, IReadOnlyList<LineShape> Lines, ShiftShape? Shift,
    IReadOnlyList<GatewayShape> Gateways, FreshnessShape? Freshness);

/// <param name="Speed">Plant seconds per wall second.</param>
public sealed record ClockShape(DateTimeOffset PlantTime, double Speed, double OffsetSeconds);

public sealed record LineShape(string Id, string Name, string? Area, string? ConstraintStation);

public sealed record ShiftShape(string Name, DateTimeOffset From, DateTimeOffset To);

public sealed record GatewayShape(
    string Name, bool Connected, DateTimeOffset? Since, long? Buffered, long? Dropped, IReadOnlyList<EndpointShape>? Endpoints);

public sealed record EndpointShape(string Name, string State, string? Detail);

public sealed record ConnectionsShape(IReadOnlyList<GatewayLinkShape> Gateways, IReadOnlyList<EndpointLinkShape> Endpoints, IReadOnlyList<CertificateShape> Certificates);

/// <param name="TickAge">Wall seconds, as are Behind and LevelIn.</param>
public sealed record GatewayLinkShape(string Name, bool Connected, DateTimeOffset Since, double? TickAge, long Buffered, long Dropped, long DroppedTelemetry = 0, long DroppedDiagnostic = 0,
    double? Behind = null, double? LevelIn = null, EasingShape? Easing = null);

/// <param name="Level">0: nothing; 1: diagnostic; 2: telemetry too.</param>
public sealed record EasingShape(int Level, DateTimeOffset? Since, string? Why, double TelemetrySeconds, double DiagnosticSeconds);

/// <param name="ValueAge">Wall seconds, as is the lag.</param>
public sealed record EndpointLinkShape(
    string Name, string SecurityPolicy, string? Gateway, string? State, string? Detail, FreshnessShape Signals, double? ValueAge, double? Lag,
    ExpiryShape? ServerCertificate = null, ExpiryShape? GatewayCertificate = null);

/// <param name="WithinDays">30, 14 or 3 where it ends within so many days, 0 once it is over.</param>
public sealed record ExpiryShape(DateTimeOffset NotAfter, double DaysLeft, int? WithinDays);

public sealed record CertificateShape(string Name, string Subject, DateTimeOffset NotAfter, double DaysLeft, int? WithinDays);

public sealed record FreshnessShape(int Signals, int Fresh, int Stale, int Bad);

public sealed record TwinShape(
    string Id, string Kind, string? Name, string? Parent, string? State, DateTimeOffset? StateSince, JsonElement Mode, JsonElement Fault,
    IReadOnlyList<JsonElement>? Flags, IReadOnlyDictionary<string, ReportedShape>? Reported, IReadOnlyDictionary<string, DesiredShape>? Desired,
    string? CurrentVehicle, CountsShape? Counts, long? Offset)
{
    /// <summary>The moment of the past that this is of; null: now.</summary>
    public MomentShape? AsOf { get; init; }

    public BehindShape? Behind { get; init; }
}

/// <summary>How far what is shown is behind what is recorded.</summary>
public sealed record BehindShape(long Events, double Seconds);

/// <param name="About">The members of the answer beside its items, by name: of each the first page that knows it.</param>
public sealed record Listing(IReadOnlyList<JsonElement> Items, IReadOnlyDictionary<string, JsonElement> About)
{
    public T? Told<T>(string name) => About.TryGetValue(name, out var told) && told.ValueKind != JsonValueKind.Null ? told.As<T>() : default;
}

/// <param name="Q">good, uncertain, bad or stale.</param>
/// <param name="Age">Wall seconds since receipt.</param>
public sealed record ReportedShape(JsonElement V, DateTimeOffset? T, string? Q, string? Unit, double? Age, double? StaleAfter);

public sealed record DesiredShape(JsonElement V, DateTimeOffset? T, string? Unit, string? By);

public sealed record CountsShape(long Produced, long Good, long Scrap);

public sealed record EventShape(long Offset, string Entity, long Seq, string Name, DateTimeOffset At, DateTimeOffset Recorded, JsonElement Data);

public sealed record HistoryShape(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<SeriesShape> Series);

/// <param name="Raw">Samples stored in the window, before decimation.</param>
public sealed record SeriesShape(string Id, string? Unit, long Raw, IReadOnlyList<PointShape> Points);

/// <param name="T">Epoch milliseconds, plant time; with the last value <paramref name="V"/> of the bucket and its extremes.</param>
/// <param name="Gap">Milliseconds of silence before it that no line is drawn over.</param>
/// <param name="N">Samples in it; null for one.</param>
/// <param name="Good">Share of them whose quality is good.</param>
public sealed record PointShape(long T, JsonElement V, double? Min, double? Max, string? Q, long? Gap = null, int? N = null, double? First = null, double? Mean = null, double? Good = null);

public sealed record NewestShape(IReadOnlyList<NewestTagShape> Items);

/// <param name="Age">Wall seconds since it came; null where the host has not seen it come.</param>
public sealed record NewestTagShape(string Id, JsonElement V, string? Unit, string? Q, DateTimeOffset? T, double? Age, string? Class);

/// <param name="Of">A signal, a place or a vehicle.</param>
public sealed record ContextShape(string Of, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<ContextSpanShape> Items);

/// <param name="Vehicle">Null: none is known to be there.</param>
public sealed record ContextSpanShape(
    string Station, DateTimeOffset From, DateTimeOffset To, string? Vehicle, string? Order, string? Variant, string? Operator, string? Shift, IReadOnlyList<FeatureShape>? Features);

public sealed record FeatureShape(string Signal, string? Unit, long Count, double? Min, double? Max, double? Last);

/// <param name="Unattributed">Sequences lost, of which the gateway has not told yet whose they were.</param>
public sealed record LedgerShape(IReadOnlyList<LedgerLineShape> Items, long Unattributed);

/// <param name="Unexplained">Has to be 0.</param>
public sealed record LedgerLineShape(
    string Signal, DateTimeOffset? From, DateTimeOffset? To, long Expected, long Sampled, long Sent, long Stored, IReadOnlyList<LedgerGapShape> Gaps, long Unexplained, LedgerEasedShape? Eased = null);

/// <param name="To">Null while it lasts.</param>
public sealed record LedgerEasedShape(long Times, DateTimeOffset From, DateTimeOffset? To, double Seconds, double SamplingSeconds);

public sealed record WaveformsShape(string Signal, string? Unit, int Total, IReadOnlyList<WaveformShape> Items);

/// <param name="Content">Null for a sample without a value.</param>
public sealed record WaveformShape(DateTimeOffset Time, string Quality, ContentShape? Content);

/// <summary>What a waveform or an image has of these depends on what it is.</summary>
public sealed record ContentShape(
    string Sha256, string Format, int Bytes, int? Samples = null, double? SampleRate = null, double? Mean = null, double? Rms = null, double? Peak = null, double? Crest = null,
    double? Kurtosis = null, double? DominantHertz = null, int? Width = null, int? Height = null, double? Contrast = null);

/// <param name="Says">The reason in a sentence.</param>
public sealed record LedgerGapShape(string Reason, long Count, DateTimeOffset From, DateTimeOffset To, string Says);

public sealed record TariffShape(string Currency, PriceShape Current, double? PeakLimitKw, double? PeakPricePerKw, IReadOnlyList<PriceShape> Spans);

public sealed record PriceShape(DateTimeOffset From, DateTimeOffset To, string? Window, double PricePerKwh);

public sealed record LossesShape(
    string Id, string Kind, DateTimeOffset From, DateTimeOffset To, ShiftShape? Shift, DefinitionShape Definition, RatiosShape Ratios,
    CountsShape Quantities, IReadOnlyList<StepShape> Steps, string? ConstraintStation);

public sealed record DefinitionShape(string Standard, JsonElement Version, string Rule);

public sealed record RatiosShape(double? Availability, double? Effectiveness, double? Quality, double? Oee);

/// <param name="Kind">total, loss, gain or result.</param>
public sealed record StepShape(string Key, string Label, string Kind, long Ms);

public sealed record KpisShape(string Id, string Kind, string Station, string By, DefinitionShape Definition, double TaktSeconds, IReadOnlyList<KpiShape> Items);

public sealed record KpiShape(
    DateTimeOffset From, DateTimeOffset To, string Label, bool Open, double? Oee, double? Availability, double? Effectiveness, double? Quality,
    double PlannedBusySeconds, long Produced, long Good, long Scrap, double? ScrapRatio, double? FirstTimeThrough, double? JobsPerHour, double JobsPerHourPlanned,
    IReadOnlyList<StopSumShape> Stops, DateTimeOffset? RestatedAt, KpiShape? Before, IReadOnlyList<RestatementShape> Restatements);

public sealed record StopSumShape(string Reason, string Name, string Category, double Seconds, int Count);

public sealed record RestatementShape(DateTimeOffset At, string? By, string Why);

/// <param name="To">Null while it lasts.</param>
public sealed record StopShape(
    string Id, string Station, DateTimeOffset From, DateTimeOffset? To, double Seconds, double LostSeconds, string State, long Fault, string Reason, string ReasonName,
    string Category, string? Note, string? By, IReadOnlyList<JsonElement> Revisions);

public sealed record NoteShape(string Id, string Place, DateTimeOffset About, string Text, string By, DateTimeOffset At, string? WithdrawnBy);

public sealed record StopReasonShape(string Code, string Name, string Category);

public sealed record ActorsShape(string System, IReadOnlyList<ActorShape> Actors);

/// <param name="LastMessage">Wall time.</param>
public sealed record ActorShape(
    string Id, string Kind, string? Shard, long Mailbox, long Processed, long Restarts, DateTimeOffset? LastMessage, string State, string? Why);

public sealed record JournalShape(string? Store, long Events, long Entities, long HeadOffset, string? HeadHash, long? Lag, CommitsShape? Commits);

public sealed record CommitsShape(long Seen, int LastEntities, double LastMilliseconds, double P50Milliseconds, double P99Milliseconds);

public sealed record ShardShape(string Shard, string Owner, long Epoch, double ExpiresInSeconds, bool Mine);

/// <param name="At">Plant time.</param>
public sealed record DeadLetterShape(
    string Id, string Entity, string Kind, string Command, JsonElement Payload, string Reason, DateTimeOffset At, bool Replayable);

/// <param name="Outcome">accepted, nothing, refused or failed.</param>
public sealed record ReplayShape(string Id, string Outcome, string? Reason);

public sealed record DiffShape(MomentShape From, MomentShape To, IReadOnlyList<ChangeShape> Items, BehindShape? Behind, long? OrdersLetGo);

/// <param name="At">Plant time; null before the first report.</param>
public sealed record MomentShape(long Offset, DateTimeOffset? At)
{
    public string Told() => string.Create(CultureInfo.InvariantCulture, $"{Words.Time(At)} (offset {Offset})");
}

public sealed record ChangeShape(string Id, string Field, JsonElement Before, JsonElement After);

/// <param name="State">live, behind or rebuilding.</param>
public sealed record ProjectionShape(
    string Name, JsonElement Version, long Offset, long Head, long BehindEvents, double BehindSeconds, string State, RebuildShape? Rebuilt);

/// <param name="State">running, done, cancelled or failed.</param>
public sealed record RebuildShape(
    DateTimeOffset Started, string State, long Offset, long Target, double Seconds, bool? Differed, IReadOnlyList<string>? Differences, string? Why);

public sealed record SnapshotShape(long Offset, IReadOnlyList<TwinShape> Items);

public sealed record DeltaShape(long Offset, EventShape Event, TwinShape? Twin);

/// <summary>Columns: the values at one index belong together.</summary>
public sealed record TagsShape(
    IReadOnlyList<string> Ids, IReadOnlyList<JsonElement> V, IReadOnlyList<long?> T, IReadOnlyList<string?> Q, IReadOnlyList<double?> Age);

public static class Shape
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <exception cref="ProblemException">The host sent something else: it is of another version, or no host of this system.</exception>
    public static T As<T>(this JsonElement sent)
    {
        try
        {
            return sent.Deserialize<T>(Web) ?? throw new JsonException("it is null");
        }
        catch (JsonException unlike)
        {
            throw new ProblemException(Problem.Broken("The answer is not understood",
                $"The host's answer does not have the shape that this client knows ({unlike.Message}). Use the `twin` that belongs to the host, or -o json."));
        }
    }
}

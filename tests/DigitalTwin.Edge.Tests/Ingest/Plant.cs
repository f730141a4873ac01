using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Link;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace DigitalTwin.Edge.Tests.Ingest;

/// <summary>A small plant, and frames as its gateway packs them.</summary>
internal static class Plant
{
    public static readonly DateTimeOffset T0 = new(2026, 3, 1, 6, 0, 0, TimeSpan.Zero);

    public static readonly SignalDefinition Vibration = Define("vibration", SignalRole.Measurement, SignalType.Number, 1) with { Low = 1, High = 15 };
    public static readonly SignalDefinition State = Define("state", SignalRole.State, SignalType.Number, 1);
    public static readonly SignalDefinition Vehicle = Define("vehicle", SignalRole.Vehicle, SignalType.Text, 1);
    public static readonly SignalDefinition Mode = Define("mode", SignalRole.Mode, SignalType.Number, 5);

    /// <summary>The number of a signal on the link is its place here; the last is not in the plant definition.</summary>
    public static readonly string[] Dictionary = [Vibration.Id, State.Id, Vehicle.Id, Mode.Id, "leipzig.body.line1.cell9.state"];

    public static readonly SignalDefinition[] Signals = [Vibration, State, Vehicle, Mode];

    public static IReadOnlyList<Signal> Numbers => [.. Dictionary.Select((id, number) => new Signal { Number = (uint)number, Id = id })];

    /// <summary>For what has no waveforms.</summary>
    public static string KeepNothing(SignalDefinition signal, DateTimeOffset sourceTime, string format, ReadOnlySpan<byte> content) => throw new NotSupportedException("this test keeps no contents");

    public static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public static Samples Frame(ulong first, params Row[] rows)
    {
        var frame = new Samples { FirstSequence = first, BaseSourceUs = Micros(T0), BaseServerUs = Micros(T0) };
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            frame.Signal.Add((uint)row.Signal);
            frame.SourceDtUs.Add((long)(row.Second * 1e6));
            frame.ServerDtUs.Add((long)(row.Second * 1e6));
            frame.Value.Add(row.Number);
            if (row.Status != 0)
            {
                frame.StatusRow.Add((uint)i);
                frame.StatusCode.Add(row.Status);
            }
            if (row.Text is null) continue;
            frame.TextRow.Add((uint)i);
            frame.Text.Add(row.Text);
        }
        return frame;
    }

    /// <summary>A frame on its way through the link's own decoder.</summary>
    public static Taken Take(this Intake intake, Samples frame) => intake.Take(Decoded(frame), frame.FirstSequence);

    public static Taken Take(this Intake intake, Thinned frame) => intake.Take(frame, Decoded(frame.Rows));

    /// <summary>What a full buffer makes of a frame: rows without the ones that it has dropped, and how many each signal has lost.</summary>
    public static Thinned Thinned(ulong first, Row[] rows, Func<int, bool> drops)
    {
        var frame = new Thinned { Rows = Frame(first, [.. rows.Where((_, i) => !drops(i))]) };
        var (kept, hole) = (0u, 0u);
        for (var i = 0; i <= rows.Length; i++)
        {
            if (i < rows.Length && drops(i)) hole++;
            else
            {
                if (hole > 0) (frame.HoleRow, frame.HoleCount).Add(kept, hole);
                (kept, hole) = (kept + 1, 0);
            }
        }
        var lost = new Lost { Reason = "buffer-full", FromUs = Micros(T0), ToUs = Micros(T0.AddMinutes(1)) };
        foreach (var signal in rows.Where((_, i) => drops(i)).GroupBy(row => row.Signal)) (lost.Signal, lost.Count).Add((uint)signal.Key, (uint)signal.Count());
        frame.Lost.Add(lost);
        return frame;
    }

    private static void Add(this (RepeatedField<uint> One, RepeatedField<uint> Other) columns, uint one, uint other)
    {
        columns.One.Add(one);
        columns.Other.Add(other);
    }

    public static ValueTask<bool> TryWriteAsync(this IngestPipeline pipeline, Samples frame) => pipeline.TryWriteAsync(Decoded(frame), frame.FirstSequence);

    /// <summary>Rows that have no sequences, through the link's own decoder.</summary>
    public static SampleColumns Columns(params Row[] rows)
    {
        var columns = new SampleColumns();
        new SamplesDecoder().ReadUnnumbered(Frame(0, rows), columns);
        return columns;
    }

    private static SampleColumns Decoded(Samples frame)
    {
        var columns = new SampleColumns();
        if (frame.Signal.Count == 0) return columns;
        Assert.True(new SamplesDecoder().TryRead(new Frame { Samples = frame }.ToByteArray(), columns, out var first));
        Assert.Equal(frame.FirstSequence, first);
        return columns;
    }

    public static IEnumerable<Sample> All(this SampleColumns? columns) => Enumerable.Range(0, columns?.Count ?? 0).Select(row => columns![row]);

    private static SignalDefinition Define(string name, SignalRole role, SignalType type, double period) =>
        new($"leipzig.body.line1.cell1.{name}", "leipzig.body.line1.cell1", name, role, "", type, null, null, null, TimeSpan.FromSeconds(period));
}

/// <param name="Signal">Place in <see cref="Plant.Dictionary"/>.</param>
/// <param name="Second">Source time after <see cref="Plant.T0"/>.</param>
internal sealed record Row(int Signal, double Second, double Number, string? Text = null, uint Status = 0);

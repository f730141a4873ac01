using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// A plant of 10,000 signals, and its samples in frames as the gateway packs them: 500 rows of what changed, in the order it changed, all
/// signals interleaved. Each second (plant time) every measurement has a new value; every minute each of the 100 stations gets the next body, and its
/// state changes with it. Of 300 rows one is late by five seconds, one is bad, and one frame of 300 is sent twice: 1 % of all.
/// </summary>
/// <remarks>The encoder is written by hand, so that it takes as little as possible of the cores that it shares with the host.</remarks>
internal sealed class ManySignals
{
    public const int Stations = 100;
    public const int StationsPerLine = 10;
    public const int Measurements = 96;
    public const int SignalsPerStation = Measurements + Switched;
    public const int Signals = Stations * SignalsPerStation;
    public const int RowsPerFrame = 500;
    public const int OneIn = 300;

    private const int Switched = 4;   // state, fault, mode, vehicle: as often as the body changes
    private const long Second = 1_000_000;
    private static readonly double[] Swing = [.. Enumerable.Range(0, 4096).Select(i => Math.Round(20 + 5 * Math.Sin(i * Math.Tau / 4096) + (i * 2_654_435_761L >> 7 & 63) * 0.001, 3))];

    private readonly byte[] frame = new byte[64 << 10];
    private readonly byte[][] columns = [new byte[RowsPerFrame * 3], new byte[RowsPerFrame * 10], new byte[RowsPerFrame * 10], new byte[RowsPerFrame * 8], new byte[RowsPerFrame * 3], new byte[RowsPerFrame * 4], new byte[RowsPerFrame * 3], new byte[RowsPerFrame * 40]];
    private readonly int[] ends = new int[8];
    private readonly long start;
    private long second;
    private int station;
    private int at;   // in the station

    /// <param name="start">Plant time of the first sample, in microseconds since 1970.</param>
    public ManySignals(long start) => this.start = start;

    /// <summary>Samples made; a frame that is sent twice counts once.</summary>
    public ulong Made { get; private set; }

    /// <summary>Plant time, in microseconds since 1970.</summary>
    public long Now => start + second * Second;

    public static string Line(int station) => $"many.hall.line{station / StationsPerLine}";

    public static IEnumerable<string> Ids()
    {
        for (var station = 0; station < Stations; station++)
            foreach (var name in Names) yield return $"{Line(station)}.station{station}.{name}";
    }

    /// <summary>The plant definition, as a file would have it.</summary>
    public static byte[] Definition() => JsonSerializer.SerializeToUtf8Bytes(new
    {
        format = "digitaltwin.plant/1",
        id = "many",
        name = "Many signals",
        timeZone = "Europe/Berlin",
        endpoints = new[] { new { name = "all", url = "opc.tcp://127.0.0.1:4840", securityPolicy = "Basic256Sha256", userName = "gateway" } },
        clock = new { endpoint = "all", plantTime = "nsu=urn:many;s=Clock.PlantTime", speed = "nsu=urn:many;s=Clock.Speed" },
        shifts = new[] { new { name = "day", days = Enum.GetNames<DayOfWeek>(), start = "06:00", end = "14:00", breaks = Array.Empty<object>() } },
        equipmentClasses = new Dictionary<string, object>
        {
            ["line"] = new { signals = Array.Empty<object>() },
            ["station"] = new { signals = Names.Select((name, i) => new { name, role = i < Measurements ? "measurement" : name, node = name, type = name == "vehicle" ? "text" : "number", period = 1 }) },
        },
        areas = new[]
        {
            new
            {
                id = "hall", name = "Hall",
                lines = Enumerable.Range(0, Stations / StationsPerLine).Select(line => new
                {
                    id = $"line{line}", name = $"Line {line}", endpoint = "all", namespaceUri = "urn:many", @class = "line", nodePrefix = $"Line{line}", constraintStation = $"station{line * StationsPerLine}",
                    cells = Enumerable.Range(line * StationsPerLine, StationsPerLine).Select(station => new
                    {
                        id = $"station{station}", name = $"Station {station}", plannedRunTimePerItem = 60, @class = "station", nodePrefix = $"Station{station}", machines = Array.Empty<object>(),
                    }),
                }),
            },
        },
    });

    public static string HashOf(byte[] definition) => Convert.ToHexStringLower(SHA256.HashData(definition));

    /// <summary>The next frame.</summary>
    /// <returns>Valid until the next call.</returns>
    public ReadOnlyMemory<byte> Next()
    {
        Array.Clear(ends);
        var (first, rows) = (Made + 1, 0);
        var baseTime = TimeOf(station, at);
        while (rows < RowsPerFrame)
        {
            if (!IsDue())
            {
                Step();
                continue;
            }
            var row = Made++;
            var time = TimeOf(station, at) - (row % OneIn == 17 ? 5 * Second : 0);
            Varint(0, (uint)(station * SignalsPerStation + at));
            Varint(1, ZigZag(time - baseTime));
            Varint(2, ZigZag(TimeOf(station, at) - baseTime));
            var text = at == SignalsPerStation - 1 ? VehicleAt(station, second / 60) : null;
            BinaryPrimitives.WriteDoubleLittleEndian(columns[3].AsSpan(ends[3]), text is null ? Value() : double.NaN);
            ends[3] += 8;
            if (row % OneIn == 217)
            {
                Varint(4, (uint)rows);
                BinaryPrimitives.WriteUInt32LittleEndian(columns[5].AsSpan(ends[5]), 0x8005_0000);
                ends[5] += 4;
            }
            if (text is not null)
            {
                Varint(6, (uint)rows);
                columns[7][ends[7]++] = 0x5A;   // field 11
                columns[7][ends[7]++] = (byte)text.Length;
                ends[7] += Encoding.ASCII.GetBytes(text, columns[7].AsSpan(ends[7]));
            }
            rows++;
            Step();
        }
        return Sealed(first, baseTime);
    }

    public static bool IsSentTwice(ulong frame) => frame % OneIn == 99;

    private static IEnumerable<string> Names => Enumerable.Range(0, Measurements).Select(i => $"m{i}").Concat(["state", "fault", "mode", "vehicle"]);

    /// <summary>The bodies of a line go from station to station.</summary>
    public static string VehicleAt(int station, long minute) => $"B{minute - station % StationsPerLine + StationsPerLine:D8}-{station / StationsPerLine}";

    /// <summary>Stations change their body one after the other, a hundred spread over the minute.</summary>
    private bool IsDue() => at < Measurements || (second + station) % 60 == 0;

    private double Value() => at switch
    {
        < Measurements => Swing[(station * 37 + at * 101 + (int)(second & 0xFFFF)) & 4095],
        Measurements => (second / 60 + station) % 2 == 0 ? 6 : 5,   // Execute, Suspended
        Measurements + 1 => 0,
        _ => 1,
    };

    private long TimeOf(int station, int at) => start + second * Second + (station * SignalsPerStation + at) * 97;

    private void Step()
    {
        if (++at < SignalsPerStation) return;
        at = 0;
        if (++station < Stations) return;
        station = 0;
        second++;
    }

    private void Varint(int column, ulong value) => ends[column] = Varint(columns[column], ends[column], value);

    private static int Varint(byte[] to, int at, ulong value)
    {
        for (; value > 0x7F; value >>= 7) to[at++] = (byte)(value & 0x7F | 0x80);
        to[at++] = (byte)value;
        return at;
    }

    private static ulong ZigZag(long value) => unchecked((ulong)((value << 1) ^ (value >> 63)));

    private ReadOnlyMemory<byte> Sealed(ulong first, long baseTime)
    {
        // The body first, behind the place for the longest header: its length is in there.
        const int Header = 8;
        var end = Header;
        frame[end++] = 0x08;
        end = Varint(frame, end, first);
        frame[end++] = 0x10;
        end = Varint(frame, end, (ulong)baseTime);
        frame[end++] = 0x18;
        end = Varint(frame, end, (ulong)baseTime);
        for (var column = 0; column < 7; column++)
        {
            if (ends[column] == 0) continue;
            frame[end++] = (byte)((column + 4) << 3 | 2);
            end = Varint(frame, end, (ulong)ends[column]);
            columns[column].AsSpan(0, ends[column]).CopyTo(frame.AsSpan(end));
            end += ends[column];
        }
        columns[7].AsSpan(0, ends[7]).CopyTo(frame.AsSpan(end));
        end += ends[7];
        var head = new byte[Header];
        head[0] = 0x1A;   // field 3: samples
        var headEnd = Varint(head, 1, (ulong)(end - Header));
        head.AsSpan(0, headEnd).CopyTo(frame.AsSpan(Header - headEnd));
        return frame.AsMemory(Header - headEnd, end - Header + headEnd);
    }
}

using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Persistence.Backups;

/// <param name="Bytes">Of the backup's file.</param>
public sealed record BackupSummary(string Plant, long Events, long HeadOffset, string HeadHash, long Bytes);

/// <summary>
/// A journal in one file that any store can be restored from: gzip of JSON lines. Every row is checked on the way out and on the way in,
/// and neither leaves anything behind that is not whole.
/// </summary>
public static class JournalBackup
{
    /// <summary>Rows between two calls of the progress.</summary>
    private const int Step = 1000;

    /// <param name="path">Must not exist.</param>
    /// <param name="progress">Called with the events done and all of them.</param>
    /// <exception cref="JournalRefusedException">The journal is not whole, or the file exists.</exception>
    /// <exception cref="IOException">The file cannot be written, and nothing is left of it; or its folder cannot be synced, and a power cut may take it.</exception>
    public static BackupSummary Write(IJournalMoment moment, string path, Action<long, long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(moment);
        if (Path.Exists(path)) throw new JournalRefusedException($"{path} exists. Name a file that does not; a backup replaces nothing.");
        var part = path + ".part";
        try
        {
            using (var file = new FileStream(part, FileMode.Create, FileAccess.Write))
            {
                using (var zip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true)) Write(moment, zip, progress, cancellation);
                file.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: false);
        }
        catch
        {
            File.Delete(part);
            throw;
        }

        FolderSync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return new BackupSummary(moment.Plant, moment.Head.Offset, moment.Head.Offset, Hex(moment.Head.Hash), new FileInfo(path).Length);
    }

    /// <summary>The journal's events as JSON lines, as a backup has them. A row that is not what was written is left out and named in the report.</summary>
    public static JournalReport Dump(IJournalMoment moment, Stream output, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(moment);
        using var lines = new Lines(output);
        var check = new ChainCheck();
        foreach (var row in moment.Rows())
        {
            cancellation.ThrowIfCancellationRequested();
            if (check.Add(row)) lines.Write(json => BackupLine.Write(json, row));
        }

        CheckEnd(check, moment);
        return check.Report();
    }

    /// <exception cref="JournalRefusedException">The backup is altered, cut off, or no backup; or the place is not empty. The place is as it was.</exception>
    public static BackupSummary Restore(string path, IJournalTarget target, Action<long, long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            using var zip = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
            var (header, head) = Restore(zip, target, progress, cancellation);
            return new BackupSummary(header.Plant, head.Offset, head.Offset, Hex(head.Hash), file.Length);
        }
        catch (Exception altered) when (altered is InvalidDataException or FormatException or DecoderFallbackException)
        {
            throw new JournalRefusedException($"{path} is no whole backup: {altered.Message.TrimEnd('.')}. Nothing was restored; take another copy of the backup.", altered);
        }
    }

    private static void Write(IJournalMoment moment, Stream stream, Action<long, long>? progress, CancellationToken cancellation)
    {
        using var lines = new Lines(stream);
        var (check, total) = (new ChainCheck(), moment.Head.Offset);
        lines.Write(json => BackupLine.Write(json, new BackupLine.Header(moment.Plant, moment.Schema, moment.Epoch, total)));
        foreach (var row in moment.Rows())
        {
            cancellation.ThrowIfCancellationRequested();
            check.Add(row);
            if (!check.Whole) break;
            lines.Write(json => BackupLine.Write(json, row));
            if (row.Offset % Step == 0) progress?.Invoke(row.Offset, total);
        }

        if (check.Whole) CheckEnd(check, moment);
        if (check.Report().Faults is [var fault, ..])
            throw new JournalRefusedException($"The journal is not whole, so it was not backed up: {(fault.Offset is { } offset ? $"offset {offset}: " : "")}{fault.Fault.TrimEnd('.')}. `twin journal verify` names all faults.");
        foreach (var wake in moment.Wakes) lines.Write(json => BackupLine.Write(json, wake));
        lines.Write(json => BackupLine.Write(json, new BackupLine.Trailer(total, moment.Wakes.Count, total, Hex(moment.Head.Hash), lines.Digest())));
        progress?.Invoke(total, total);
    }

    private static void CheckEnd(ChainCheck check, IJournalMoment moment)
    {
        if (moment.Complaint is { } complaint) check.Fault(null, null, complaint);
        else if (check.Head.Offset != moment.Head.Offset || !check.Head.Hash.Span.SequenceEqual(moment.Head.Hash.Span))
            check.Fault(null, null, $"it ends at offset {check.Head.Offset}, but its head is offset {moment.Head.Offset}");
    }

    private static (BackupLine.Header Header, JournalHead Head) Restore(Stream stream, IJournalTarget target, Action<long, long>? progress, CancellationToken cancellation)
    {
        using var reader = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true), leaveOpen: true);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (check, wakes) = (new ChainCheck(), new List<PendingWake>());
        var before = "";
        if (Next() is not BackupLine.Header header) throw new FormatException("it does not begin with a header");
        target.Begin(header.Plant);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            switch (Next())
            {
                case JournalRow row when wakes.Count == 0:
                    check.Add(row);
                    if (!check.Whole) throw new FormatException($"offset {row.Offset}: {check.Report().Faults[0].Fault}");
                    target.Add(row);
                    if (row.Offset % Step == 0) progress?.Invoke(row.Offset, header.Events);
                    break;
                case PendingWake wake:
                    wakes.Add(wake);
                    break;
                case BackupLine.Trailer trailer:
                    var expected = new BackupLine.Trailer(check.Head.Offset, wakes.Count, check.Head.Offset, Hex(check.Head.Hash), before);
                    if (trailer != expected || header.Events != check.Head.Offset || reader.ReadLine() is not null) throw new FormatException("its end does not fit what comes before");
                    target.Complete(check.Head, Math.Max(header.Epoch, check.NewestEpoch), wakes);
                    progress?.Invoke(header.Events, header.Events);
                    return (header, check.Head);
                default:
                    throw new FormatException("its lines are not in order");
            }
        }

        object Next()
        {
            var line = reader.ReadLine() ?? throw new FormatException($"it is cut off after offset {check.Head.Offset}");
            if (BackupLine.IsTrailer(line)) before = Convert.ToHexStringLower(digest.GetCurrentHash());
            digest.AppendData(Encoding.UTF8.GetBytes(line));
            digest.AppendData("\n"u8);
            return BackupLine.Read(line, check.Head.Hash);
        }
    }

    private static string Hex(ReadOnlyMemory<byte> hash) => Convert.ToHexStringLower(hash.Span);

    /// <summary>Writes lines and keeps the digest of all of them.</summary>
    private sealed class Lines : IDisposable
    {
        private readonly Stream stream;
        private readonly IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly ArrayBufferWriter<byte> line = new();
        private readonly Utf8JsonWriter json;

        public Lines(Stream stream)
        {
            this.stream = stream;
            json = new Utf8JsonWriter(line, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        }

        public void Write(Action<Utf8JsonWriter> content)
        {
            line.ResetWrittenCount();
            json.Reset();
            content(json);
            json.Flush();
            line.Write("\n"u8);
            digest.AppendData(line.WrittenSpan);
            stream.Write(line.WrittenSpan);
        }

        public string Digest() => Convert.ToHexStringLower(digest.GetCurrentHash());

        public void Dispose()
        {
            json.Dispose();
            digest.Dispose();
        }
    }
}

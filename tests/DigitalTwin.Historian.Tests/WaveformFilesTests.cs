using System.Diagnostics;
using System.Security.Cryptography;
using DigitalTwin.Historian.Waveforms;

namespace DigitalTwin.Historian.Tests;

public sealed class WaveformFilesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_content_is_found_by_its_hash_and_is_what_was_kept()
    {
        using var folder = new TemporaryFolder();
        var files = WaveformFiles.Open(folder.Path);
        byte[] content = [1, 2, 3, 4];
        var kept = files.Keep(Noon, ContentFormat.F32, content, 1000);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), kept.Sha256);
        var found = WaveformFiles.Open(folder.Path).Find(kept.Sha256)!;
        Assert.Equal((Path.Combine(folder.Path, "2026-03-01", kept.Sha256[..2], $"{kept.Sha256}.f32"), "f32"), (found.Path, found.Format));
        Assert.Equal(content, File.ReadAllBytes(found.Path));
        Assert.Equal(kept, ContentReference.Read(kept.ToText()));
    }

    [Fact]
    public void The_same_content_of_a_day_is_one_file_and_a_damaged_one_is_mended_when_it_comes_again()
    {
        using var folder = new TemporaryFolder();
        var files = WaveformFiles.Open(folder.Path);
        var first = files.Keep(Noon, ContentFormat.Png, [9, 9, 9], null);
        var path = files.Find(first.Sha256)!.Path;
        var written = File.GetLastWriteTimeUtc(path);
        Assert.Equal(first, files.Keep(Noon.AddHours(1), ContentFormat.Png, [9, 9, 9], null));
        Assert.Equal(written, File.GetLastWriteTimeUtc(path));
        File.WriteAllBytes(path, [9]);
        files.Keep(Noon, ContentFormat.Png, [9, 9, 9], null);
        Assert.Equal(3, new FileInfo(path).Length);
        Assert.Single(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("../../../../etc/passwd")]
    [InlineData("ABCDEF")]
    [InlineData("")]
    public void What_is_no_hash_finds_nothing(string text)
    {
        using var folder = new TemporaryFolder();
        Assert.Null(WaveformFiles.Open(folder.Path).Find(text));
    }

    [Fact]
    public void Old_days_go_whole_and_nothing_else_does()
    {
        using var folder = new TemporaryFolder();
        var files = WaveformFiles.Open(folder.Path);
        string[] kept = [.. Enumerable.Range(0, 5).Select(day => files.Keep(Noon.AddDays(day), ContentFormat.F32, [(byte)day, 0, 0, 0], null).Sha256)];
        Directory.CreateDirectory(Path.Combine(folder.Path, "0-notes"));
        Assert.Equal(2, files.RemoveBefore(Noon.AddDays(2)));
        Assert.Equal([false, false, true, true, true], kept.Select(hash => files.Find(hash) is not null));
        Assert.True(Directory.Exists(Path.Combine(folder.Path, "0-notes")));
        Assert.Equal(0, files.RemoveBefore(Noon.AddDays(2)));
    }

    /// <summary>Five lives, each killed at a random moment while it keeps contents of 1 kB to 300 kB.</summary>
    [Fact]
    public async Task After_a_kill_every_content_that_was_called_kept_is_there_and_none_is_there_by_half()
    {
        using var folder = new TemporaryFolder();
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var life = 0; life < 5; life++)
        {
            var kept = await LiveAndDieAsync(folder.Path, random.Next(3, 40));
            var files = WaveformFiles.Open(folder.Path);
            Assert.All(kept, hash => Assert.NotNull(files.Find(hash)));
            foreach (var path in Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories))
                Assert.True(Path.GetFileNameWithoutExtension(path) == Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(path))), $"seed {seed}, life {life}: {path} is not whole");
        }
    }

    /// <returns>The hashes it said to be kept.</returns>
    private static async Task<List<string>> LiveAndDieAsync(string folder, int reports)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(WaveformFilesTests).Assembly.Location, "keep", folder]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var kept = new List<string>();
            for (var i = 0; i < reports; i++) kept.Add(await process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("it ended by itself"));
            process.Kill();   // SIGKILL
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { Length: 64 } line) kept.Add(line);
            return kept;
        }
        finally
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync(patience.Token);
        }
    }
}

/// <summary>Keeps contents for ever and says on standard output the hash of each that is kept.</summary>
internal static class KeepingProcess
{
    public static void Run(string folder)
    {
        var files = WaveformFiles.Open(folder);
        var random = new Random();
        for (var minute = 0; ; minute++)
        {
            var content = new byte[random.Next(1_000, 300_000)];
            random.NextBytes(content);
            Console.WriteLine(files.Keep(DateTimeOffset.UnixEpoch.AddMinutes(100 * minute), ContentFormat.Jpeg, content, null).Sha256);
        }
    }
}

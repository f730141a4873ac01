using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DigitalTwin.Historian.Waveforms;

namespace DigitalTwin.Historian.Tests;

public sealed class WaveformFeaturesTests
{
    private const double Rate = 4096;

    [Fact]
    public void A_sine_tells_its_level_its_shape_and_its_frequency_whatever_it_stands_on()
    {
        var told = Of(4096, t => 9.81 + 2 * Math.Sin(2 * Math.PI * 137.3 * t));
        Assert.Equal(4096, told.Samples);
        Assert.Equal(9.81, told.Mean!.Value, 0.02);
        Assert.Equal(Math.Sqrt(2), told.Rms!.Value, 0.01);
        Assert.Equal(2, told.Peak!.Value, 0.02);
        Assert.Equal(Math.Sqrt(2), told.Crest!.Value, 0.02);
        Assert.Equal(1.5, told.Kurtosis!.Value, 0.02);
        Assert.Equal(137.3, told.DominantHertz!.Value, 0.3);
    }

    [Fact]
    public void Noise_has_a_kurtosis_of_three_and_rare_impacts_far_more()
    {
        var random = new Random(7);
        double Normal(double _) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        Assert.Equal(3, Of(32_768, Normal).Kurtosis!.Value, 0.2);
        Assert.InRange(Of(32_768, t => Normal(t) + ((int)(t * Rate) % 1024 == 0 ? 30 : 0)).Kurtosis!.Value, 20, 1e6);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(4097)]
    [InlineData(3)]
    public void The_number_of_samples_need_not_be_a_power_of_two(int samples) =>
        Assert.Equal(Rate / 4, Of(samples, t => Math.Sin(2 * Math.PI * Rate / 4 * t)).DominantHertz!.Value, samples > 100 ? 1.0 : Rate);

    [Fact]
    public void Numbers_of_double_width_are_read_as_such()
    {
        double[] values = [.. Enumerable.Range(0, 64).Select(i => i % 2 == 0 ? 1.0 : -1.0)];
        var told = WaveformFeatures.Of(new("", ContentFormat.F64, values.Length * 8), MemoryMarshal.AsBytes<double>(values), Rate);
        Assert.Equal((64, 0.0, 1.0, 1.0), (told.Samples!.Value, told.Mean!.Value, told.Rms!.Value, told.Crest!.Value));
    }

    [Fact]
    public void Where_nothing_moves_or_a_sample_is_no_number_the_features_that_mean_nothing_are_left_out()
    {
        var still = Of(256, _ => 0.1f);
        Assert.Equal((0.0, null, null, null), (still.Rms, still.Crest, still.Kurtosis, still.DominantHertz));
        var broken = Of(256, t => t > 0.03 ? double.NaN : 1);
        Assert.Equal((256, null, null), (broken.Samples, broken.Mean, broken.Rms));
        Assert.Equal("""{"sha256":"","format":"f32","bytes":1024,"samples":256,"sampleRate":4096}""", broken.ToText());
        Assert.Null(WaveformFeatures.Of(new("", ContentFormat.F32, 8), new byte[8], null).DominantHertz);
    }

    [Fact]
    public void A_bitmap_tells_size_brightness_and_contrast_through_its_palette()
    {
        // 3 pixels of 0, 255 and 255 in each of two rows; a row is filled up to 4 bytes.
        var bitmap = Bitmap(3, 2, [0, 255, 255, 77, 0, 255, 255, 77]);
        var told = ImageFeatures.Of(new("", ContentFormat.Bmp, bitmap.Length), bitmap);
        Assert.Equal((3, 2), (told.Width, told.Height));
        Assert.Equal(170, told.Mean!.Value, 0.1);
        Assert.Equal(120.2, told.Contrast!.Value, 0.1);
    }

    [Fact]
    public void A_picture_that_is_cut_short_or_made_up_is_told_as_far_as_it_goes_and_never_read_beyond_its_end()
    {
        var bitmap = Bitmap(3, 2, [0, 255, 255, 77, 0, 255, 255, 77]);
        for (var length = 0; length < bitmap.Length; length++)
            Assert.Null(ImageFeatures.Of(new("", ContentFormat.Bmp, length), bitmap.AsSpan(0, length)).Mean);
        var random = new Random(11);
        foreach (var format in new[] { ContentFormat.Bmp, ContentFormat.Png, ContentFormat.Jpeg })
            for (var round = 0; round < 20_000; round++)
            {
                var bytes = new byte[random.Next(120)];
                random.NextBytes(bytes);
                if (round % 2 == 0) bitmap.AsSpan(0, Math.Min(bytes.Length, 26 + round % 40)).CopyTo(bytes);
                ImageFeatures.Of(new("", format, bytes.Length), bytes);
            }
    }

    [Fact]
    public void A_png_and_a_jpeg_tell_their_size()
    {
        byte[] png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 1, 64, 0, 0, 0, 240];
        byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC0, 0, 17, 8, 0, 240, 1, 64, 3, 0, 0, 0];
        Assert.Equal((320, 240), Size(ImageFeatures.Of(new("", ContentFormat.Png, png.Length), png)));
        Assert.Equal((320, 240), Size(ImageFeatures.Of(new("", ContentFormat.Jpeg, jpeg.Length), jpeg)));
    }

    private static (int?, int?) Size(ContentReference told) => (told.Width, told.Height);

    private static ContentReference Of(int samples, Func<double, double> value)
    {
        float[] values = [.. Enumerable.Range(0, samples).Select(i => (float)value(i / Rate))];
        return WaveformFeatures.Of(new("", ContentFormat.F32, samples * 4), MemoryMarshal.AsBytes<float>(values), Rate);
    }

    private static byte[] Bitmap(int width, int height, byte[] pixels)
    {
        const int At = 54 + 1024;
        var bytes = new byte[At + pixels.Length];
        (bytes[0], bytes[1]) = ((byte)'B', (byte)'M');
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(10), At);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), height);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(28), 8);
        for (var i = 0; i < 256; i++) bytes.AsSpan(54 + 4 * i, 3).Fill((byte)i);
        pixels.CopyTo(bytes.AsSpan(At));
        return bytes;
    }
}

using System.Buffers.Binary;

namespace DigitalTwin.Historian.Waveforms;

/// <summary>Size of a picture, from its head; mean and contrast of one that lies there pixel by pixel, which is a bitmap of 8 bits.</summary>
internal static class ImageFeatures
{
    private const int PaletteAt = 54;

    public static ContentReference Of(ContentReference bare, ReadOnlySpan<byte> content) => bare.Format switch
    {
        ContentFormat.Bmp when content.Length >= PaletteAt => OfBitmap(bare, content),
        // PNG, 11.2.2: the first chunk is IHDR, width and height its first numbers.
        ContentFormat.Png when content.Length >= 24 => Sized(bare, BinaryPrimitives.ReadInt32BigEndian(content[16..]), BinaryPrimitives.ReadInt32BigEndian(content[20..])),
        ContentFormat.Jpeg => OfJpeg(bare, content),
        _ => bare,
    };

    private static ContentReference Sized(ContentReference bare, int width, int height) => width > 0 && height > 0 ? bare with { Width = width, Height = height } : bare;

    private static ContentReference OfBitmap(ContentReference bare, ReadOnlySpan<byte> content)
    {
        var (width, height) = (BinaryPrimitives.ReadInt32LittleEndian(content[18..]), BinaryPrimitives.ReadInt32LittleEndian(content[22..]));
        if (height == int.MinValue) return bare;
        var sized = Sized(bare, width, height = Math.Abs(height));   // negative: the top row comes first
        var (bits, compression) = (BinaryPrimitives.ReadInt16LittleEndian(content[28..]), BinaryPrimitives.ReadInt32LittleEndian(content[30..]));
        var pixels = BinaryPrimitives.ReadInt32LittleEndian(content[10..]);
        var stride = (width + 3L) / 4 * 4;
        if (sized.Width is null || bits != 8 || compression != 0 || pixels < PaletteAt || pixels + stride * height > content.Length) return sized;
        var (sum, squares) = (0.0, 0.0);
        for (var row = 0; row < height; row++)
            foreach (var index in content.Slice((int)(pixels + row * stride), width))
            {
                var grey = Grey(content, index, pixels);
                sum += grey;
                squares += grey * grey;
            }
        var count = (double)width * height;
        var mean = sum / count;
        return sized with { Mean = ContentReference.Rounded(mean), Contrast = ContentReference.Rounded(Math.Sqrt(Math.Max(0, squares / count - mean * mean))) };
    }

    /// <summary>A pixel is a place in the palette: blue, green, red and an unused byte (ITU-R BT.601 weighs them).</summary>
    private static double Grey(ReadOnlySpan<byte> content, byte index, int pixels)
    {
        var at = PaletteAt + 4 * index;
        return at + 3 < pixels ? 0.114 * content[at] + 0.587 * content[at + 1] + 0.299 * content[at + 2] : index;
    }

    /// <summary>The size stands in the frame's head, the first segment of a kind SOF (ITU-T T.81, B.2.2); DHT, JPG and DAC are no heads.</summary>
    private static ContentReference OfJpeg(ContentReference bare, ReadOnlySpan<byte> content)
    {
        for (var at = 2; at + 9 < content.Length && content[at] == 0xFF;)
        {
            var marker = content[at + 1];
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return Sized(bare, BinaryPrimitives.ReadUInt16BigEndian(content[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(content[(at + 5)..]));
            at += marker == 0xFF ? 1 : 2 + BinaryPrimitives.ReadUInt16BigEndian(content[(at + 2)..]);
        }
        return bare;
    }
}

using System.Buffers.Binary;
using System.Globalization;
using DigitalTwin.VirtualPlant.Chance;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>What the camera of the paint inspection sees: a panel in its colour, and what is wrong with it. As with <see cref="Shot"/>, the plant remembers this and not the pixels.</summary>
/// <param name="Body">0 for an empty cabin.</param>
internal sealed record Picture(int Body, int Colour, PaintDefect Defect)
{
    public const int Width = 128, Height = 96;
    private const int PixelsAt = 54 + 4 * 256;
    private static readonly byte[] GreyOfColour = [205, 60, 120, 160, 90];

    public static Picture Of(Body body) => new(body.Number, body.Colour, !body.PaintFault ? PaintDefect.None : body.Uncured ? PaintDefect.Uncured : PaintDefect.Dirt);

    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Body};{Colour};{Defect}");

    public static Picture Read(string text) =>
        text.Split(';') is [var body, var colour, var defect] ? new(int.Parse(body, CultureInfo.InvariantCulture), int.Parse(colour, CultureInfo.InvariantCulture), Enum.Parse<PaintDefect>(defect)) : new(0, 0, PaintDefect.None);

    /// <returns>A bitmap of 8 bits a pixel with a palette of greys.</returns>
    public byte[] Bitmap()
    {
        var file = new byte[PixelsAt + Width * Height];   // a width that 4 divides: rows lie without gaps
        (file[0], file[1]) = ((byte)'B', (byte)'M');
        Write(2, file.Length);
        Write(10, PixelsAt);
        Write(14, 40);
        Write(18, Width);
        Write(22, Height);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), 8);
        Write(34, Width * Height);
        Write(46, 256);
        for (var grey = 0; grey < 256; grey++)
            file.AsSpan(54 + 4 * grey, 3).Fill((byte)grey);
        var pixels = Pixels();
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
                file[PixelsAt + (Height - 1 - y) * Width + x] = (byte)Math.Clamp(Math.Round(pixels[y, x]), 0, 255);   // the bottom row comes first
        return file;

        void Write(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
    }

    private double[,] Pixels()
    {
        var chance = Generator.For(Body, "picture");
        var pixels = new double[Height, Width];
        var grey = Body == 0 ? 25 : GreyOfColour[Colour % GreyOfColour.Length];
        var (waves, drift) = (chance.Between(0.10, 0.16), chance.Uniform());
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
            {
                var light = 1 + 0.12 * Math.Cos(Math.PI * (x - Width / 2.0) / Width) - 0.08 * y / Height;
                // A coat that has not set is wavy, like the skin of an orange.
                var peel = Defect == PaintDefect.Uncured ? 14 * Math.Sin(Math.Tau * (waves * x + drift)) * Math.Cos(Math.Tau * waves * y) : 0;
                pixels[y, x] = grey * light + peel + 2.5 * chance.Normal();
            }
        if (Defect == PaintDefect.Dirt)
            for (var count = 1 + (int)(3 * chance.Uniform()); count > 0; count--)
                Speck(pixels, chance.Between(8, Width - 8), chance.Between(8, Height - 8), chance.Between(2, 4.5), grey > 100 ? -70 : 70);
        return pixels;
    }

    private static void Speck(double[,] pixels, double atX, double atY, double radius, double change)
    {
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
                pixels[y, x] += change * Math.Clamp(1.5 + radius - Math.Sqrt((x - atX) * (x - atX) + (y - atY) * (y - atY)), 0, 1);
    }
}

internal enum PaintDefect { None, Dirt, Uncured }

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DigitalTwin.Historian.Waveforms;

/// <summary>What history and the live table hold of a waveform or an image: its name, and what can be said of it in numbers. A sample's text is this as JSON.</summary>
/// <param name="Sha256">Of the content; hex, lower case. The content is found by it.</param>
/// <param name="Format">One of <see cref="ContentFormat.All"/>.</param>
/// <param name="Samples">Of a waveform.</param>
/// <param name="SampleRate">Samples per second.</param>
/// <param name="Mean">Of a waveform's samples; of an image's pixels, 0 black to 255 white.</param>
/// <param name="Rms">Of the deviation from the mean, as <paramref name="Peak"/>, <paramref name="Crest"/> and <paramref name="Kurtosis"/> are. Null where a sample is not finite.</param>
/// <param name="Crest">Peak by RMS; null where nothing moves.</param>
/// <param name="Kurtosis">3 for noise, 1.5 for a sine, more the rarer and sharper the impacts.</param>
/// <param name="DominantHertz">Frequency of the strongest line of the spectrum.</param>
/// <param name="Contrast">Standard deviation of an image's pixels.</param>
public sealed record ContentReference(
    string Sha256, string Format, int Bytes,
    int? Samples = null, double? SampleRate = null, double? Mean = null, double? Rms = null, double? Peak = null, double? Crest = null, double? Kurtosis = null, double? DominantHertz = null,
    int? Width = null, int? Height = null, double? Contrast = null)
{
    public string ToText() => JsonSerializer.Serialize(this, ContentJson.Default.ContentReference);

    /// <returns>Null for a text that is no reference.</returns>
    public static ContentReference? Read(string? text)
    {
        try
        {
            return text is null ? null : JsonSerializer.Deserialize(text, ContentJson.Default.ContentReference);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Six digits tell more than any sensor, and keep the text short.</summary>
    internal static double? Rounded(double value) => double.IsFinite(value) ? double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ContentReference))]
internal sealed partial class ContentJson : JsonSerializerContext;

/// <summary>How the bytes of a content are to be read: the words of the link, and the endings of the files.</summary>
public static class ContentFormat
{
    public const string F32 = "f32", F64 = "f64", Png = "png", Jpeg = "jpeg", Bmp = "bmp";

    public static readonly IReadOnlyList<string> All = [F32, F64, Png, Jpeg, Bmp];

    public static bool IsWaveform(string format) => format is F32 or F64;

    public static bool IsImage(string format) => format is Png or Jpeg or Bmp;

    /// <summary>For HTTP. Numbers have no registered type: their format says how to read them.</summary>
    public static string MediaType(string format) => IsImage(format) ? $"image/{format}" : "application/octet-stream";
}

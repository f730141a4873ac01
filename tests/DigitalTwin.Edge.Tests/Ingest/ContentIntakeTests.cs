using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Link;
using Google.Protobuf;

namespace DigitalTwin.Edge.Tests.Ingest;

public sealed class ContentIntakeTests
{
    private static readonly SignalDefinition Shape = Plant.Vibration with { Id = "leipzig.body.line1.cell1.shape", Name = "shape", Type = SignalType.Waveform, Low = null, High = null };
    private static readonly SignalDefinition Picture = Shape with { Id = "leipzig.body.line1.cell1.picture", Name = "picture", Type = SignalType.Image };

    private readonly LiveValues live = new([Shape, Picture, Plant.Vibration], new(TimeProvider.System), TimeProvider.System);
    private readonly List<string> kept = [];
    private readonly Rejections rejections = new();

    private ContentIntake Contents => new(Dictionary, live, (signal, at, format, content) =>
    {
        kept.Add($"{signal.Name} {at:HH:mm} {format} {content.Length}");
        return $"reference {kept.Count}";
    });

    private static IReadOnlyList<Signal> Dictionary => [new() { Number = 1, Id = Shape.Id }, new() { Number = 2, Id = Picture.Id }, new() { Number = 3, Id = Plant.Vibration.Id }, new() { Number = 4, Id = "leipzig.gone" }];

    private static Waveform Frame(ulong sequence, uint signal, string format, int bytes = 8, uint status = 0) => new()
    {
        Sequence = sequence, Signal = signal, SourceUs = Plant.Micros(Plant.T0), ServerUs = Plant.Micros(Plant.T0), StatusCode = status, Format = format, Content = ByteString.CopyFrom(new byte[bytes]),
    };

    private Intake NewIntake() => new(Dictionary, 0, live, rejections, new(TimeProvider.System), new());

    [Fact]
    public void A_content_is_stored_first_and_its_sample_names_it_in_history_and_in_the_live_table()
    {
        var (contents, intake) = (Contents, NewIntake());
        Assert.Equal((1, 1ul), StoredOf(intake.Take(contents.Keep(Frame(1, 1, "f32")))));
        Assert.Equal((1, 2ul), StoredOf(intake.Take(contents.Keep(Frame(2, 2, "bmp", status: 0x4000_0000)))));
        Assert.Equal(["shape 06:00 f32 8", "picture 06:00 bmp 8"], kept);
        Assert.Equal(("reference 1", Quality.Good), (live.Find(Shape.Id)!.Sample!.Value.Text, live.Find(Shape.Id)!.Sample!.Value.Quality));
        Assert.Equal(("reference 2", Quality.Uncertain), (live.Find(Picture.Id)!.Sample!.Value.Text, live.Find(Picture.Id)!.Sample!.Value.Quality));
    }

    [Theory]
    [InlineData(2, "f32", RejectReason.WrongType)]
    [InlineData(1, "png", RejectReason.WrongType)]
    [InlineData(1, "wav", RejectReason.WrongType)]
    [InlineData(3, "f32", RejectReason.NotFinite)]
    [InlineData(4, "f32", RejectReason.UnknownSignal)]
    [InlineData(99, "f32", RejectReason.UnknownSignal)]
    public void A_content_that_does_not_fit_its_signal_is_not_stored_and_its_sample_is_refused_and_counted(uint signal, string format, string reason)
    {
        Assert.Equal((0, 1ul), StoredOf(NewIntake().Take(Contents.Keep(Frame(1, signal, format)))));
        Assert.Empty(kept);
        Assert.Equal(1, rejections.Of(reason));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(ContentIntake.LongestContent + 1)]
    public void A_content_of_no_or_too_many_bytes_ends_the_connection(int bytes) => Assert.Throws<MalformedFrameException>(() => Contents.Keep(Frame(1, 1, "f32", bytes)));

    [Fact]
    public void A_value_that_the_gateway_found_too_long_is_a_bad_sample_that_is_counted()
    {
        var frame = new Samples { FirstSequence = 1, BaseSourceUs = Plant.Micros(Plant.T0), BaseServerUs = Plant.Micros(Plant.T0), Signal = { 1 }, SourceDtUs = { 0 }, ServerDtUs = { 0 }, Value = { double.NaN }, StatusRow = { 0 }, StatusCode = { SampleRules.BadEncodingLimitsExceeded } };
        Assert.Equal((1, 1ul), StoredOf(NewIntake().Take(frame)));
        Assert.Equal(1, rejections.Of(RejectReason.TooLarge));
    }

    private static (int, ulong) StoredOf(Taken taken) => (taken.Count, taken.Highest);
}

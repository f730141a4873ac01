using DigitalTwin.VirtualPlant.Nodes;
using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Production;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class WaveformTests
{
    private static readonly VibrationParameters Vibration = new();
    private static readonly long Monday = (long)(new DateTime(2026, 1, 5, 6, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).TotalMicroseconds;

    [Theory]
    [InlineData(0.3, 1.7)]
    [InlineData(0.8, 1.7)]
    [InlineData(1.0, 3.2)]
    public void A_waveform_shakes_as_much_as_the_vibration_sensor_says(double wear, double healthy)
    {
        var total = healthy * (1 + 2 * wear * wear * wear);
        var values = Shot.Of(1, $"robot@{wear}", 25, healthy, total).Waveform(Vibration, Vibration.Robot);
        Assert.Equal(total, Math.Sqrt(values.Average(value => (double)value * value)), 0.06 * total);
    }

    [Fact]
    public void The_line_of_the_bearing_grows_out_of_the_noise_with_its_wear_in_each_machine_and_moves_with_the_speed()
    {
        foreach (var (bearing, healthy, byWear) in new[] { (Vibration.Robot, 1.7, 2.0), (Vibration.Press, 3.2, 1.8) })
        {
            double[] lines = [.. new[] { 0, 0.3, 0.5, 0.7, 0.9, 1 }.Select(wear => LineAt(Of(wear, bearing.ShaftHertz), bearing.OuterRaceHertz(bearing.ShaftHertz)))];
            Assert.Equal(lines.Order(), lines);
            Assert.True(lines[0] < 0.1 * healthy, $"a new bearing has a line of {lines[0]}");
            Assert.True(lines[^1] > healthy, $"one at its end has {lines[^1]}");
            var slow = 0.8 * bearing.ShaftHertz;
            Assert.True(LineAt(Of(1, slow), bearing.OuterRaceHertz(slow)) > healthy);
            Assert.True(LineAt(Of(1, slow), bearing.OuterRaceHertz(bearing.ShaftHertz)) < 0.4 * healthy);

            float[] Of(double wear, double shaft) => Shot.Of(7, $"machine@{wear}", shaft, healthy, healthy * (1 + byWear * wear * wear * wear)).Waveform(Vibration, bearing);
        }
    }

    [Fact]
    public void A_worn_bearing_strikes_and_that_shows_above_all_that_turns()
    {
        double Ringing(double wear) => Band(Shot.Of(3, $"x@{wear}", 25, 1.7, 1.7 * (1 + 2 * wear * wear * wear)).Waveform(Vibration, Vibration.Robot), 1200, 1400);
        Assert.True(Ringing(1) > 3 * Ringing(0), $"{Ringing(1)} against {Ringing(0)}");
    }

    [Fact]
    public void What_is_remembered_of_a_waveform_makes_the_same_one_again()
    {
        var shot = Shot.Of(-5, "Line1.Cell3.Robot@1767592800000000", 27.5, 1.7, 4.2);
        Assert.Equal(shot, Shot.Read(shot.Text));
        Assert.Equal(shot.Waveform(Vibration, Vibration.Robot), Shot.Read(shot.Text).Waveform(Vibration, Vibration.Robot));
        Assert.NotEqual(shot.Waveform(Vibration, Vibration.Robot), (shot with { Purpose = "Line1.Cell4.Robot@1767592800000000" }).Waveform(Vibration, Vibration.Robot));
    }

    [Fact]
    public void The_whole_plant_takes_a_waveform_of_each_press_and_robot_a_minute_and_a_picture_of_each_body_and_the_one_line_none()
    {
        Assert.DoesNotContain(Plant.Build(1, new PhysicsParameters(), 1, Monday).Nodes, node => node.Make is not null);
        var plant = Plant.Build(1, new PhysicsParameters { Layout = PhysicsParameters.WholePlant }, 1, Monday);
        var announced = new List<Announcement>();
        plant.Advance(Monday + 600_000_000, announced);
        var waveforms = plant.Nodes.Select((node, index) => (node, index)).Where(item => item.node.Type == NodeType.FloatArray).ToList();
        Assert.Equal(19, waveforms.Count);
        Assert.All(waveforms, item => Assert.InRange(announced.Count(announcement => announcement.Node == item.index), 10, 11));
        Assert.All(announced.Where(announcement => plant.Nodes[announcement.Node].Type == NodeType.FloatArray), announcement =>
            Assert.Equal(4 * 4096, plant.Nodes[announcement.Node].Make!(announcement.Value.Text!).Length));
        var inspection = plant.Site.Paint!.Inspection;
        var picture = plant.Nodes.Single(node => node.Type == NodeType.ByteString);
        var pictures = announced.Where(announcement => plant.Nodes[announcement.Node] == picture).Select(announcement => announcement.Value.Text).Distinct().ToList();
        Assert.InRange(pictures.Count, (int)inspection.Produced, (int)inspection.Produced + 1);   // and the empty cabin at first
        Assert.True(inspection.Produced > 3);
    }

    [Fact]
    public void A_picture_is_a_bitmap_that_shows_the_defect()
    {
        var (clean, dirty, soft) = (Made(PaintDefect.None), Made(PaintDefect.Dirt), Made(PaintDefect.Uncured));
        Assert.Equal("BM"u8.ToArray(), clean[..2]);
        Assert.Equal(clean.Length, BitConverter.ToInt32(clean, 2));
        Assert.Equal((Picture.Width, Picture.Height), (BitConverter.ToInt32(clean, 18), BitConverter.ToInt32(clean, 22)));
        Assert.InRange(Pixels(dirty).Zip(Pixels(clean)).Count(pair => Math.Abs(pair.First - pair.Second) > 40), 10, 300);
        Assert.InRange(Spread(soft) / Spread(clean), 1.3, 5);
        Assert.Equal(clean, Picture.Read(new Picture(42, 3, PaintDefect.None).Text).Bitmap());
        Assert.True(Pixels(Picture.Read("").Bitmap()).Average(value => value) < 40);

        static byte[] Made(PaintDefect defect) => new Picture(42, 3, defect).Bitmap();
        static IEnumerable<int> Pixels(byte[] file) => file.Skip(BitConverter.ToInt32(file, 10)).Select(value => (int)value);
        static double Spread(byte[] file)
        {
            var mean = Pixels(file).Average();
            return Math.Sqrt(Pixels(file).Average(value => (value - mean) * (value - mean)));
        }
    }

    /// <summary>Amplitude at a frequency (Goertzel's filter, with a Hann window).</summary>
    private static double LineAt(float[] values, double hertz)
    {
        var (real, imaginary) = (0.0, 0.0);
        for (var i = 0; i < values.Length; i++)
        {
            var weighed = values[i] * (1 - Math.Cos(Math.Tau * i / values.Length));
            real += weighed * Math.Cos(Math.Tau * hertz * i / Vibration.SampleHertz);
            imaginary += weighed * Math.Sin(Math.Tau * hertz * i / Vibration.SampleHertz);
        }
        return 2 * Math.Sqrt(real * real + imaginary * imaginary) / values.Length;
    }

    private static double Band(float[] values, int from, int to) => Math.Sqrt(Enumerable.Range(from, to - from).Sum(hertz => LineAt(values, hertz) * LineAt(values, hertz)));
}

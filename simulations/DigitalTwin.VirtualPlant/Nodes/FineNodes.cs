using System.Globalization;
using System.Runtime.InteropServices;
using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Production;
using static DigitalTwin.VirtualPlant.Nodes.EngineeringUnit;

namespace DigitalTwin.VirtualPlant.Nodes;

/// <summary>The nodes of the whole plant whose values are waveforms and pictures.</summary>
internal static class FineNodes
{
    private const int PictureSeconds = 300;

    /// <param name="area">The folder of an area's server.</param>
    public static IEnumerable<Node> Of(Site site, PhysicsParameters physics, Func<string, Folder> area) =>
    [
        .. site.Stamping!.Presses.Select(press => Waveform(area("stamping").Below(press.Name), "main bearing", physics.Vibration, physics.Vibration.Press, () =>
            Shot.Of(site.Seed, At(press.Name, site), physics.Vibration.Press.ShaftHertz, press.ShakeOfNew, press.Shake))),
        .. site.Lines.SelectMany(line => line.Cells.Select(cell => (Name: $"{line.Prefix}Cell{cell.Number}.Robot", cell.Robot))).Select(item =>
            Waveform(area("body").Below(item.Name), "wrist", physics.Vibration, physics.Vibration.Robot, () =>
                Shot.Of(site.Seed, At(item.Name, site), physics.Vibration.Robot.ShaftHertz * item.Robot.SpeedOverride / 100, item.Robot.ShakeOfNew(physics.Robot), item.Robot.Shake(physics.Robot)))),
        area("paint").Below(site.Paint!.Inspection.Name).Content("Picture", NodeType.ByteString, null, PictureSeconds, onChange: true, "What the camera has seen of the last body; a greyscale bitmap",
            () => site.Paint.Inspection.Picture, text => Picture.Read(text).Bitmap()),
    ];

    private static Node Waveform(Folder folder, string where, VibrationParameters vibration, BearingParameters bearing, Func<Shot> shoot) =>
        folder.Content("VibrationWaveform", NodeType.FloatArray, MillimetrePerSecond, vibration.EverySeconds, onChange: false,
            string.Create(CultureInfo.InvariantCulture, $"Vibration velocity at the {where}, {vibration.SampleHertz} samples a second"),
            () => shoot().Text, text => MemoryMarshal.AsBytes<float>(Shot.Read(text).Waveform(vibration, bearing)).ToArray());

    private static string At(string machine, Site site) => string.Create(CultureInfo.InvariantCulture, $"{machine}@{site.Time}");
}

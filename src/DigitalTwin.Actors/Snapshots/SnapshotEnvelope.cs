using System.Text;
using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Actors.Snapshots;

/// <summary>What the engine itself keeps of an entity, in front of the encoded state: the commands it has answered.</summary>
internal static class SnapshotEnvelope
{
    private const byte Version = 1;

    public static byte[] Write(IReadOnlyList<AnsweredCommand> commands, ReadOnlyMemory<byte> state)
    {
        using var bytes = new MemoryStream(state.Length + 8 + (commands.Count * 64));
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Version);
        writer.Write(commands.Count);
        foreach (var command in commands)
        {
            writer.Write(command.Id);
            writer.Write(command.Body);
            writer.Write(command.FirstSeq);
            writer.Write(command.Count);
        }

        writer.Write(state.Span);
        writer.Flush();
        return bytes.ToArray();
    }

    /// <exception cref="InvalidDataException">It is of another version.</exception>
    /// <exception cref="EndOfStreamException">It ends too early.</exception>
    public static (AnsweredCommand[] Commands, ReadOnlyMemory<byte> State) Read(ReadOnlyMemory<byte> envelope)
    {
        using var bytes = new MemoryStream(envelope.ToArray(), writable: false);
        using var reader = new BinaryReader(bytes, Encoding.UTF8);
        if (reader.ReadByte() is var version && version != Version) throw new InvalidDataException($"its envelope is of version {version}, not {Version}");
        var commands = new List<AnsweredCommand>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            commands.Add(new AnsweredCommand(reader.ReadString(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt32()));
        }

        return ([.. commands], envelope[(int)bytes.Position..]);
    }
}

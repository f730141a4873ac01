using System.Collections.Immutable;

namespace DigitalTwin.Planning.Formats;

/// <summary>The text of a problem: one file, or the files of a folder by their names.</summary>
/// <param name="Path">As it was given; <see cref="Name"/> is its last part without extension.</param>
public sealed record InstanceFiles(string Path, bool IsFolder, ImmutableSortedDictionary<string, string> Texts)
{
    public string Name => IsFolder
        ? System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(Path))
        : System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The one text of a problem that is one file.</summary>
    public (string File, string Text) Only => (Texts.Keys.Single(), Texts.Values.Single());

    /// <summary>Reads from disk: a file, or every file directly in a folder.</summary>
    /// <exception cref="IOException">There is no such file or folder, or it cannot be read.</exception>
    public static InstanceFiles Load(string path)
    {
        var isFolder = Directory.Exists(path);
        var files = isFolder ? Directory.GetFiles(path) : [path];
        return new InstanceFiles(path, isFolder, files.ToImmutableSortedDictionary(file => System.IO.Path.GetFileName(file), File.ReadAllText));
    }
}

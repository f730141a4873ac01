using System.Security.Cryptography;
using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Host.Startup;

/// <summary>The plant definition file as read.</summary>
/// <param name="Hash">SHA-256 of its bytes, lower-case hex: a gateway has to run the same file.</param>
public sealed record PlantSource(PlantDefinition Plant, string Hash)
{
    /// <exception cref="StartupException">The file cannot be read, or is wrong: the message lists every fault.</exception>
    public static PlantSource Read(FileInfo file)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(file.FullName);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(2, $"The plant definition {file.FullName} cannot be read ({fault.Message.TrimEnd('.')}); name another one with --plant FILE.", fault);
        }

        return PlantFile.Read(content) switch
        {
            PlantReading.Valid valid => new PlantSource(valid.Plant, Convert.ToHexStringLower(SHA256.HashData(content))),
            PlantReading.Invalid invalid => throw new StartupException(2, string.Join(Environment.NewLine,
                [$"The plant definition {file.FullName} has {invalid.Faults.Count} fault(s); nothing was started:", .. invalid.Faults.Select(fault => $"  {fault}")])),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}

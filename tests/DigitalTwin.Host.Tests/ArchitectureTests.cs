using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace DigitalTwin.Host.Tests;

/// <summary>The layers of the architecture, read from the built assemblies: what a project file could hide, its metadata cannot.</summary>
public class ArchitectureTests
{
    private static readonly string[] BaseLibrary = ["System.", "netstandard", "mscorlib"];

    [Theory]
    [InlineData("DigitalTwin.Domain")]
    [InlineData("DigitalTwin.Actors")]
    [InlineData("DigitalTwin.Persistence", "DigitalTwin.Actors")]
    [InlineData("DigitalTwin.Historian", "DigitalTwin.Domain", "DigitalTwin.Edge")]
    [InlineData("DigitalTwin.Edge", "DigitalTwin.Domain")]
    [InlineData("DigitalTwin.Planning")]
    [InlineData("twin", "DigitalTwin.Actors", "DigitalTwin.Persistence", "DigitalTwin.Planning")]
    public void A_layer_knows_only_the_layers_further_in(string assembly, params string[] allowed) =>
        Assert.Empty(OurReferences(assembly).Except(allowed));

    [Theory]
    [InlineData("DigitalTwin.Domain")]
    [InlineData("DigitalTwin.Actors")]
    public void The_core_needs_nothing_but_the_base_library(string assembly) =>
        Assert.DoesNotContain(References(assembly), name => !BaseLibrary.Any(start => name.StartsWith(start, StringComparison.Ordinal)));

    [Fact]
    public void The_core_does_no_io_and_has_no_threads() =>
        Assert.DoesNotContain(UsedTypes("DigitalTwin.Domain"), type =>
            type.StartsWith("System.IO.", StringComparison.Ordinal) && type is not "System.IO.Stream"
            || type.StartsWith("System.Net.", StringComparison.Ordinal)
            || type.StartsWith("System.Threading.Thread", StringComparison.Ordinal)
            || type.StartsWith("System.Threading.Tasks.", StringComparison.Ordinal));

    [Fact]
    public void The_virtual_plant_knows_nothing_of_the_twin()
    {
        string built = AppContext.BaseDirectory.Replace("tests/DigitalTwin.Host.Tests", "simulations/DigitalTwin.VirtualPlant", StringComparison.Ordinal);
        Assert.DoesNotContain(References(Path.Combine(built, "DigitalTwin.VirtualPlant.dll")), name => name.StartsWith("DigitalTwin.", StringComparison.Ordinal));
    }

    private static IEnumerable<string> OurReferences(string assembly) =>
        References(assembly).Where(name => name.StartsWith("DigitalTwin.", StringComparison.Ordinal));

    private static List<string> References(string assembly) => Read(assembly, metadata =>
        metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).ToList());

    private static List<string> UsedTypes(string assembly) => Read(assembly, metadata => metadata.TypeReferences
        .Select(handle => metadata.GetTypeReference(handle))
        .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}").ToList());

    private static T Read<T>(string assembly, Func<MetadataReader, T> read)
    {
        string path = assembly.EndsWith(".dll", StringComparison.Ordinal) ? assembly : Path.Combine(AppContext.BaseDirectory, assembly + ".dll");
        using var file = new PEReader(File.OpenRead(path));
        return read(file.GetMetadataReader());
    }
}

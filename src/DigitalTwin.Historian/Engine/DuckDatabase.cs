using System.Globalization;
using System.Runtime.InteropServices;

namespace DigitalTwin.Historian.Engine;

/// <summary>DuckDB refused or failed; the message is its own, behind what was tried.</summary>
public sealed class DuckDbException(string message) : Exception(message);

/// <summary>An open database, a file or <see cref="InMemory"/>. This process alone has it open; connections to it may be used from one thread each.</summary>
internal sealed class DuckDatabase : SafeHandle
{
    private DuckDatabase(nint database) : base(0, ownsHandle: true) => SetHandle(database);

    public const string InMemory = ":memory:";

    public override bool IsInvalid => handle == 0;

    public static DuckDatabase Open(string path, IEnumerable<(string Name, string Value)> settings)
    {
        if (Native.duckdb_create_config(out var config) != 0) throw new DuckDbException("DuckDB has no memory for its settings");
        try
        {
            foreach (var (name, value) in settings)
                if (Native.duckdb_set_config(config, name, value) != 0) throw new DuckDbException($"DuckDB does not take the setting {name} = {value}");
            if (Native.duckdb_open_ext(path, out var database, config, out var error) == 0) return new(database);
            var why = Marshal.PtrToStringUTF8(error);
            Native.duckdb_free(error);
            throw new DuckDbException(string.Create(CultureInfo.InvariantCulture,
                $"The sample history {path} cannot be opened: {why} End the process that has it open, or check the folder's rights."));
        }
        finally
        {
            Native.duckdb_destroy_config(ref config);
        }
    }

    public DuckConnection Connect() => new(this);

    internal nint Pointer => handle;

    protected override bool ReleaseHandle()
    {
        Native.duckdb_close(ref handle);
        return true;
    }
}

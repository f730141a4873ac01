using DigitalTwin.Historian.Engine;

namespace DigitalTwin.Historian.Tests;

public sealed class DuckLibraryTests
{
    [Fact]
    public void The_library_is_found_in_the_packages_of_the_repository()
    {
        Assert.EndsWith("libduckdb.so", DuckLibrary.Find(null, AppContext.BaseDirectory), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_library_the_message_says_where_it_was_sought_and_how_to_get_it()
    {
        using var elsewhere = new TemporaryFolder();
        var message = Assert.Throws<DllNotFoundException>(() => DuckLibrary.Find(null, elsewhere.Path)).Message;
        Assert.Contains(elsewhere.Path, message, StringComparison.Ordinal);
        Assert.Contains("npm ci", message, StringComparison.Ordinal);
        Assert.Contains("/nowhere.so", Assert.Throws<DllNotFoundException>(() => DuckLibrary.Find("/nowhere.so", elsewhere.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_that_fails_says_what_DuckDB_said_and_which_it_was()
    {
        using var folder = new TemporaryFolder();
        using var database = DuckDatabase.Open(Path.Combine(folder.Path, "a.duckdb"), []);
        using var connection = database.Connect();
        var message = Assert.Throws<DuckDbException>(() => connection.Execute("SELECT * FROM nothing")).Message;
        Assert.Contains("nothing does not exist", message, StringComparison.Ordinal);
        Assert.Contains("SELECT * FROM nothing", message, StringComparison.Ordinal);
    }
}

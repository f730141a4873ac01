using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.Domain.Tests;

public static class Properties
{
    /// <summary>300 cases; a failure prints the smallest one found and the seed that replays it.</summary>
    public static void Holds(this Property property) => property.Check(Config.QuickThrowOnFailure.WithMaxTest(300));
}

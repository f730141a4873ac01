using Google.OrTools.Sat;
using Google.Protobuf;

namespace DigitalTwin.Planning.CpSat;

/// <summary>The parameters that our uses of the solver need; it has some three hundred more.</summary>
public static class CpSettings
{
    /// <param name="deterministicSeconds">
    /// Ends the solve after this much work, counted and not timed: the same model and seed then give the same answer, as long as neither deadline
    /// nor cancel comes first. One such second was some twenty of a core here, for a shop of 6 jobs as for one of 30. Null: only those two end it.
    /// </param>
    /// <param name="threads">More than one: other answers each time. The worker has room for 4.</param>
    public static byte[] Write(long seed, double? deterministicSeconds, int threads = 1)
    {
        var parameters = new SatParameters { NumWorkers = threads, RandomSeed = (int)(seed & int.MaxValue) };
        if (deterministicSeconds is { } work) parameters.MaxDeterministicTime = work;
        return parameters.ToByteArray();
    }
}

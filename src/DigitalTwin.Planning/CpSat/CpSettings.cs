using Google.OrTools.Sat;
using Google.Protobuf;

namespace DigitalTwin.Planning.CpSat;

/// <summary>The parameters that our uses of the solver need; it has some three hundred more.</summary>
public static class CpSettings
{
    /// <param name="deterministicSeconds">
    /// Ends the solve after this much work, counted and not timed: the same model and seed then give the same answer, as long as neither deadline
    /// nor cancel comes first. How long that takes depends on the model: 0.01 of a shop of 30 jobs on 10 machines were three seconds of a core here,
    /// while one of 6 on 6 was proven with 0.001. Null: only those end it.
    /// </param>
    /// <param name="threads">More than one: other answers each time. The worker has room for 4.</param>
    public static byte[] Write(long seed, double? deterministicSeconds, int threads = 1)
    {
        var parameters = new SatParameters { NumWorkers = threads, RandomSeed = (int)(seed & int.MaxValue) };
        if (deterministicSeconds is { } work) parameters.MaxDeterministicTime = work;
        return parameters.ToByteArray();
    }
}

namespace DigitalTwin.Cli;

/// <summary>What `twin` ends with. Scripts branch on these: a number is never given another meaning.</summary>
public static class ExitCodes
{
    public const int Ok = 0;
    public const int Error = 1;
    public const int Invalid = 2;
    public const int NotFound = 3;
    public const int NotAllowed = 4;
    public const int VersionConflict = 5;
    public const int Unreachable = 7;
    public const int NoAnswerInTime = 8;
    public const int Infeasible = 9;
    public const int CheckerSaysInvalid = 10;

    /// <summary>The exit code of a problem: by its code, which is stable; a code that this client does not know goes by its HTTP status.</summary>
    public static int Of(string problemCode, int? status) => (problemCode, status) switch
    {
        ("INVALID", _) => Invalid,
        ("NOT_FOUND", _) => NotFound,
        ("UNREACHABLE", _) => Unreachable,
        ("TIMEOUT", _) => NoAnswerInTime,
        (_, 400) => Invalid,
        (_, 401 or 403) => NotAllowed,
        (_, 404) => NotFound,
        (_, 409 or 412) => VersionConflict,
        _ => Error,
    };
}

using System.Globalization;
using System.Text.Json;
using DigitalTwin.Domain.Contexts;

namespace DigitalTwin.Domain.Plant;

/// <summary>What makes a signal or a setpoint of a plant definition right, wherever it is written.</summary>
internal static class PlantFileSignals
{
    private const double SecondsPerDay = 86400;

    public static void Check(SignalDocument signal, string path, Action<string, string> fault)
    {
        CheckName(signal.Name, $"{path}.name", fault);
        CheckNode(signal.Node, $"{path}.node", fault);
        Seconds(signal.Period, $"{path}.period", fault);
        if (signal.Range is { } range && (range.Count != 2 || range[0] >= range[1])) fault($"{path}.range", "Must be two numbers, the lower one first.");
        if (signal.Role == SignalRole.Setpoint) fault($"{path}.role", "A setpoint is written under setpoints; its signal comes with it.");
        if (ContextSources.IsContext(signal.Role) && signal.Type != SignalType.Text) fault($"{path}.type", $"A signal of role {Spell(signal.Role)} is a text.");
        if (!ContextSources.IsContext(signal.Role) && signal.Role != SignalRole.Measurement && signal.Type != SignalType.Number) fault($"{path}.type", $"A signal of role {Spell(signal.Role)} is a number.");
        if (signal.Type == SignalType.Text && signal.Range is not null) fault($"{path}.range", "Text has no range.");
        CheckContent(signal, path, fault);
        if (signal.Index is { } index && !index.Split(',').All(part => part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit)))
            fault($"{path}.index", $"'{index}' is no index of one element; must be a number such as 3, or numbers such as 1,2 in a matrix.");
        if (signal.Type == SignalType.Text && signal.Texts is not null) fault($"{path}.texts", "Only numbers have texts.");
        if (signal.Class is { } given && given != SignalDefinition.UsualClass(signal.Role, signal.Type) && signal.Role is not (SignalRole.Measurement or SignalRole.Energy))
            fault($"{path}.class", $"A signal of role {Spell(signal.Role)} is of class state.");
        foreach (var number in (signal.Texts?.Keys ?? []).Where(number => !int.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)))
            fault($"{path}.texts", $"'{number}' is no whole number.");
    }

    private static void CheckContent(SignalDocument signal, string path, Action<string, string> fault)
    {
        if (signal.Type == SignalType.Waveform)
        {
            if (signal.SampleRate is null) fault($"{path}.sampleRate", "Is missing; a waveform has samples per second.");
            else if (signal.SampleRate is not (> 0 and <= 1e9)) fault($"{path}.sampleRate", $"Is {signal.SampleRate}; must be greater than 0 and at most 1000000000, in samples per second.");
        }
        else if (signal.SampleRate is not null) fault($"{path}.sampleRate", "Only a waveform has samples per second.");
        if (signal.Type is not (SignalType.Waveform or SignalType.Image)) return;
        if (signal.Range is not null) fault($"{path}.range", $"{signal.Type} has no range.");
        if (signal.Index is not null) fault($"{path}.index", $"{signal.Type} is a whole value.");
        if (signal.Texts is not null) fault($"{path}.texts", "Only numbers have texts.");
    }

    public static void Check(SetpointDocument setpoint, string path, Action<string, string> fault)
    {
        CheckName(setpoint.Name, $"{path}.name", fault);
        CheckNode(setpoint.Node, $"{path}.node", fault);
        Seconds(setpoint.Period, $"{path}.period", fault);
        Seconds(setpoint.Hold, $"{path}.hold", fault);
        if (setpoint.Class is not (1 or 2)) fault($"{path}.class", $"Is {setpoint.Class}; must be 1 or 2.");
        if (setpoint.Low >= setpoint.High) fault($"{path}.low", $"The lower limit {setpoint.Low} is not below the upper limit {setpoint.High}.");
        else
        {
            if (!Within(setpoint.Nominal)) fault($"{path}.nominal", $"Is {setpoint.Nominal}, outside the limits {setpoint.Low} to {setpoint.High}.");
            if (setpoint.SafeValue is { } safe && !Within(safe)) fault($"{path}.safeValue", $"Is {safe}, outside the limits {setpoint.Low} to {setpoint.High}.");
        }
        if (setpoint.MaxStep <= 0) fault($"{path}.maxStep", $"Is {setpoint.MaxStep}; must be greater than 0.");
        if (setpoint.MaxRatePerMinute <= 0) fault($"{path}.maxRatePerMinute", $"Is {setpoint.MaxRatePerMinute}; must be greater than 0.");
        if (setpoint.Tolerance < 0) fault($"{path}.tolerance", $"Is {setpoint.Tolerance}; must not be negative.");

        bool Within(double value) => setpoint.Low <= value && value <= setpoint.High;
    }

    public static SignalDefinition Resolve(SignalDocument signal, string owner, string node) => new(
        $"{owner}.{signal.Name}", owner, signal.Name ?? "", signal.Role, node, signal.Type, signal.Unit,
        signal.Range is [var low, _] ? low : null, signal.Range is [_, var high] ? high : null, Span(signal.Period), signal.Index)
    {
        Class = signal.Class ?? SignalDefinition.UsualClass(signal.Role, signal.Type), SampleRate = signal.SampleRate,
        Texts = signal.Texts ?? SignalDefinition.NoTexts,
    };

    /// <summary>The signal that reports a setpoint.</summary>
    public static SignalDefinition ResolveReport(SetpointDocument setpoint, string owner, string node) => new(
        $"{owner}.{setpoint.Name}", owner, setpoint.Name ?? "", SignalRole.Setpoint, node, SignalType.Number, setpoint.Unit, setpoint.Low, setpoint.High, Span(setpoint.Period));

    public static SetpointDefinition Resolve(SetpointDocument setpoint, string owner, string node, IReadOnlyList<string> interlocks) => new(
        $"{owner}.{setpoint.Name}", owner, setpoint.Name ?? "", node, setpoint.Class, setpoint.Unit, setpoint.Low, setpoint.High, setpoint.Nominal,
        setpoint.MaxStep, setpoint.MaxRatePerMinute, setpoint.Tolerance, Span(setpoint.Hold), interlocks, setpoint.SafeValue);

    /// <summary>Roles that a unit can have one signal of: two states, or two vehicles, would contradict each other.</summary>
    public static bool OneOfAKind(SignalRole role) => role is not (SignalRole.Measurement or SignalRole.Energy or SignalRole.Setpoint);

    /// <returns>As the file spells it.</returns>
    public static string Spell(SignalRole role) => JsonNamingPolicy.CamelCase.ConvertName(role.ToString());

    /// <summary>Ids are parts of longer ids, of addresses and of lists: a dot, a comma or a blank in one would cut them apart.</summary>
    public static void CheckName(string? name, string path, Action<string, string> fault)
    {
        if (string.IsNullOrEmpty(name)) fault(path, "Is empty.");
        else if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) fault(path, $"'{name}' has other characters than letters, digits, '-' and '_'.");
    }

    /// <returns>Zero for a fault.</returns>
    public static TimeSpan Seconds(double seconds, string path, Action<string, string> fault)
    {
        if (seconds is not (> 0 and <= SecondsPerDay)) fault(path, $"Is {seconds}; must be greater than 0 and at most a day, in seconds.");
        return Span(seconds);
    }

    private static TimeSpan Span(double seconds) => seconds is > 0 and <= SecondsPerDay ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;

    private static void CheckNode(string? node, string path, Action<string, string> fault)
    {
        if (string.IsNullOrWhiteSpace(node)) fault(path, "Is empty.");
        else if ((node.StartsWith("nsu=", StringComparison.Ordinal) || node.StartsWith("ns=", StringComparison.Ordinal)) && ExpandedNodeId.Fault(node) is { } reason) fault(path, reason);
    }
}

using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DigitalTwin.Planning.Formats;

/// <summary>One operation in time. Job, operation and machine count from 0 in the order of the problem's file; times are in the problem's unit.</summary>
public sealed record ScheduledOperation(int Job, int Op, int Machine, long Start, long End);

/// <summary>A schedule as a file: operations with their times, or a sequence of idents, never both.</summary>
/// <param name="Format">That of the problem.</param>
/// <param name="Objective">As its maker counted it; a checker counts again.</param>
public sealed record ScheduleFile(
    string Format,
    string Instance,
    ImmutableArray<double> Objective,
    ImmutableArray<ScheduledOperation>? Operations = null,
    ImmutableArray<string>? Sequence = null)
{
    private static readonly JsonSerializerOptions Shape = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Shape);

    /// <param name="file">Its name, for faults.</param>
    public static Reading<ScheduleFile> Parse(string file, string json)
    {
        try
        {
            var schedule = JsonSerializer.Deserialize<ScheduleFile>(json, Shape);
            if (schedule is null) return Reading.Refuse<ScheduleFile>(new InputFault(file, 1, "a schedule was expected, 'null' stands there"));
            return schedule.Operations is null == schedule.Sequence is null
                ? Reading.Refuse<ScheduleFile>(new InputFault(file, 0, "a schedule has either 'operations' or 'sequence'"))
                : Reading.Of(schedule);
        }
        catch (JsonException wrong)
        {
            return Reading.Refuse<ScheduleFile>(new InputFault(file, (int)(wrong.LineNumber ?? -1) + 1, wrong.Message));
        }
    }
}

using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using DigitalTwin.Actors.DeadLetters;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Host.Twins.Cuts;

/// <summary>What of a plant definition the fold of its journal depends on: which ids are lines, and which line an entity belongs to.</summary>
public sealed class PlantPlaces
{
    /// <summary>Tells from folds of a former version, which counted a line's dead letters as the plant's.</summary>
    private const string DeadLettersOfTheirShard = "dead letters of their shard";

    private readonly FrozenDictionary<string, ShardId> lines;
    private readonly FrozenDictionary<string, ShardId>.AlternateLookup<ReadOnlySpan<char>> linesBySpan;

    public PlantPlaces(PlantDefinition plant)
    {
        Plant = new ShardId(plant.Id);
        lines = plant.Lines.ToFrozenDictionary(line => line.Id, line => new ShardId(line.Id));
        linesBySpan = lines.GetAlternateLookup<ReadOnlySpan<char>>();
        string text = string.Join('\n', plant.Lines.Select(line => $"{line.Id}: {string.Join(' ', line.Stations.Select(station => station.Id))}"));
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{plant.Id}\n{text}\n{DeadLettersOfTheirShard}")))[..16];
    }

    /// <summary>The shard of what belongs to no line.</summary>
    public ShardId Plant { get; }

    /// <summary>Differs where the same journal would be folded into something else.</summary>
    public string Fingerprint { get; }

    public bool IsLine(string id) => lines.ContainsKey(id);

    /// <summary>An entity's line, itself and the line's dead letters included; the plant for all others.</summary>
    public ShardId ShardOf(string id)
    {
        if (DeadLetterStore.ShardOf(new EntityId(id)) is { } kept)
            return kept;
        for (ReadOnlySpan<char> path = id; ; path = path[..path.LastIndexOf('.')])
        {
            if (linesBySpan.TryGetValue(path, out ShardId line))
                return line;
            if (path.LastIndexOf('.') < 0)
                return Plant;
        }
    }
}

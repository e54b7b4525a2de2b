using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Drivers.HomeAssistant;

/// <summary>Where a node's entities stand on the home's broker: states and commands under a topic of its own, configurations where Home Assistant looks.</summary>
/// <param name="member">Whose node it is; her address makes every name unique.</param>
/// <param name="prefix">Home Assistant's discovery prefix.</param>
public sealed class NodeTopics(MemberId member, string prefix = NodeTopics.DefaultPrefix)
{
    public const string DefaultPrefix = "homeassistant";

    private const string CommandLevel = "set";

    /// <summary>Of letters, digits and _ alone, as Home Assistant wants identifiers.</summary>
    public string NodeId { get; } = $"ve_{member.Value}";

    public string Root => $"virtualenergy/{member.Value}";

    public string Availability => $"{Root}/available";

    /// <summary>Home Assistant's birth and last will.</summary>
    public string Birth => $"{prefix}/status";

    /// <summary>Every command for this node.</summary>
    public string Commands => $"{Root}/+/{CommandLevel}";

    public string State(string entity) => $"{Root}/{entity}";

    public string Attributes(string entity) => $"{Root}/{entity}/attributes";

    public string Command(string entity) => $"{Root}/{entity}/{CommandLevel}";

    public string Config(string component, string entity) => $"{prefix}/{component}/{NodeId}/{entity}/config";

    /// <summary>The entity that a command is for; null where the topic is none of a command.</summary>
    public string? EntityOf(string topic)
    {
        var levels = topic.Split('/');
        return levels.Length == 4 && levels[3] == CommandLevel && topic.StartsWith(Root + "/", StringComparison.Ordinal) ? levels[2] : null;
    }
}

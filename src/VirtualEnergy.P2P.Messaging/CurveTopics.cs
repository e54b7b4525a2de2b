using System.Diagnostics.CodeAnalysis;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>The topics of one auctioneer or concentrator, under <c>curve/{matcher}</c>. Everyone is named by an address.</summary>
public sealed class CurveTopics(Topics topics, MemberId matcher)
{
    private const int AddressLength = 42;

    private static readonly string[] Answers = ["prices", "allocations", "refusals"];

    private readonly string _root = $"{topics.Root}/curve/{matcher}";

    /// <summary>Retained: <see cref="CurveMarketMessage"/>.</summary>
    public string Market => $"{_root}/market";

    /// <summary>Filter, for the matcher.</summary>
    public string AllBids => $"{_root}/bids/+";

    /// <summary><see cref="CurveBidMessage"/>, agent to matcher.</summary>
    public string Bids(MemberId agent) => $"{_root}/bids/{agent}";

    /// <summary><see cref="CurvePriceMessage"/>, matcher to agent.</summary>
    public string Prices(MemberId agent) => $"{_root}/prices/{agent}";

    /// <summary><see cref="CurveAllocationMessage"/>, matcher to agent.</summary>
    public string Allocations(MemberId agent) => $"{_root}/allocations/{agent}";

    /// <summary><see cref="CurveRefusalMessage"/>, matcher to agent.</summary>
    public string Refusals(MemberId agent) => $"{_root}/refusals/{agent}";

    public bool TryParseBids(string topic, out MemberId agent) =>
        TryParse(topics, topic, out var parts) & TryMember(parts?.IsBids == true && parts.Matcher == matcher ? parts.Agent : null, out agent);

    /// <summary>Takes apart any topic or filter of the curve market.</summary>
    internal static bool TryParse(Topics topics, string topic, [NotNullWhen(true)] out CurveTopic? parts)
    {
        parts = null;
        var start = $"{topics.Root}/curve/";
        if (topic is null || !topic.StartsWith(start, StringComparison.Ordinal))
        {
            return false;
        }

        var levels = topic[start.Length..].Split('/');
        if (levels.Length is < 2 or > 3 || !TryMember(levels[0], out var matcher))
        {
            return false;
        }

        parts = new CurveTopic(matcher, levels[1], levels.Length == 3 ? levels[2] : null);
        return true;
    }

    /// <param name="Agent">The last level as it stands; null where there is none.</param>
    internal sealed record CurveTopic(MemberId Matcher, string Kind, string? Agent)
    {
        public bool IsMarket => Kind == "market" && Agent is null;

        public bool IsBids => Kind == "bids" && Agent is not null;

        public bool IsAnswer => Answers.Contains(Kind) && Agent is not null;

        public bool IsOf(string? user) => user == Matcher.Value;

        public bool TryAgent(out MemberId agent) => TryMember(Agent, out agent);
    }

    private static bool TryMember(string? level, out MemberId member)
    {
        var isAddress = level is { Length: AddressLength } && Topics.IsMemberAddress(level);
        member = isAddress ? new MemberId(level!) : default;
        return isAddress;
    }
}

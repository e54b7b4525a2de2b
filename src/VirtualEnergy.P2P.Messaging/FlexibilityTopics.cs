using System.Diagnostics.CodeAnalysis;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>The topics between homes and one balancing service provider (BSP), under <c>flexibility/{bsp}</c>. Everyone is named by an address.</summary>
public sealed class FlexibilityTopics(Topics topics, MemberId bsp)
{
    private const int AddressLength = 42;

    private static readonly string[] OfHomes = ["headroom", "programs", "sessions", "telemetry", "replies", "promises"];

    private readonly string _root = $"{topics.Root}/flexibility/{bsp}";

    /// <summary>Retained: <see cref="FlexibilityTerms"/>.</summary>
    public string Terms => $"{_root}/terms";

    /// <summary>Filters, for the BSP.</summary>
    public string AllHeadroom => $"{_root}/headroom/+";

    public string AllPrograms => $"{_root}/programs/+";

    public string AllSessions => $"{_root}/sessions/+";

    public string AllTelemetry => $"{_root}/telemetry/+";

    public string AllReplies => $"{_root}/replies/+";

    /// <summary><see cref="HomeHeadroomOffer"/>, home to BSP.</summary>
    public string Headroom(MemberId member) => $"{_root}/headroom/{member}";

    /// <summary><see cref="NetProgram"/>, home to BSP.</summary>
    public string Programs(MemberId member) => $"{_root}/programs/{member}";

    /// <summary><see cref="TelemetrySession"/>, home to BSP.</summary>
    public string Sessions(MemberId member) => $"{_root}/sessions/{member}";

    /// <summary><see cref="TelemetrySample"/>, home to BSP.</summary>
    public string Telemetry(MemberId member) => $"{_root}/telemetry/{member}";

    /// <summary><see cref="FlexibilityReply"/>, home to BSP.</summary>
    public string Replies(MemberId member) => $"{_root}/replies/{member}";

    /// <summary>Filter, for the BSP.</summary>
    public string AllPromises => $"{_root}/promises/+";

    /// <summary>Filter, for the BSP.</summary>
    public string AllKept => $"{_root}/kept/+";

    /// <summary><see cref="ReservationEvidence"/>, home to exchange; the BSP hears it.</summary>
    public string Promises(MemberId member) => $"{_root}/promises/{member}";

    /// <summary><see cref="ReservationAnswer"/>, exchange to BSP.</summary>
    public string Kept(MemberId member) => $"{_root}/kept/{member}";

    /// <summary><see cref="FlexibilityOrder"/>, BSP to home.</summary>
    public string Orders(MemberId member) => $"{_root}/orders/{member}";

    /// <summary>The home whose message it is; false for what no home publishes here.</summary>
    public bool TryParseHome(string topic, out MemberId member)
    {
        member = default;
        return TryParse(topics, topic, out var parts) && parts.Bsp == bsp && parts.IsHomes && parts.TryMember(out member);
    }

    /// <summary>Of whose promise the exchange speaks; false for any other topic.</summary>
    public bool TryParseKept(string topic, out MemberId member)
    {
        member = default;
        return TryParse(topics, topic, out var parts) && parts.Bsp == bsp && parts.IsKept && parts.TryMember(out member);
    }

    /// <summary>Filters for what all BSPs and homes of a community tell the exchange: promises, and orders, among which are releases.</summary>
    public static (string Promises, string Orders) OfEverybody(Topics topics) => ($"{topics.Root}/flexibility/+/promises/+", $"{topics.Root}/flexibility/+/orders/+");

    /// <summary>The parties of a promise or an order; false for any other topic.</summary>
    public static bool TryParseParties(Topics topics, string topic, out MemberId bsp, out MemberId member)
    {
        (bsp, member) = (default, default);
        if (!TryParse(topics, topic, out var parts) || !(parts.IsOrders || parts.Kind == "promises") || !parts.TryMember(out member))
        {
            return false;
        }

        bsp = parts.Bsp;
        return true;
    }

    /// <summary>Takes apart any topic or filter of a BSP.</summary>
    internal static bool TryParse(Topics topics, string topic, [NotNullWhen(true)] out FlexibilityTopic? parts)
    {
        parts = null;
        var start = $"{topics.Root}/flexibility/";
        if (topic is null || !topic.StartsWith(start, StringComparison.Ordinal))
        {
            return false;
        }

        var levels = topic[start.Length..].Split('/');
        if (levels.Length is < 2 or > 3 || levels[0].Length != AddressLength || !Topics.IsMemberAddress(levels[0]))
        {
            return false;
        }

        parts = new FlexibilityTopic(new MemberId(levels[0]), levels[1], levels.Length == 3 ? levels[2] : null);
        return true;
    }

    /// <param name="Home">The last level as it stands; null where there is none.</param>
    internal sealed record FlexibilityTopic(MemberId Bsp, string Kind, string? Home)
    {
        public bool IsTerms => Kind == "terms" && Home is null;

        public bool IsKept => Kind == "kept" && Home is not null;

        public bool IsOrders => Kind == "orders" && Home is not null;

        public bool IsHomes => Home is not null && OfHomes.Contains(Kind);

        public bool IsOf(string? user) => user == Bsp.Value;

        public bool TryMember(out MemberId member)
        {
            var isAddress = Topics.IsMemberAddress(Home);
            member = isAddress ? new MemberId(Home!) : default;
            return isAddress;
        }
    }
}

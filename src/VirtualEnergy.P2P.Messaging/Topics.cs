using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>The topics of one community, all under <c>vep/1/{community}</c>. The 1 is the version of the wire format.</summary>
public sealed class Topics
{
    public const int MaxCommunityLength = 64;

    /// <summary>Filter for the descriptions of every market on a broker: how a node finds the community that it was not told.</summary>
    public const string AnyMarket = "vep/1/+/market";

    private static readonly SearchValues<char> LowerCaseHex = SearchValues.Create("0123456789abcdef");

    /// <param name="community">The community's name: 1 to 64 characters, none of <c>/ + #</c> and no control character.</param>
    /// <exception cref="ArgumentException">The name cannot be a level of a topic.</exception>
    public Topics(string community)
    {
        if (!IsCommunityName(community))
        {
            throw new ArgumentException(
                $"A community's name has 1 to {MaxCommunityLength} characters, none of / + # and no control character.", nameof(community));
        }

        Root = $"vep/1/{community}";
    }

    public string Root { get; }

    /// <summary>Retained: <see cref="MarketDescription"/>.</summary>
    public string Market => $"{Root}/market";

    /// <summary>Retained: <see cref="RoundAnnouncement"/> of the period whose gate is open.</summary>
    public string RoundOpen => $"{Root}/rounds/open";

    /// <summary>Retained: <see cref="RoundResult"/> of the last cleared period.</summary>
    public string RoundResult => $"{Root}/rounds/result";

    /// <summary>Retained: <see cref="Messaging.DeviationResult"/> of the last metered period.</summary>
    public string DeviationResult => $"{Root}/rounds/deviations";

    /// <summary>Retained: <see cref="P2P.Market.Indications.PriceOutlook"/> of the open period and those after it.</summary>
    public string Outlook => $"{Root}/outlook";

    /// <summary><see cref="P2P.Market.Indications.BalanceSignal"/> of a period that is run.</summary>
    public string Balance => $"{Root}/balance";

    /// <summary>Filters, for who takes the messages of every member.</summary>
    public string AllBids => $"{Root}/bids/+";

    public string AllMeters => $"{Root}/meters/+";

    public string AllMandates => $"{Root}/mandates/+";

    public string AllPlans => $"{Root}/plans/+";

    public string AllRunning => $"{Root}/running/+";

    public string AllSuggestions => $"{Root}/suggestions/+";

    public string AllDisputes => $"{Root}/disputes/+";

    public string AllStatuses => $"{Root}/nodes/+/status";

    /// <summary><see cref="BidMessage"/>, member to exchange.</summary>
    public string Bids(MemberId member) => $"{Root}/bids/{member}";

    /// <summary><see cref="BidReceipt"/>, exchange to member.</summary>
    public string Receipts(MemberId member) => $"{Root}/receipts/{member}";

    /// <summary><see cref="P2P.Market.Indications.MemberPlan"/>, member to exchange.</summary>
    public string Plans(MemberId member) => $"{Root}/plans/{member}";

    /// <summary><see cref="P2P.Market.Indications.MemberPlan"/> of a single period, the one that is run; member to exchange.</summary>
    public string Running(MemberId member) => $"{Root}/running/{member}";

    /// <summary><see cref="P2P.Market.Indications.SuggestedStarts"/>, member to exchange.</summary>
    public string Suggestions(MemberId member) => $"{Root}/suggestions/{member}";

    /// <summary><see cref="MeterReading"/>, member to exchange.</summary>
    public string Meters(MemberId member) => $"{Root}/meters/{member}";

    /// <summary><see cref="ReadingReceipt"/>, exchange to member.</summary>
    public string Readings(MemberId member) => $"{Root}/readings/{member}";

    /// <summary><see cref="DisputeMessage"/>, member or operator to exchange.</summary>
    public string Disputes(MemberId member) => $"{Root}/disputes/{member}";

    /// <summary>Retained, and the node's last will: <see cref="NodeStatus"/>.</summary>
    public string Status(MemberId member) => $"{Root}/nodes/{member}/status";

    /// <summary><see cref="MandateMessage"/>, member to exchange.</summary>
    public string Mandates(MemberId member) => $"{Root}/mandates/{member}";

    /// <summary><see cref="MandateReceipt"/>, exchange to member.</summary>
    public string MandateReceipts(MemberId member) => $"{Root}/mandate-receipts/{member}";

    /// <summary>Retained: <see cref="FundsNotice"/>, exchange to member.</summary>
    public string Funds(MemberId member) => $"{Root}/funds/{member}";

    /// <summary>Topics of the curve market, below the auctioneer or concentrator that is spoken to.</summary>
    public CurveTopics Curve(MemberId matcher) => new(this, matcher);

    /// <summary>Topics between homes and a balancing service provider.</summary>
    public FlexibilityTopics Flexibility(MemberId bsp) => new(this, bsp);

    /// <summary>Filter for every auctioneer and concentrator: <see cref="CurveMarketMessage"/>.</summary>
    public string AllCurveMarkets => $"{Root}/curve/+/market";

    public bool TryParseBids(string topic, out MemberId member) => TryParse(topic, "bids", "", out member);

    public bool TryParseReceipts(string topic, out MemberId member) => TryParse(topic, "receipts", "", out member);

    public bool TryParsePlans(string topic, out MemberId member) => TryParse(topic, "plans", "", out member);

    public bool TryParseRunning(string topic, out MemberId member) => TryParse(topic, "running", "", out member);

    public bool TryParseSuggestions(string topic, out MemberId member) => TryParse(topic, "suggestions", "", out member);

    public bool TryParseMeters(string topic, out MemberId member) => TryParse(topic, "meters", "", out member);

    public bool TryParseMandates(string topic, out MemberId member) => TryParse(topic, "mandates", "", out member);

    public bool TryParseMandateReceipts(string topic, out MemberId member) => TryParse(topic, "mandate-receipts", "", out member);

    public bool TryParseFunds(string topic, out MemberId member) => TryParse(topic, "funds", "", out member);

    public bool TryParseReadings(string topic, out MemberId member) => TryParse(topic, "readings", "", out member);

    public bool TryParseDisputes(string topic, out MemberId member) => TryParse(topic, "disputes", "", out member);

    public bool TryParseStatus(string topic, out MemberId member) => TryParse(topic, "nodes", "/status", out member);

    /// <summary>True for 0x and 40 lower-case hexadecimal digits: the only form of a member's address in topics and payloads.</summary>
    public static bool IsMemberAddress([NotNullWhen(true)] string? text) =>
        text is { Length: 42 } && text.StartsWith("0x", StringComparison.Ordinal)
        && text.AsSpan(2).IndexOfAnyExcept(LowerCaseHex) < 0;

    internal static bool IsCommunityName([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= MaxCommunityLength }
        && !text.Any(c => c is '/' or '+' or '#' || char.IsControl(c) || char.IsSurrogate(c));

    private bool TryParse(string topic, string kind, string ending, out MemberId member)
    {
        member = default;
        var start = $"{Root}/{kind}/";
        if (topic is null || !topic.StartsWith(start, StringComparison.Ordinal) || !topic.EndsWith(ending, StringComparison.Ordinal)
            || topic.Length != start.Length + 42 + ending.Length)
        {
            return false;
        }

        var address = topic.Substring(start.Length, 42);
        member = new MemberId(address);
        return IsMemberAddress(address);
    }
}

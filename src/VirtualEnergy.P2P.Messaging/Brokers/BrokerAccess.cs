using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>
/// Who may publish and read what. The exchange: everything of its community. Everyone else: publish bids, plans, what runs, suggestions, mandates, meter
/// readings, disputes of them and node states; read the market, rounds, the outlook, the balance signal, node states and a single member's receipts and funds. So nobody sees another's bid before
/// the gate closes, and nobody but the exchange announces a price. In the curve market: bid at any auctioneer or concentrator and
/// hear its answers; be one under one's own address only, which then has to be the user name. So it is with balancing service providers: a home
/// tells any of them its headroom and hears its orders, and only the provider itself reads what homes tell it.
/// </summary>
/// <remarks>
/// A user name that is a member's address binds a node to that member's topics. Bids and readings prove their sender by
/// signature; the broker only keeps order.
/// </remarks>
public sealed class BrokerAccess(string community, string exchangeUser)
{
    private readonly Topics _topics = new(community);

    public bool IsExchange(string? user) => string.Equals(user, exchangeUser, StringComparison.Ordinal);

    public bool MayPublish(string? user, string topic, bool retain)
    {
        if (IsExchange(user))
        {
            return topic.StartsWith(_topics.Root + "/", StringComparison.Ordinal);
        }

        if (CurveTopics.TryParse(_topics, topic, out var curve))
        {
            return curve.IsMarket ? curve.IsOf(user)
                : !retain && curve.TryAgent(out var agent) && (curve.IsBids ? IsOwn(user, agent) : curve.IsAnswer && curve.IsOf(user));
        }

        if (FlexibilityTopics.TryParse(_topics, topic, out var flexibility))
        {
            return flexibility.IsTerms ? flexibility.IsOf(user)
                : !retain && flexibility.TryMember(out var home) && (flexibility.IsHomes ? IsOwn(user, home) : flexibility.IsOrders && flexibility.IsOf(user));
        }

        if (_topics.TryParseStatus(topic, out var member))
        {
            return IsOwn(user, member);
        }

        return !retain
            && (_topics.TryParseBids(topic, out member) || _topics.TryParseMeters(topic, out member) || _topics.TryParseMandates(topic, out member)
                || _topics.TryParseDisputes(topic, out member) || _topics.TryParsePlans(topic, out member) || _topics.TryParseRunning(topic, out member)
                || _topics.TryParseSuggestions(topic, out member))
            && IsOwn(user, member);
    }

    public bool MaySubscribe(string? user, string filter)
    {
        if (IsExchange(user))
        {
            return filter.StartsWith(_topics.Root + "/", StringComparison.Ordinal);
        }

        if (filter == _topics.AllCurveMarkets)
        {
            return true;
        }

        if (CurveTopics.TryParse(_topics, filter, out var curve))
        {
            return curve.IsMarket
                || (curve.IsBids && curve.IsOf(user) && (curve.Agent == "+" || curve.TryAgent(out _)))
                || (curve.IsAnswer && curve.TryAgent(out var agent) && IsOwn(user, agent));
        }

        if (FlexibilityTopics.TryParse(_topics, filter, out var flexibility))
        {
            return flexibility.IsTerms
                || ((flexibility.IsHomes || flexibility.IsKept) && flexibility.IsOf(user) && (flexibility.Home == "+" || flexibility.TryMember(out _)))
                || (flexibility.IsOrders && flexibility.TryMember(out var home) && IsOwn(user, home));
        }

        return filter == _topics.Market || filter == Topics.AnyMarket || filter == _topics.RoundOpen || filter == _topics.RoundResult || filter == _topics.DeviationResult || filter == _topics.Outlook
            || filter == _topics.Balance || filter == $"{_topics.Root}/rounds/+" || filter == $"{_topics.Root}/rounds/#" || filter == _topics.AllStatuses
            || _topics.TryParseStatus(filter, out _)
            || ((_topics.TryParseReceipts(filter, out var member) || _topics.TryParseMandateReceipts(filter, out member) || _topics.TryParseFunds(filter, out member)
                    || _topics.TryParseReadings(filter, out member))
                && IsOwn(user, member));
    }

    /// <summary>What a node, not the exchange, may leave with the broker; there are only so many of these.</summary>
    public bool IsNodesState(string topic) =>
        _topics.TryParseStatus(topic, out _) || (CurveTopics.TryParse(_topics, topic, out var curve) && curve.IsMarket)
        || (FlexibilityTopics.TryParse(_topics, topic, out var flexibility) && flexibility.IsTerms);

    private static bool IsOwn(string? user, MemberId member) => !Topics.IsMemberAddress(user) || user == member.Value;
}

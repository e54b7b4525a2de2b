using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>
/// Who may publish and read what. The exchange: everything of its community. Everyone else: publish bids, meter readings and
/// node states; read the market, rounds, node states and a single member's receipts. So nobody sees another's bid before
/// the gate closes, and nobody but the exchange announces a price.
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

        if (_topics.TryParseStatus(topic, out var member))
        {
            return IsOwn(user, member);
        }

        return !retain && (_topics.TryParseBids(topic, out member) || _topics.TryParseMeters(topic, out member)) && IsOwn(user, member);
    }

    public bool MaySubscribe(string? user, string filter)
    {
        if (IsExchange(user))
        {
            return filter.StartsWith(_topics.Root + "/", StringComparison.Ordinal);
        }

        return filter == _topics.Market || filter == Topics.AnyMarket || filter == _topics.RoundOpen || filter == _topics.RoundResult
            || filter == $"{_topics.Root}/rounds/+" || filter == $"{_topics.Root}/rounds/#" || filter == _topics.AllStatuses
            || _topics.TryParseStatus(filter, out _)
            || (_topics.TryParseReceipts(filter, out var member) && IsOwn(user, member));
    }

    public bool IsStatus(string topic) => _topics.TryParseStatus(topic, out _);

    private static bool IsOwn(string? user, MemberId member) => !Topics.IsMemberAddress(user) || user == member.Value;
}

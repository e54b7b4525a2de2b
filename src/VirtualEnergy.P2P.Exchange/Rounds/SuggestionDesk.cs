using System.Collections.Concurrent;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>Hears what nodes suggest to their members, and keeps the last of each for her page. Nothing of it is written down.</summary>
public sealed class SuggestionDesk(Topics topics, MemberDirectory members, MessageRate rate, MarketDomain domain, ILogger<SuggestionDesk> logger)
{
    private readonly SuggestionSigning _signing = new(domain);
    private readonly ConcurrentDictionary<MemberId, SuggestedStarts> _last = new();

    /// <summary>What a member's node suggested last; null where it does not tell, or has not yet.</summary>
    public SuggestedStarts? Of(MemberId member) => _last.GetValueOrDefault(member);

    /// <summary>The handler of <see cref="Topics.AllSuggestions"/>.</summary>
    public Task TakeAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (message.Retain || !topics.TryParseSuggestions(message.Topic, out var sender) || !rate.TryTake(sender) || members.Find(sender) is null)
        {
            return Task.CompletedTask;
        }

        if (!WireFormat.TryReadSuggestedStarts(message.Payload.Span, out var suggested, out var error))
        {
            logger.LogInformation("Suggestions of {Member} refused: malformed. {Detail}", sender, error);
        }
        else if (suggested.Content.Member != sender || !_signing.IsSignedByMember(suggested.Content, suggested.Signature.AsSpan()))
        {
            logger.LogInformation("Suggestions of {Member} refused: not signed by her.", sender);
        }
        else
        {
            // An older one, that comes again or late, changes nothing.
            _last.AddOrUpdate(sender, suggested.Content, (_, last) => suggested.Content.At >= last.At ? suggested.Content : last);
        }

        return Task.CompletedTask;
    }
}

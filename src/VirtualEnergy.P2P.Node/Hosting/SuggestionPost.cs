using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility.Suggestions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>Tells the exchange, for the member's page, when her appliances are best started: when that has changed, and else once an hour.</summary>
/// <remarks>Not safe for concurrent use; the node's handlers run one at a time.</remarks>
internal sealed class SuggestionPost(MemberId member, string topic, MqttLink link, EthereumKey key, ILogger logger)
{
    private const int Every = 4;

    private SuggestedStarts? _told;

    /// <param name="now">The period that opens next.</param>
    public async Task TellAsync(JoinedMarket market, Period now, CancellationToken cancellation)
    {
        if (market.Agent.Home.Home.Appliances.IsEmpty)
        {
            return;
        }

        var starts = new SuggestedStarts(member, now, [.. market.Agent.Suggestions(now).Take(SuggestedStarts.Most).Select(Of)]);
        if (_told is { } told && now.Index - told.At.Index < Every && told.Starts.SequenceEqual(starts.Starts))
        {
            return;
        }

        try
        {
            var signature = new SuggestionSigning(market.Domain).Sign(starts, key);
            await link.PublishAsync(topic, WireFormat.Write(new Signed<SuggestedStarts>(starts, signature)), retain: false, cancellation).ConfigureAwait(false);
            _told = starts;
        }
        catch (MqttLinkException failure)
        {
            logger.LogDebug("What the home suggests was not told: {Why}", failure.Message);
        }
    }

    private static SuggestedStart Of(StartSuggestion suggestion) =>
        new(suggestion.Device, suggestion.Soonest, suggestion.Best, suggestion.Energy, suggestion.Saving);
}

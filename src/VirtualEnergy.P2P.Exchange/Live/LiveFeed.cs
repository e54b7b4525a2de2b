using System.Collections.Immutable;
using Microsoft.AspNetCore.SignalR;
using VirtualEnergy.P2P.Exchange.Api;
using VirtualEnergy.P2P.Exchange.Rounds;

namespace VirtualEnergy.P2P.Exchange.Live;

/// <summary>
/// Pushes what changed to the browsers, at most ten times a second a kind. Parts are read when they are pushed, so nothing
/// is prepared that nobody gets; rounds are merged by period and trades added up, so none of those is lost.
/// </summary>
public sealed class LiveFeed
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<LivePart, Coalescer<bool>> _parts;
    private readonly Coalescer<ImmutableSortedDictionary<long, RoundView>> _rounds;
    private readonly Coalescer<ImmutableArray<TradeView>> _trades;

    public LiveFeed(IHubContext<MarketHub> hub, MarketViews views, TimeProvider time)
    {
        Coalescer<bool> Part(string kind, Func<object?> read) =>
            new(Interval, time, (_, _) => true, _ => hub.Clients.All.SendAsync(kind, read()));
        _parts = new Dictionary<LivePart, Coalescer<bool>>
        {
            [LivePart.Now] = Part("now", views.Now),
            [LivePart.Book] = Part("book", views.Book),
            [LivePart.Members] = Part("members", () => views.Members()),
            [LivePart.Flows] = Part("flows", views.Flows),
            [LivePart.Chain] = Part("chain", views.Chain),
        };
        _rounds = new(Interval, time, (earlier, later) => earlier.SetItems(later), async rounds =>
        {
            foreach (var round in rounds.Values)
            {
                await hub.Clients.All.SendAsync("round", round);
            }
        });
        _trades = new(
            Interval, time, (earlier, later) => [.. later.Concat(earlier).Take(RoundHistory.KeptTrades)],
            trades => hub.Clients.All.SendAsync("trades", trades));
    }

    /// <summary>The part is not what it was.</summary>
    public void Changed(LivePart part) => _parts[part].Post(true);

    /// <summary>A round is new, or was settled.</summary>
    public void Changed(RoundView round) =>
        _rounds.Post(ImmutableSortedDictionary.CreateRange([KeyValuePair.Create(round.Period, round)]));

    /// <param name="trades">Newest first.</param>
    public void Traded(ImmutableArray<TradeView> trades)
    {
        if (!trades.IsEmpty)
        {
            _trades.Post(trades);
        }
    }
}

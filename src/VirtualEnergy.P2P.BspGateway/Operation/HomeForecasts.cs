using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>What planning takes from homes that say what lies ahead: their programs of the day, and the span in which each is offered.</summary>
internal static class HomeForecasts
{
    /// <summary>The homes' own programs of a day come to the books.</summary>
    /// <param name="homes">By their places on the board.</param>
    public static void Propose(HomeBoard board, IEnumerable<int> homes, MarketDay day, GatewayBooks books, DateTimeOffset now)
    {
        foreach (var home in homes)
        {
            if (board.Outlook(home)?.Day(day, books.Profile.Grid) is { } energies)
            {
                books.Propose(board.Homes[home].Home.Pod, day, energies, now);
            }
        }
    }

    /// <summary>For each home that says what lies ahead the span in which it is offered, the one with most to sell in the hours that are offered; none where it offers nothing.</summary>
    /// <param name="isOffered">Whether offers are made for a period.</param>
    public static ImmutableDictionary<int, ImmutableArray<PointHeadroom>> Spans(
        HomeBoard board, IEnumerable<int> homes, Func<Period, bool> isOffered, MarketProfile profile, DateTimeOffset now)
    {
        var spans = homes.Where(home => board.Outlook(home) is not null)
            .ToDictionary(home => home, home => board.Outlook(home)!.Spans(board.Homes[home].Home.Pod, now).Where(span => Periods(span).Any(isOffered)).ToImmutableArray());
        // No price is foreseen: every step that the market's bounds let in counts alike, and nothing outside of the hours.
        var chosen = SpanChoice.Of(
                [.. spans.Values.SelectMany(home => home)],
                (period, direction) => isOffered(period) == (direction == RegulationDirection.Up) ? profile.PriceCap : profile.PriceFloor, profile.Grid)
            .ToLookup(span => span.Point);
        return spans.Keys.ToImmutableDictionary(home => home, home => chosen[board.Homes[home].Home.Pod].ToImmutableArray());
    }

    private static IEnumerable<Period> Periods(PointHeadroom span) => Enumerable.Range(0, span.Count).Select(t => new Period(span.First.Index + t));
}

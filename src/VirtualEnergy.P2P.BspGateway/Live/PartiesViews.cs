using System.Collections.Immutable;
using VirtualEnergy.P2P.BspGateway.Coordination;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Uftp;

namespace VirtualEnergy.P2P.BspGateway.Live;

/// <summary>An offer to a grid operator and what became of it. Powers in W against the program, + consumption; the price in EUR as the protocol has it.</summary>
public sealed record GridTradeView(string Operator, string CongestionPoint, string? Unit, DateOnly Day, string State, string? Why, decimal? OfferedEur, decimal? OrderedEur, string? OrderReference, string? Contract, ImmutableArray<GridPowerView> Ordered);

/// <param name="Isp">The quarter of an hour, 1 is the first of the local day.</param>
public readonly record struct GridPowerView(int Isp, int Count, long Watts);

/// <summary>What the gateway has beside the system operator.</summary>
public sealed record PartiesView(object Coordination, bool OpenAdr, bool Uftp, int Undelivered, ImmutableArray<GridTradeView> Trades);

/// <summary>Grid operators and end nodes as pages and API show them.</summary>
internal static class PartiesViews
{
    private const int MostTrades = 200;

    public static PartiesView Of(GatewayOptions options, PartiesParts parties) => new(
        CoordinationText.View(options.Parties.Coordination), parties.Vtn is not null, parties.Trader is not null, parties.Trader?.Undelivered ?? 0,
        [.. (parties.Trader?.Trades ?? []).OrderByDescending(trade => trade.Offer.TimeStamp).Take(MostTrades).Select(trade => View(options, trade))]);

    /// <summary>A line for each grid operator and for the VTN; none where nothing is configured.</summary>
    public static IEnumerable<LinkView> Links(GatewayOptions options, PartiesParts parties)
    {
        if (options.Parties.Uftp is { } uftp && parties.Trader is { } trader)
        {
            var (rules, trades) = (options.Parties.Coordination, trader.Trades);
            foreach (var participant in uftp.Participants)
            {
                var own = trades.Where(trade => trade.Offer.RecipientDomain == participant.Domain).ToList();
                yield return new LinkView(
                    $"Grid operator {participant.Domain}", trader.Undelivered == 0,
                    $"UFTP, coordination {rules.Letter} ({rules.Key}): {own.Count} offers, {own.Count(trade => trade.Order is not null)} ordered, {trader.Undelivered} messages to be delivered");
            }
        }

        if (options.Parties.OpenAdr is { } openAdr)
        {
            yield return new LinkView("OpenADR VTN", true, $"OpenADR 3.1 at {openAdr.Path}, {openAdr.Clients.Length} clients");
        }
    }

    private static GridTradeView View(GatewayOptions options, FlexTrade trade) => new(
        trade.Offer.RecipientDomain, trade.Offer.CongestionPoint, options.Parties.Uftp?.Points.FirstOrDefault(point => point.Address == trade.Offer.CongestionPoint)?.Unit, trade.Offer.Period, trade.State.ToString(), trade.Why,
        trade.Offer.Options[0].Price, trade.Order?.Price, trade.Order?.OrderReference, trade.Offer.ContractId,
        [.. (trade.Order?.Isps ?? []).Select(isp => new GridPowerView(isp.Start, isp.Span.Count, isp.Power))]);
}

using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Metering;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.RealTimePricing;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>
/// Rounds of a market without bids: each is a price, steered by what the meters of the rounds before showed. It goes the way
/// of every round, so it is written down, told, shown and committed to the chain; it has no trades.
/// </summary>
/// <remarks>The state is the last published price; a restart goes on from the journal.</remarks>
public sealed class RealTimePricing(
    ExchangeOptions options, RoundHistory history, CommunityAccounts accounts, MemberDirectory members, MeterDesk meters)
{
    private readonly RealTimePriceController? _controller =
        options.Rules.RealTimePrice is { } rules ? new RealTimePriceController(rules, options.Rules) : null;

    private Period? _measured;

    /// <summary>Done when every active member's reading of every told period is in.</summary>
    public Task EveryoneIsMeteredAsync(CancellationToken cancellation) => meters.WaitForReadingsAsync(Timeout.InfiniteTimeSpan, cancellation);

    /// <summary>The coming round.</summary>
    public Round RoundOf(Period period)
    {
        var controller = _controller ?? throw new InvalidOperationException("This community's rounds are auctions.");
        var price = history.LastCleared is { } last && history.Find(last)?.Round.Price is { } previous
            ? controller.Next(previous, ReferenceOf(last), ReferenceOf(period), Net(last))
            : controller.First(ReferenceOf(period));
        return new Round(period, [], new Clearing(price, null, Energy.Zero, []), [], []);
    }

    /// <summary>
    /// The last period's net energy, each measured once: a reading must not be acted on twice. Silent meters count as the mean
    /// of those that were heard; with fewer than half of them nothing is known.
    /// </summary>
    private Energy? Net(Period last)
    {
        var active = members.Active.Count();
        foreach (var period in new[] { last, last.Previous })
        {
            if ((_measured is null || period > _measured) && accounts.NetOf(period) is { } known && known.Meters * 2 >= active && known.Meters > 0)
            {
                _measured = period;
                return new Energy((long)((Int128)known.Net.WattHours * active / known.Meters));
            }
        }

        return null;
    }

    // Halfway between what the supplier asks and gives: there buyers and sellers among the homes gain alike.
    private Price ReferenceOf(Period period) => options.Tariff?.At(period) is { } supplier
        ? new Price((supplier.Import.MicroEurPerKWh + supplier.Export.MicroEurPerKWh) / 2)
        : options.Rules.RealTimePrice!.Reference;
}

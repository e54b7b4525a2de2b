using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Node.Lab;

/// <summary>
/// Runs a plan's homes under one mechanism, period after period: bid, clear, pair, pay, deliver. A pure replay, without broker,
/// exchange and chain; the same plan gives the same result everywhere.
/// </summary>
/// <remarks>
/// The seam to the real round is <see cref="Order"/>: the steps that an agent would sign go into the book as they are, under the
/// keys of <see cref="RoundChance"/>, and from there on the code is the market's own.
/// </remarks>
public static class MechanismReplay
{
    /// <param name="plan">The homes and the days.</param>
    /// <param name="kind">The mechanism; null lets nobody trade.</param>
    /// <param name="time">For the wall time only.</param>
    /// <param name="done">Told the number of periods that are done, one by one.</param>
    /// <param name="cancellation">Stops between two periods.</param>
    public static MechanismResult Run(LabPlan plan, MechanismKind? kind, TimeProvider time, Action<int>? done = null, CancellationToken cancellation = default)
    {
        var started = time.GetTimestamp();
        var rules = kind is { } mechanism ? plan.Rules with { Mechanism = mechanism } : plan.Rules;
        ImmutableArray<LabHome> homes = [.. Enumerable.Range(0, plan.Community.Households.Length).Select(i => new LabHome(plan, i, rules))];
        var byMember = homes.ToDictionary(home => home.Member);
        var periods = ImmutableArray.CreateBuilder<PeriodResult>(plan.Span.Length);
        foreach (var period in plan.Span.Periods)
        {
            cancellation.ThrowIfCancellationRequested();
            periods.Add(kind is null ? Deliver(homes, new PeriodResult { Period = period }) : Round(plan, rules, period, homes, byMember));
            done?.Invoke(periods.Count);
        }

        return new MechanismResult(kind, periods.MoveToImmutable(), [.. homes.Select(home => home.Result)], time.GetElapsedTime(started));
    }

    private static PeriodResult Round(LabPlan plan, MarketRules rules, Period period, ImmutableArray<LabHome> homes, Dictionary<MemberId, LabHome> byMember)
    {
        var book = new List<Order>();
        foreach (var home in homes)
        {
            home.Bid(period, book);
        }

        var clearing = Mechanisms.Of(rules.Mechanism).Clear(book, rules, RoundChance.Lots(plan.Seed, period));
        var (trades, pays, gets, spread) = (0, Money.Zero, Money.Zero, Money.Zero);
        foreach (var trade in clearing.Lots.SelectMany(RoundCalculator.TradesOf))
        {
            byMember[trade.Buyer].Buy(trade.Energy, trade.BuyerPays);
            byMember[trade.Seller].Sell(trade.Energy, trade.Amount);
            trades++;
            pays += trade.BuyerPays;
            gets += trade.Amount;
            spread += trade.SpreadAmount;
        }

        var (byBuyers, bySellers) = (Money.Zero, Money.Zero);
        foreach (var charge in clearing.Charges)
        {
            var home = byMember[charge.Member];
            (byBuyers, bySellers) = home.Traded > Energy.Zero ? (byBuyers + charge.Amount, bySellers) : (byBuyers, bySellers + charge.Amount);
            home.Charge(charge.Amount);
        }

        var (bought, sold) = (Limits(clearing, Side.Buy), Limits(clearing, Side.Sell));
        return Deliver(homes, new PeriodResult
        {
            Period = period,
            Orders = book.Count,
            Volume = clearing.Volume,
            Trades = trades,
            Price = clearing.Price,
            BuyersPay = pays,
            SellersGet = gets,
            Split = new WelfareSplit(
                BookOptimum.Welfare(book), bought - sold, bought - 1_000 * (pays + byBuyers).MicroEur, 1_000 * (gets - bySellers).MicroEur - sold,
                1_000 * (spread + byBuyers + bySellers).MicroEur),
        });
    }

    private static PeriodResult Deliver(ImmutableArray<LabHome> homes, PeriodResult round)
    {
        foreach (var home in homes)
        {
            var (delivery, cost) = home.Close(round.Period, round.Price);
            round = round with
            {
                SupplierImport = round.SupplierImport + Energy.Max(Energy.Zero, delivery.Residual),
                SupplierExport = round.SupplierExport + Energy.Max(Energy.Zero, -delivery.Residual),
                SupplierCost = round.SupplierCost + cost,
                Consumption = round.Consumption + delivery.Load + delivery.Appliances,
                Production = round.Production + delivery.Production,
                Stored = round.Stored + home.Stored,
            };
        }

        return round;
    }

    /// <summary>Σ limit × energy of a side's fills, nEUR.</summary>
    private static long Limits(Clearing clearing, Side side)
    {
        var sum = 0L;
        foreach (var fill in clearing.Fills)
        {
            sum += fill.Order.Side == side ? fill.Order.Price.MicroEurPerKWh * fill.Energy.WattHours : 0;
        }

        return sum;
    }
}

using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Bsp.Remuneration;

/// <summary>
/// Shares the operator's cash out. Of the payment each point gets what it asked for what it was told and delivered, and the rest is shared by what each
/// delivered; the charge by what each fell short of what it was told.
/// Whole µEUR, the largest remainder first, then the order of members and codes: the same on every machine.
/// </summary>
public sealed class UnitSettlement
{
    // A GWh in a period, and ten times the price that any market lets be bid: what is beyond is no reading but a fault.
    private const long MostEnergy = 1_000_000_000;
    private const long MostPrice = 1_000_000_000;
    private const int MostSteps = 64;

    // A thousand million euros.
    private const long MostMoney = 1_000_000_000_000_000;

    private readonly MarketProfile _profile;
    private readonly int _feePermille;

    /// <param name="profile">The market's rules.</param>
    /// <param name="feePermille">The provider's part of payments above zero, in ‰, rounded down; 0 to 1,000.</param>
    public UnitSettlement(MarketProfile profile, int feePermille)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(feePermille);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(feePermille, 1000);
        (_profile, _feePermille) = (profile, feePermille);
    }

    /// <returns>The settlement, or why the period cannot be settled.</returns>
    public (PeriodSettlement? Settlement, Objection? Refusal) Settle(UnitPeriod period)
    {
        if (Check(period) is { } wrong)
        {
            return (null, wrong);
        }

        var points = period.Deliveries.OrderBy(point => point.Member).ThenBy(point => point.Point).ToList();
        var figures = DeliveryRules.Of(period, _profile);
        var cash = period.Stated ?? figures.Cash;
        var delivered = points.Select(point => point.Delivered(period.Direction)).ToList();

        var (fee, payments, left) = Payments(cash.Payment, points, delivered);

        // The last lane is the provider's: energy that it sold and told nobody to deliver.
        var untold = figures.Ordered.WattHours - points.Sum(point => point.Assigned.WattHours);
        var charges = Share(
            cash.Charge,
            [.. points.Select((point, index) => Math.Max(0, checked(point.Assigned.WattHours - delivered[index].WattHours))), Math.Max(0, untold)]);

        ImmutableArray<PointShare> shares = [.. points.Select((point, index) => new PointShare(
            point.Point, point.Member, point.Assigned, delivered[index], point.Measured is not null, payments[index], charges.Shares[index]))];
        return (new PeriodSettlement(
            period.Unit, period.Period, period.Direction, figures, cash, period.Buyer == OrderingOperator.SystemOperator && period.Stated is { } stated && stated != figures.Cash,
            shares, fee + left, charges.Shares[^1] + charges.Left) { Buyer = period.Buyer }, null);
    }

    /// <summary>The fee comes out of what is above the asks. A payment that does not cover them is shared by what each delivered alone.</summary>
    private (Money Fee, Money[] Payments, Money Left) Payments(Money payment, List<PointDelivery> points, List<Energy> delivered)
    {
        var asks = points.Select((point, index) => point.Ask.Of(Energy.Max(Energy.Zero, Energy.Min(delivered[index], point.Assigned)))).ToList();
        var aboveAsks = asks.Aggregate(payment, (rest, ask) => rest - ask);
        var fee = payment <= Money.Zero ? Money.Zero
            : new Money(Math.Max(0, Math.Min(aboveAsks.MicroEur, (long)((Int128)payment.MicroEur * _feePermille / 1000))));
        long[] weights = [.. delivered.Select(energy => Math.Max(0, energy.WattHours))];
        var coversAsks = aboveAsks >= Money.Zero;
        var (shares, left) = Share(coversAsks ? aboveAsks - fee : payment - fee, weights);
        return (fee, [.. shares.Select((share, index) => coversAsks ? share + asks[index] : share)], left);
    }

    /// <summary>Shares of an amount by weights; without any weight it is left.</summary>
    private static (Money[] Shares, Money Left) Share(Money amount, long[] weights)
    {
        if (weights.All(weight => weight == 0))
        {
            return (new Money[weights.Length], amount);
        }

        var magnitudes = LargestRemainder.Share(Int128.Abs(amount.MicroEur), weights);
        return ([.. magnitudes.Select(share => new Money(amount < Money.Zero ? -share : share))], Money.Zero);
    }

    private static Objection? Check(UnitPeriod period)
    {
        if (period.Ordered.Length > MostSteps || period.Ordered.Any(step => step.Energy.WattHours is < 0 or > MostEnergy || step.Price.MicroEurPerKWh is < -MostPrice or > MostPrice))
        {
            return new("ordered-out-of-range", string.Create(CultureInfo.InvariantCulture, $"At most {MostSteps} steps are ordered, each 0 to {MostEnergy} Wh at up to {MostPrice} µEUR/kWh; the direction says which way."));
        }

        if (period.Deliveries.FirstOrDefault(point => point.Assigned.WattHours is < 0 or > MostEnergy) is { } told)
        {
            return new("assigned-out-of-range", string.Create(CultureInfo.InvariantCulture, $"{told.Point}: assigned energy is 0 to {MostEnergy} Wh; the direction says which way."));
        }

        if (period.Deliveries.FirstOrDefault(point => Beyond(point.Baseline) || (point.Measured is { } measured && Beyond(measured))) is { } beyond)
        {
            return new("energy-out-of-range", string.Create(CultureInfo.InvariantCulture, $"{beyond.Point}: baseline and reading are within ±{MostEnergy} Wh."));
        }

        if (period.Deliveries.FirstOrDefault(point => point.Ask.MicroEurPerKWh is < -MostPrice or > MostPrice) is { } dear)
        {
            return new("ask-out-of-range", string.Create(CultureInfo.InvariantCulture, $"{dear.Point}: an ask is within ±{MostPrice} µEUR/kWh."));
        }

        if (period.Deliveries.GroupBy(point => point.Point).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            return new("point-twice", $"{twice.Key} is in the period twice.");
        }

        return period.Stated is { } stated && (stated.Charge.MicroEur is < 0 or > MostMoney || stated.Payment.MicroEur is < -MostMoney or > MostMoney)
            ? new("stated-out-of-range", string.Create(CultureInfo.InvariantCulture, $"The operator's payment is within ±{MostMoney} µEUR and its charge 0 to {MostMoney} µEUR."))
            : null;
    }

    private static bool Beyond(Energy energy) => energy.WattHours is < -MostEnergy or > MostEnergy;
}

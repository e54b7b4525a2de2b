using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab;

/// <summary>What a replay comes to, for people to compare: EUR, kWh, ct/kWh and shares of one. Rounded nowhere; worked out from integers.</summary>
/// <remarks>docs/lab.md defines each.</remarks>
public sealed record Measures
{
    public required string Name { get; init; }

    /// <summary>Achieved welfare over the optimum of the same books; null when no book could trade.</summary>
    public double? Efficiency { get; init; }

    /// <summary>EUR.</summary>
    public double Optimum { get; init; }

    /// <summary>EUR.</summary>
    public double Welfare { get; init; }

    /// <summary>Part of the optimum that buyers have; with the two below it adds up to the efficiency.</summary>
    public double? BuyersShare { get; init; }

    /// <summary>Part of the optimum that sellers have.</summary>
    public double? SellersShare { get; init; }

    /// <summary>Part of the optimum that the market's account took in.</summary>
    public double? MarketShare { get; init; }

    /// <summary>What the market's account took in, spread and charges, EUR.</summary>
    public double MarketAccount { get; init; }

    /// <summary>What sellers got on average, by energy, ct/kWh; null when nothing traded.</summary>
    public double? MeanPrice { get; init; }

    /// <summary>The lowest of the periods' means, ct/kWh.</summary>
    public double? LowestPrice { get; init; }

    /// <summary>The highest of the periods' means, ct/kWh.</summary>
    public double? HighestPrice { get; init; }

    /// <summary>What buyers paid on average, by energy, charges not counted, ct/kWh.</summary>
    public double? MeanBuyerPrice { get; init; }

    /// <summary>kWh bought = kWh sold.</summary>
    public double Volume { get; init; }

    public int Trades { get; init; }

    public int PeriodsWithTrade { get; init; }

    /// <summary>Jain's index of the members' savings per kWh through their meters; null when nobody saved.</summary>
    public double? Jain { get; init; }

    /// <summary>Members whom the market cost more than it brought; in Jain's index they have nothing.</summary>
    public int Losers { get; init; }

    /// <summary>Share of consumption that was not bought from the supplier; null without consumption.</summary>
    public double? SelfSufficiency { get; init; }

    /// <summary>What energy cost all members together, EUR.</summary>
    public double MembersCost { get; init; }

    /// <summary>The same less what the market's account took in, as that is the community's: what goes to the supplier. EUR.</summary>
    public double CommunityCost { get; init; }

    /// <summary>What members saved against the supplier's prices for the same flows through their meters, EUR.</summary>
    public double Savings { get; init; }

    /// <summary>The cost with the supplier alone, of homes that then run otherwise, less the community's cost; EUR.</summary>
    public double LessThanSupplierOnly { get; init; }

    /// <summary>kWh in all batteries at the end.</summary>
    public double Stored { get; init; }

    /// <param name="replay">What is measured.</param>
    /// <param name="baseline">The same plan with the supplier alone.</param>
    public static Measures Of(MechanismResult replay, MechanismResult baseline)
    {
        var periods = replay.Periods;
        var split = periods.Aggregate(default(WelfareSplit), (sum, period) => sum + period.Split);
        var traded = periods.Where(period => period.Volume > Energy.Zero).ToImmutableArray();
        var volume = traded.Sum(period => period.Volume.WattHours);
        var consumption = periods.Sum(period => period.Consumption.WattHours);
        var membersCost = replay.Members.Sum(member => member.Cost.MicroEur);
        var supplierCost = periods.Sum(period => period.SupplierCost.MicroEur);
        return new Measures
        {
            Name = replay.Name,
            Optimum = split.Optimum / 1e9,
            Welfare = split.Achieved / 1e9,
            Efficiency = Part(split.Achieved),
            BuyersShare = Part(split.Buyers),
            SellersShare = Part(split.Sellers),
            MarketShare = Part(split.MarketAccount),
            MarketAccount = split.MarketAccount / 1e9,
            MeanPrice = volume > 0 ? Cents(traded.Sum(period => period.SellersGet.MicroEur), volume) : null,
            LowestPrice = traded.IsEmpty ? null : traded.Min(SellerPrice),
            HighestPrice = traded.IsEmpty ? null : traded.Max(SellerPrice),
            MeanBuyerPrice = volume > 0 ? Cents(traded.Sum(period => period.BuyersPay.MicroEur), volume) : null,
            Volume = volume / 1e3,
            Trades = periods.Sum(period => period.Trades),
            PeriodsWithTrade = traded.Length,
            Jain = JainIndex.Of([.. replay.Members.Select(SavingsPerKWh).OfType<double>()]),
            Losers = replay.Members.Count(member => member.Savings < Money.Zero),
            SelfSufficiency = consumption > 0 ? 1 - (double)periods.Sum(period => period.SupplierImport.WattHours) / consumption : null,
            MembersCost = membersCost / 1e6,
            CommunityCost = supplierCost / 1e6,
            Savings = replay.Members.Sum(member => member.Savings.MicroEur) / 1e6,
            LessThanSupplierOnly = (baseline.Periods.Sum(period => period.SupplierCost.MicroEur) - supplierCost) / 1e6,
            Stored = periods[^1].Stored.WattHours / 1e3,
        };

        double? Part(long nanoEur) => split.Optimum > 0 ? (double)nanoEur / split.Optimum : null;
    }

    /// <summary>A home's savings for each kWh through its meter, either way, ct/kWh; null when nothing went through it.</summary>
    public static double? SavingsPerKWh(MemberResult member) =>
        member.Metered > Energy.Zero ? Cents(member.Savings.MicroEur, member.Metered.WattHours) : null;

    /// <summary>What a kWh brought its seller on average in a period with trade, ct/kWh.</summary>
    public static double SellerPrice(PeriodResult period) => Cents(period.SellersGet.MicroEur, period.Volume.WattHours);

    private static double Cents(long microEur, long wattHours) => microEur / 10.0 / wattHours;
}

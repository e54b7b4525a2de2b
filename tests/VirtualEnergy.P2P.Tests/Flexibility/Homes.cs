using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility;

/// <summary>Random homes, tariffs and market results for the agent's tests.</summary>
internal static class Homes
{
    /// <summary>A day of quarters of an hour, from a period far from zero.</summary>
    public static readonly Period First = new(2_000_000);

    public static readonly MarketRules Rules = MarketRules.Default;

    public static readonly Gen<BatteryDescription> Batteries =
        from capacity in Gen.Long[1, 15_000]
        from minimum in Gen.Long[0, 100]
        from fill in Gen.Long[0, 100]
        from charge in Gen.Long[0, 8_000]
        from discharge in Gen.Long[0, 8_000]
        from charging in Gen.Int[600_000, 1_000_000]
        from discharging in Gen.Int[600_000, 1_000_000]
        from wear in Gen.Long[0, 30_000]
        let lowest = capacity * minimum / 100
        select new BatteryDescription(
            new Energy(capacity), charge, discharge, new Efficiency(charging), new Efficiency(discharging),
            new Energy(lowest), new Energy(lowest + (capacity - lowest) * fill / 100)) { Wear = new Price(wear) };

    /// <summary>One to three runs one after the other, in windows that are just long enough or longer.</summary>
    public static readonly Gen<ApplianceDescription> Appliances =
        from profile in Gen.Long[0, 2_500].Array[1, 6]
        from runs in Gen.Select(Gen.Int[0, 12], Gen.Int[0, 20]).Array[1, 3]
        select new ApplianceDescription("appliance", [.. profile], Windows(profile.Length, runs));

    public static readonly Gen<HomeDescription> Any =
        from load in Gen.Long[0, 4_000].Array[1, 120]
        from sun in Gen.Long[0, 9_000].Array[1, 120].Null()
        from battery in Batteries.Null()
        from appliance in Appliances.Null()
        from spare in Gen.OneOf(Gen.Const(0L), Gen.Long[0, 10_000])
        from margin in Gen.Int[0, HomeDescription.MostMarginPermille]
        let peak = load.Max() + (appliance?.Peak ?? 0)
        select new HomeDescription(
            "home", Math.Max(1, peak + spare), Profile(load), sun is null ? null : Profile(sun), battery,
            appliance is null ? [] : [appliance]) { MarginPermille = margin };

    /// <summary>Prices on and off tick, sometimes negative, sometimes without a spread.</summary>
    public static readonly Gen<SupplierTariff> Tariffs =
        from prices in Gen.Select(Gen.Long[-60_000, 400_000], Gen.OneOf(Gen.Const(0L), Gen.Long[0, 250_000])).Array[1, 120]
        select new SupplierTariff(First, [.. prices.Select(price => new SupplierPrices(new Price(price.Item1 + price.Item2), new Price(price.Item1)))]);

    /// <summary>What the market does in a period: nothing, or a price at which a part of the bid is filled.</summary>
    public static readonly Gen<(bool Silent, long PriceTicks, int MarginalPermille)[]> Results =
        Gen.Select(Gen.Bool, Gen.Long[-1_000, 6_000], Gen.Int[0, 1_000]).Array[1, 120];

    public static PowerProfile Profile(params long[] watts) => new(First, [.. watts]);

    public static Period At(int offset) => new(First.Index + offset);

    /// <summary>
    /// What an auction with this price would allot: every step with a better limit whole, the step at the price in part.
    /// </summary>
    public static Energy Traded((ImmutableArray<Step> Buy, ImmutableArray<Step> Sell) bid, Price price, int marginalPermille = 1_000)
    {
        long Filled(Step step, bool better) => better ? step.Energy.WattHours : step.Price == price ? step.Energy.WattHours * marginalPermille / 1_000 : 0;
        return new Energy(bid.Buy.Sum(step => Filled(step, step.Price > price)) - bid.Sell.Sum(step => Filled(step, step.Price < price)));
    }

    public static void IsAdmissible((ImmutableArray<Step> Buy, ImmutableArray<Step> Sell) bid, HomeDescription home, Period period)
    {
        var id = new MemberId("home");
        var context = new AdmissionContext(
            Rules, period, new Member(id, home.Name, new ZoneId("zone"), home.ConnectionWatts), null, new Money(long.MaxValue), _ => true);
        var objection = AdmissionRules.FirstObjection(new SignedBid(new Bid(id, period, 0, bid.Buy, bid.Sell), default, []), context);
        Assert.True(objection is null, $"{objection}: buy {string.Join(", ", bid.Buy)}, sell {string.Join(", ", bid.Sell)}");
    }

    /// <summary>Bids for the period, lets the market answer and delivers.</summary>
    public static Delivery Step(RuleBasedAgent agent, Period period, (bool Silent, long PriceTicks, int MarginalPermille) result)
    {
        var bid = agent.BidFor(period);
        IsAdmissible(bid, agent.Home, period);
        var price = new Price(result.PriceTicks * Rules.TickMicroEurPerKWh);
        return result.Silent
            ? agent.Deliver(period, null, Energy.Zero)
            : agent.Deliver(period, price, Traded(bid, price, result.MarginalPermille));
    }

    private static ImmutableArray<ApplianceRun> Windows(int length, (int Gap, int Slack)[] runs)
    {
        var at = First.Index;
        var windows = ImmutableArray.CreateBuilder<ApplianceRun>();
        foreach (var (gap, slack) in runs)
        {
            var start = at + gap;
            at = start + length + slack;
            windows.Add(new ApplianceRun(new Period(start), new Period(at)));
        }

        return windows.ToImmutable();
    }
}

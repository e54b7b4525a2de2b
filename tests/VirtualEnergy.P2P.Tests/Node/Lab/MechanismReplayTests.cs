using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Node.Lab;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Lab;

public sealed class MechanismReplayTests
{
    public static TheoryData<MechanismKind> EveryMechanism => [.. Enum.GetValues<MechanismKind>()];

    /// <summary>
    /// 96 periods of 250 Wh between one buyer at 28 and one seller at 9 ct/kWh. The middle is 18.5: 46,250 µEUR a period, 4.44 EUR
    /// a day. The supplier would ask 6.72 EUR and pay 2.16 EUR for the 24 kWh: each side gains 2.28 EUR.
    /// </summary>
    [Theory]
    [InlineData(MechanismKind.Uniform)]
    [InlineData(MechanismKind.Curve)]
    public void Two_homes_at_one_price_share_the_gain_evenly(MechanismKind kind)
    {
        var result = LabPlans.Run(LabPlans.TwoHomes([kind]));
        var measures = Measures.Of(result.Mechanisms[0], result.Baseline);
        Assert.Equal(new Money(4_440_000), result.Mechanisms[0].Members[0].Paid);
        Assert.Equal([new Money(2_280_000), new Money(2_280_000)], result.Mechanisms[0].Members.Select(member => member.Savings));
        Assert.Equal(
            (1.0, 0.5, 0.5, 0.0, 18.5, 24.0, 96, 1.0, 1.0, 4.56, 4.56),
            (measures.Efficiency, measures.BuyersShare, measures.SellersShare, measures.MarketShare, measures.MeanPrice, measures.Volume, measures.Trades,
                measures.Jain, measures.SelfSufficiency, measures.Savings, measures.LessThanSupplierOnly));
    }

    /// <summary>The buyer pays her own 28 ct/kWh: the seller gains 24 kWh × 19 ct = 4.56 EUR, she nothing; (4.56)² / (2 × 4.56²) = 1/2.</summary>
    [Fact]
    public void Pay_as_bid_leaves_the_gain_to_the_seller()
    {
        var result = LabPlans.Run(LabPlans.TwoHomes([MechanismKind.PayAsBid]));
        var measures = Measures.Of(result.Mechanisms[0], result.Baseline);
        Assert.Equal([Money.Zero, new Money(4_560_000)], result.Mechanisms[0].Members.Select(member => member.Savings));
        Assert.Equal((1.0, 0.0, 1.0, 28.0, 0.5), (measures.Efficiency, measures.BuyersShare, measures.SellersShare, measures.MeanPrice, measures.Jain));
    }

    /// <summary>The only pair is the marginal one, which trade reduction gives up: all stays with the supplier.</summary>
    [Fact]
    public void Trade_reduction_of_a_single_pair_trades_nothing()
    {
        var result = LabPlans.Run(LabPlans.TwoHomes([MechanismKind.Huang]));
        var measures = Measures.Of(result.Mechanisms[0], result.Baseline);
        Assert.Equal((0.0, 0.0, 0, null, null, 0.0), (measures.Efficiency, measures.Volume, measures.Trades, measures.MeanPrice, measures.Jain, measures.SelfSufficiency));
        Assert.Equal(result.Baseline.Members, result.Mechanisms[0].Members);
    }

    [Theory]
    [MemberData(nameof(EveryMechanism))]
    public void Every_period_accounts_for_all_energy_money_and_welfare(MechanismKind kind)
    {
        var result = LabPlans.Run(LabPlans.Generated(9, 3, kind));
        var replay = result.Mechanisms[0];
        foreach (var period in replay.Periods)
        {
            Assert.Equal(period.Split.Achieved, period.Split.Buyers + period.Split.Sellers + period.Split.MarketAccount);
            Assert.InRange(period.Split.Achieved, 0, period.Split.Optimum);
            Assert.True(period.Split.Buyers >= -RoundingOf(period) && period.Split.Sellers >= -RoundingOf(period), $"{period.Period}: a side loses.");
        }

        Assert.Contains(replay.Periods, period => period.Trades > 0);
        Assert.Equal(replay.Members.Sum(member => member.Bought.WattHours), replay.Members.Sum(member => member.Sold.WattHours));
        Assert.Equal(1_000 * replay.Members.Sum(member => member.Paid.MicroEur), replay.Periods.Sum(period => period.Split.MarketAccount));
        foreach (var member in replay.Members)
        {
            Assert.Equal(member.MeteredImport - member.MeteredExport, member.Bought - member.Sold + member.SupplierImport - member.SupplierExport);
            Assert.Equal(
                member.Consumption - member.Production + member.Charge - member.Discharge, member.MeteredImport - member.MeteredExport);
        }
    }

    /// <summary>Each mechanism's homes are its own: batteries of one replay are not charged by another.</summary>
    [Fact]
    public void A_mechanism_gives_the_same_alone_and_beside_the_others()
    {
        var all = LabPlans.Run(LabPlans.Generated(8, 5, Enum.GetValues<MechanismKind>()));
        foreach (var replay in all.Mechanisms)
        {
            var alone = LabPlans.Run(LabPlans.Generated(8, 5, replay.Kind!.Value)).Mechanisms[0];
            Assert.Equal(alone.Periods, replay.Periods);
            Assert.Equal(alone.Members, replay.Members);
        }
    }

    [Fact]
    public void The_seed_decides_the_lots()
    {
        var (one, other) = (LabPlans.Generated(8, 5, MechanismKind.Muda), LabPlans.Generated(8, 5, MechanismKind.Muda) with { Seed = 6 });
        Assert.NotEqual(LabPlans.Run(one).Mechanisms[0].Periods, LabPlans.Run(other).Mechanisms[0].Periods);
    }

    [Fact]
    public void Progress_is_told_period_by_period()
    {
        var told = new List<int>();
        var plan = LabPlans.TwoHomes([]);
        MechanismReplay.Run(plan, MechanismKind.Uniform, TimeProvider.System, told.Add, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(1, 96), told);
    }

    [Fact]
    public void A_replay_that_is_stopped_ends_between_two_periods()
    {
        using var stop = new CancellationTokenSource();
        var done = 0;
        Assert.Throws<OperationCanceledException>(() => MechanismReplay.Run(LabPlans.TwoHomes([]), MechanismKind.Uniform, TimeProvider.System, Count, stop.Token));
        Assert.Equal(10, done);

        void Count(int periods)
        {
            done = periods;
            if (periods == 10)
            {
                stop.Cancel();
            }
        }
    }

    // Each trade's amount is rounded by half a µEUR at most, 500 nEUR; the seller's and the buyer's may both be.
    private static long RoundingOf(PeriodResult period) => 1_000L * period.Trades;
}

using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Indications;

public sealed class BalanceSignalTests
{
    private static readonly Period Now = new(2_000_000);
    private static readonly SupplierPrices Supplier = new(new Price(280_000), new Price(90_000));

    [Fact]
    public void What_is_too_much_goes_to_those_to_whom_it_is_worth_most_and_the_last_takes_a_part()
    {
        // 1,000 Wh too much. 400 are worth 20 ct, 900 are worth 15 ct: of these 600 run, two thirds.
        PlannedDemand[] told = [Demand(-1_000), Demand(0, (200_000, 400), (150_000, 300)), Demand(0, (150_000, 600), (120_000, 500))];
        var signal = BalanceSignal.Of(Now, told, Supplier, Energy.Zero);
        Assert.Equal(new BalanceSignal(Now, new Price(150_000), 666_666), signal);

        // 400 + 199.9998 and 399.9996, in whole Wh: what rounding leaves goes to the supplier.
        Assert.Equal([-1_000L, 599, 399], told.Select(demand => signal.Of(demand).WattHours));
    }

    [Fact]
    public void What_was_traded_with_members_who_tell_nothing_is_no_deviation()
    {
        // Anna sold 300 Wh to somebody who tells nothing. 1,000 Wh too much less 300: 700 for those to whom it is worth 20 ct.
        PlannedDemand[] told = [Demand(-1_000), Demand(0, (200_000, 1_400))];
        Assert.Equal(new BalanceSignal(Now, new Price(200_000), 500_000), BalanceSignal.Of(Now, told, Supplier, new Energy(-300)));
    }

    [Fact]
    public void Where_all_lack_energy_only_what_comes_before_money_runs()
    {
        PlannedDemand[] told = [Demand(100), Demand(-50, (200_000, 400))];
        var signal = BalanceSignal.Of(Now, told, Supplier, Energy.Zero);
        Assert.Equal(Supplier.Import, signal.Price);
        Assert.Equal([100L, -50], told.Select(demand => signal.Of(demand).WattHours));
    }

    [Fact]
    public void Where_all_have_too_much_everything_runs_that_is_worth_more_than_the_supplier_gives()
    {
        PlannedDemand[] told = [Demand(-1_000), Demand(0, (100_000, 400), (90_000, 300))];
        var signal = BalanceSignal.Of(Now, told, Supplier, Energy.Zero);
        Assert.Equal(Supplier.Export, signal.Price);
        Assert.Equal([-1_000L, 400], told.Select(demand => signal.Of(demand).WattHours));
    }

    [Fact]
    public void The_signal_takes_from_the_supplier_nothing_that_the_members_have_and_misses_balance_by_rounding_alone() =>
        Homes.Sample(homes =>
        {
            var told = Told(homes);
            var signal = BalanceSignal.Of(Now, told, Supplier, Energy.Zero);
            var (least, most) = (told.Sum(demand => demand.Base.WattHours), told.Sum(demand => demand.At(new Price(90_001)).WattHours));
            var net = told.Sum(demand => signal.Of(demand).WattHours);
            Assert.All(told, demand => Assert.InRange(signal.Of(demand).WattHours, demand.Base.WattHours, demand.At(new Price(90_001)).WattHours));
            Assert.InRange(net, Math.Clamp(0, least, most) - homes.Length - 1, Math.Clamp(0, least, most));
        });

    [Fact]
    public void Who_tells_nonsense_moves_the_others_by_no_more_than_her_connection_carries() =>
        Gen.Select(Homes, Homes.Where(homes => homes.Length > 1)).Sample((liars, homes) =>
        {
            // Two homes at most lie, each within 1,000 Wh either way; the others, were they among themselves, would come to another sum.
            var lies = Told(liars).Take(2).Select(lie => lie with { Base = new Energy(Math.Clamp(lie.Base.WattHours, -1_000, 1_000)), Steps = [] }).ToArray();
            var others = Told(homes);
            long Net(IEnumerable<PlannedDemand> all)
            {
                var signal = BalanceSignal.Of(Now, [.. all], Supplier, Energy.Zero);
                return others.Sum(demand => signal.Of(demand).WattHours);
            }

            Assert.InRange(Math.Abs(Net([.. others, .. lies]) - Net(others)), 0, 1_000L * lies.Length + homes.Length + liars.Length + 2);
        });

    private static PlannedDemand[] Told((long Base, (long Price, long Energy)[] Steps)[] homes) =>
        [.. homes.Select(home => Demand(home.Base, [.. home.Steps.DistinctBy(step => step.Price).OrderByDescending(step => step.Price).Select(step => (step.Price * 1_000, step.Energy))]))];

    private static readonly Gen<(long Base, (long Price, long Energy)[] Steps)[]> Homes =
        Gen.Select(Gen.Long[-2_000, 2_000], Gen.Select(Gen.Long[91, 279], Gen.Long[1, 900]).Array[0, PlannedDemand.MostSteps]).Array[1, 12];

    private static PlannedDemand Demand(long energy, params (long Price, long Energy)[] steps) =>
        new(new Energy(energy), [.. steps.Select(step => new Step(new Price(step.Price), new Energy(step.Energy)))]);
}

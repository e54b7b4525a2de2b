using System.Collections.Immutable;
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
        var signal = BalanceSignal.Of(Now, told, Supplier);
        Assert.Equal(new BalanceSignal(Now, new Price(150_000), 666_666), signal);

        // 400 + 199.9998 and 399.9996, in whole Wh: what rounding leaves goes to the supplier.
        Assert.Equal([-1_000L, 599, 399], told.Select(demand => signal.Of(demand).WattHours));
    }

    [Fact]
    public void Where_all_lack_energy_only_what_comes_before_money_runs()
    {
        PlannedDemand[] told = [Demand(100), Demand(-50, (200_000, 400))];
        var signal = BalanceSignal.Of(Now, told, Supplier);
        Assert.Equal(Supplier.Import, signal.Price);
        Assert.Equal([100L, -50], told.Select(demand => signal.Of(demand).WattHours));
    }

    [Fact]
    public void Where_all_have_too_much_everything_runs_that_is_worth_more_than_the_supplier_gives()
    {
        PlannedDemand[] told = [Demand(-1_000), Demand(0, (100_000, 400), (90_000, 300))];
        var signal = BalanceSignal.Of(Now, told, Supplier);
        Assert.Equal(Supplier.Export, signal.Price);
        Assert.Equal([-1_000L, 400], told.Select(demand => signal.Of(demand).WattHours));
    }

    [Fact]
    public void The_signal_takes_from_the_supplier_nothing_that_the_members_have_and_misses_balance_by_rounding_alone() =>
        Gen.Select(Gen.Long[-2_000, 2_000], Gen.Select(Gen.Long[91, 279], Gen.Long[1, 900]).Array[0, PlannedDemand.MostSteps]).Array[1, 12].Sample(homes =>
        {
            ImmutableArray<PlannedDemand> told = [.. homes.Select(home => Demand(home.Item1, [.. home.Item2.DistinctBy(step => step.Item1)
                .OrderByDescending(step => step.Item1).Select(step => (step.Item1 * 1_000, step.Item2))]))];
            var signal = BalanceSignal.Of(Now, told, Supplier);
            var (least, most) = (told.Sum(demand => demand.Base.WattHours), told.Sum(demand => demand.At(new Price(90_001)).WattHours));
            var net = told.Sum(demand => signal.Of(demand).WattHours);
            Assert.All(told, demand => Assert.InRange(signal.Of(demand).WattHours, demand.Base.WattHours, demand.At(new Price(90_001)).WattHours));
            Assert.InRange(net, Math.Clamp(0, least, most) - homes.Length - 1, Math.Clamp(0, least, most));
        });

    private static PlannedDemand Demand(long energy, params (long Price, long Energy)[] steps) =>
        new(new Energy(energy), [.. steps.Select(step => new Step(new Price(step.Price), new Energy(step.Energy)))]);
}

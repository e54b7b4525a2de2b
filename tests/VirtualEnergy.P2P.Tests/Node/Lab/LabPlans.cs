using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Node.Households;
using VirtualEnergy.P2P.Node.Lab;

namespace VirtualEnergy.P2P.Tests.Node.Lab;

/// <summary>Small plans for the lab's tests.</summary>
internal static class LabPlans
{
    /// <summary>Supplier of the sums in the tests' comments: asks 28, pays 9 ct/kWh.</summary>
    public static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    private static readonly DateOnly Day = new(2026, 4, 15);

    /// <summary>A day of generated homes: with plants and batteries, with either, with neither.</summary>
    public static LabPlan Generated(int homes, ulong seed, params MechanismKind[] mechanisms)
    {
        var community = GeneratedCommunity.Create(homes, seed, Day);
        return new LabPlan(community, Tariff, LabSpan.Of(community, null, null), [.. mechanisms], seed);
    }

    /// <summary>
    /// A day of two homes without margins: one draws 1,000 W throughout, the other's plant gives 1,000 W throughout and it draws nothing.
    /// </summary>
    /// <param name="mechanisms">Each is replayed.</param>
    /// <param name="consumer">Name of the one.</param>
    /// <param name="producer">Name of the other.</param>
    public static LabPlan TwoHomes(IEnumerable<MechanismKind> mechanisms, string consumer = "Anna", string producer = "Bruno")
    {
        var first = PeriodGrid.QuarterHour.At(ItalianTime.Midnight(Day));
        ImmutableArray<long> nothing = [.. Enumerable.Repeat(0L, 96)], kilowatt = [.. Enumerable.Repeat(1_000L, 96)];
        var community = new Community("two homes", first, 96,
        [
            new Household(consumer, new ZoneId("LV-1"), 3_000, new HouseholdProfile(first, kilowatt), null, [], 0),
            new Household(producer, new ZoneId("LV-1"), 3_000, new HouseholdProfile(first, nothing, kilowatt), null, [], 0),
        ]);
        return new LabPlan(community, Tariff, LabSpan.Of(community, null, null), [.. mechanisms], 1);
    }

    public static LabResult Run(LabPlan plan) => LabRun.Run(plan, TimeProvider.System);
}

using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>What a household consumed and produced, average W of each quarter of an hour from a first period on.</summary>
public sealed record HouseholdProfile
{
    /// <param name="load">Consumption, W ≥ 0.</param>
    /// <param name="photovoltaics">Production, W ≥ 0, over the same span, or null without a plant.</param>
    /// <exception cref="ArgumentException">The two do not cover the same span.</exception>
    public HouseholdProfile(PowerProfile load, PowerProfile? photovoltaics = null)
    {
        if (photovoltaics is not null && (photovoltaics.First != load.First || photovoltaics.Watts.Length != load.Watts.Length))
        {
            throw new ArgumentException("Load and production cover different spans.", nameof(photovoltaics));
        }

        Load = load;
        Photovoltaics = photovoltaics;
    }

    public HouseholdProfile(Period first, ImmutableArray<long> loadWatts, ImmutableArray<long>? photovoltaicWatts = null)
        : this(new PowerProfile(first, loadWatts), photovoltaicWatts is { } sun ? new PowerProfile(first, sun) : null)
    {
    }

    public PowerProfile Load { get; }

    public PowerProfile? Photovoltaics { get; }

    public Period First => Load.First;

    /// <summary>Number of periods.</summary>
    public int Length => Load.Watts.Length;

    /// <summary>Consumption of a span, Wh.</summary>
    public Energy Consumption(Period from, int periods) => Sum(Load, from, periods);

    /// <summary>Production of a span, Wh.</summary>
    public Energy Production(Period from, int periods) =>
        Photovoltaics is null ? Energy.Zero : Sum(Photovoltaics, from, periods);

    private static Energy Sum(PowerProfile profile, Period from, int periods) =>
        Enumerable.Range(0, periods).Aggregate(
            Energy.Zero, (sum, i) => sum + PeriodGrid.QuarterHour.EnergyOf(profile.At(new Period(from.Index + i))));
}

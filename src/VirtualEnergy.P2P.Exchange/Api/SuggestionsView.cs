using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;

namespace VirtualEnergy.P2P.Exchange.Api;

/// <summary>When a member best starts which appliance.</summary>
/// <param name="At">The beginning of the period in which it was worked out; null where her node tells nothing.</param>
public sealed record SuggestionsView(DateTimeOffset? At, ImmutableArray<SuggestedStartView> Starts)
{
    internal static SuggestionsView Of(SuggestedStarts? suggested, PeriodGrid grid) => suggested is null
        ? new SuggestionsView(null, [])
        : new SuggestionsView(
            grid.StartOf(suggested.At),
            [.. suggested.Starts.Select(start => new SuggestedStartView(start.Device, grid.StartOf(start.Soonest), grid.StartOf(start.Best), start.Energy.WattHours, start.Saving.MicroEur))]);
}

/// <param name="Soonest">When it can start.</param>
/// <param name="Best">When a start costs least.</param>
/// <param name="EnergyWh">What a run takes.</param>
/// <param name="SavingMicroEur">What waiting is expected to save.</param>
public sealed record SuggestedStartView(string Device, DateTimeOffset Soonest, DateTimeOffset Best, long EnergyWh, long SavingMicroEur);

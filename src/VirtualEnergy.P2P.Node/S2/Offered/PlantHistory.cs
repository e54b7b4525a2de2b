using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>What a plant gave, and what it is expected to give from that. Not safe for concurrent use.</summary>
/// <param name="ratedWatts">What it gives at most, W, positive.</param>
/// <param name="grid">Length of a period.</param>
internal sealed class PlantHistory(long ratedWatts, PeriodGrid grid)
{
    private const int HoursAhead = 24;

    /// <summary>As many periods are told.</summary>
    public static int PeriodsAhead(PeriodGrid grid) => HoursAhead * 3_600 / grid.LengthSeconds;

    private readonly PhotovoltaicForecaster _forecaster = PhotovoltaicForecaster.Anywhere(grid, ratedWatts);
    private (Period First, ImmutableArray<Expectation> Row)? _known;

    /// <summary>A period that is over, W ≥ 0 on average; in order.</summary>
    public void Observe(Period period, long watts)
    {
        _ = _forecaster.Observe(period, watts);
        _known = null;
    }

    /// <summary>A day from a period on, W ≤ 0.</summary>
    public ImmutableArray<Expectation> Ahead(Period now)
    {
        if (_known is not { } known || known.First != now)
        {
            _known = known = (now, [.. _forecaster.Ahead(now, PeriodsAhead(grid)).Select(one => Expectation.Within(-one.High95, -one.High68, -one.Mean, -one.Low68, -one.Low95))]);
        }

        return known.Row;
    }
}

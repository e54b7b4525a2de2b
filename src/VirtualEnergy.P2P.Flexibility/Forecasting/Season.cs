using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>Where a period stands in what repeats.</summary>
/// <param name="Slot">Its place in the day.</param>
/// <param name="Kind">Its kind of day.</param>
/// <param name="Size">What everything is proportional to in the period, above 0: 1, or the light of a clear sky in kW/m².</param>
internal readonly record struct Season(int Slot, int Kind, double Size)
{
    private const double FullSize = 0.4;
    private const double FullLevelSize = 0.2;

    /// <summary>How much a measurement tells of what is proportional to the size, 0 to 1: its square counts.</summary>
    public double Weight => Math.Min(1, Size * Size / (FullSize * FullSize));

    /// <summary>How much it tells of the present level, 0 to 1.</summary>
    public double LevelWeight => Math.Min(1, Size / FullLevelSize);
}

/// <summary>Tells a period's season; quickest when periods are asked for in order.</summary>
internal delegate Season SeasonOf(Period period);

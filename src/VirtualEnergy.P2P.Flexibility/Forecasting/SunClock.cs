using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>Reads, for one period after another, its place in the UTC day and the light of a clear sky on a usual roof.</summary>
/// <param name="grid">Length of a period.</param>
/// <param name="latitude">Degrees north.</param>
/// <param name="longitude">Degrees east.</param>
internal sealed class SunClock(PeriodGrid grid, double latitude, double longitude)
{
    /// <summary>Kept on top, day and night, so that there is something to divide by before sunrise, kW/m².</summary>
    private const double Twilight = 0.05;

    private long _day = long.MinValue;
    private SunDay _sun;

    /// <summary>The light is that in the middle of the period, kW/m².</summary>
    public Season At(Period period)
    {
        var utc = checked(period.Index * grid.LengthSeconds);
        var day = Math.DivRem(utc, 86_400).Quotient;
        if (day != _day)
        {
            (_day, _sun) = (day, SunDay.Of(DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(utc).UtcDateTime), latitude, longitude));
        }

        var seconds = utc - day * 86_400;
        var light = _sun.Light((seconds + grid.LengthSeconds / 2) / 60.0);
        return new Season((int)(seconds / grid.LengthSeconds), 0, Twilight + light / 1_000);
    }
}

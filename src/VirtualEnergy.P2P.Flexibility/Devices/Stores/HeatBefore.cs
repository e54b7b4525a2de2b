using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices.Stores;

/// <summary>
/// What heat a home expects to need, from what it needed on the last days: the mean of the same time of those days, moved by what the last hour and the last quarter of an
/// hour lie above or below their means, as far as such differences last.
/// </summary>
/// <remarks>
/// A mean knows nothing of the weather: the last hour tells how today differs. How the constants were chosen is in docs/forecasting.md.
/// </remarks>
internal readonly struct HeatBefore
{
    private const int MostDays = 10;
    private const int Quarter = 900;
    private const int Hour = 3_600;
    private const double HoursQuarterFades = 4;
    private const double HoursHourFades = 48;

    private readonly double[] _usual;
    private readonly double _hoursAPeriod;
    private readonly double _quarter;
    private readonly double _hour;

    /// <param name="heat">W; looked at before <paramref name="now"/> only, as far as it reaches back.</param>
    /// <param name="now">The first period that is not known.</param>
    public HeatBefore(PowerProfile heat, Period now)
    {
        var seconds = heat.Grid.LengthSeconds;
        var day = 86_400 / seconds;
        var days = (int)Math.Clamp((now.Index - heat.First.Index) / day, 1, MostDays);
        _hoursAPeriod = seconds / 3600.0;
        _usual = new double[day];
        for (var slot = 0; slot < day; slot++)
        {
            _usual[slot] = Mean(slot);
        }

        (_quarter, _hour) = (Above(Quarter), Above(Hour));

        double Mean(int ahead)
        {
            var sum = 0L;
            for (var back = 1; back <= days; back++)
            {
                sum += heat.At(new Period(now.Index + ahead - back * day));
            }

            return (double)sum / days;
        }

        double Above(int span)
        {
            var (sum, periods) = (0.0, Math.Max(1, span / seconds));
            for (var back = 1; back <= periods; back++)
            {
                sum += heat.At(new Period(now.Index - back)) - Mean(-back);
            }

            return sum / periods;
        }
    }

    /// <summary>What a store expects of the periods from now on.</summary>
    /// <param name="stage">What a period is with so many W of heat.</param>
    public StoreStage[] Stages(int length, Func<long, StoreStage> stage)
    {
        var stages = new StoreStage[length];
        for (var ahead = 0; ahead < length; ahead++)
        {
            stages[ahead] = stage(Expected(ahead));
        }

        return stages;
    }

    /// <summary>W in the period so many after now.</summary>
    public long Expected(int ahead)
    {
        var hours = ahead * _hoursAPeriod;
        var difference = _hour * Math.Exp(-hours / HoursHourFades) + (_quarter - _hour) * Math.Exp(-hours / HoursQuarterFades);
        return (long)Math.Round(Math.Max(0, _usual[ahead % _usual.Length] + difference));
    }
}

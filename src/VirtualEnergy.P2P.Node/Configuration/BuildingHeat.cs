using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>What keeps a building warm in a climate without weather: a season and a day, both cosines.</summary>
/// <param name="LossWattsPerKelvin">What it loses for each kelvin of difference to outside.</param>
/// <param name="LowestCelsius">What is kept inside.</param>
/// <param name="WinterCelsius">Mean outside on 20 January, the coldest day.</param>
/// <param name="SummerCelsius">Mean outside half a year later.</param>
/// <param name="DailyKelvin">From the coldest to the warmest hour of a day, which is 15 h.</param>
internal readonly record struct BuildingHeat(double LossWattsPerKelvin, double LowestCelsius, double WinterCelsius, double SummerCelsius, double DailyKelvin)
{
    /// <summary>Heat that people, sun and devices give a home, W.</summary>
    private const double Gains = 300;

    /// <summary>The same, if each number can be.</summary>
    /// <param name="within">Refuses a number of that name outside its bounds.</param>
    /// <exception cref="UserErrorException">One cannot.</exception>
    public BuildingHeat Checked(Action<string, double, double, double, string> within)
    {
        within("lossWattsPerKelvin", LossWattsPerKelvin, 5, 5_000, "W/K");
        within("lowestCelsius", LowestCelsius, 5, 30, "°C");
        within("winterCelsius", WinterCelsius, -40, 40, "°C");
        within("summerCelsius", SummerCelsius, -40, 40, "°C");
        within("dailyKelvin", DailyKelvin, 0, 40, "K");
        return this;
    }

    /// <summary>W of heat in the period.</summary>
    public long In(Period period)
    {
        var local = LocalDays.Start(period);
        var season = (WinterCelsius + SummerCelsius) / 2 - (SummerCelsius - WinterCelsius) / 2 * Math.Cos((local.DayOfYear - 20) * 2 * Math.PI / 365);
        var outside = season + DailyKelvin / 2 * Math.Cos((local.TimeOfDay.TotalHours - 15) * 2 * Math.PI / 24);
        return (long)Math.Round(Math.Max(0, LossWattsPerKelvin * (LowestCelsius - outside) - Gains));
    }

    /// <summary>W of heat in each period of a span, both ends included.</summary>
    public long[] Between(Period first, Period last)
    {
        var heat = new long[checked((int)(last.Index - first.Index + 1))];
        for (var i = 0; i < heat.Length; i++)
        {
            heat[i] = In(new Period(first.Index + i));
        }

        return heat;
    }
}

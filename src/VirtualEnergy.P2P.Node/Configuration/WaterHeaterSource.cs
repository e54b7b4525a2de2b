using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>Hot water that is drawn at a time of every day.</summary>
public sealed record DrawSource
{
    /// <summary>Local time, <c>07:00</c>; it takes half an hour.</summary>
    public required string At { get; init; }

    /// <summary>Heat, Wh: a shower takes 1,000 to 1,500.</summary>
    public required long WattHours { get; init; }
}

/// <summary>An electric water heater.</summary>
public sealed record WaterHeaterSource
{
    private const int PeriodsADraw = 2;

    public string Name { get; init; } = "water heater";

    /// <summary>Power of the heating element.</summary>
    public required long Watts { get; init; }

    public required double Litres { get; init; }

    /// <summary>What a full tank loses, W.</summary>
    public double StandingWatts { get; init; } = 60;

    /// <summary>Hottest less coldest useful temperature, K.</summary>
    public double SpanKelvin { get; init; } = 25;

    public ImmutableArray<DrawSource> Draws { get; init; } = [];

    /// <exception cref="UserErrorException">Something cannot be.</exception>
    internal StoreModel Open(ImmutableArray<DateOnly> days, Period first, Period last)
    {
        void Within(string what, double value, double least, double most, string unit) => EquipmentSource.Within("waterHeaters", Name, what, value, least, most, unit);
        Within("watts", Watts, 100, 20_000, "W");
        Within("litres", Litres, 5, 5_000, "litres");
        Within("standingWatts", StandingWatts, 0, 1_000, "W");
        Within("spanKelvin", SpanKelvin, 5, 60, "K");
        var watts = new long[checked((int)(last.Index - first.Index + 1))];
        foreach (var draw in Draws)
        {
            Within("a draw's wattHours", draw.WattHours, 0, 20_000, "Wh");
            var at = WeekTimes.TimeOf("waterHeaters", Name, draw.At, "07:00");
            foreach (var i in days.SelectMany(day => Enumerable.Range(0, PeriodsADraw).Select(k => LocalDays.At(day, at).Index + k - first.Index)).Where(i => i >= 0 && i < watts.Length))
            {
                watts[i] += draw.WattHours * 4 / PeriodsADraw;
            }
        }

        return EquipmentSource.Checked("waterHeaters", Name, () => new WaterHeaterStore(Name, Watts, Litres, new PowerProfile(first, [.. watts]), StandingWatts, SpanKelvin));
    }
}

using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>Lamps that burn at the same hours every day and may be dimmed.</summary>
public sealed record LightSource
{
    public string Name { get; init; } = "light";

    /// <summary>Undimmed.</summary>
    public required long Watts { get; init; }

    /// <summary>Local time, <c>18:00</c>.</summary>
    public required string From { get; init; }

    /// <summary>Local time; on the next day where it lies before <see cref="From"/>.</summary>
    public required string Until { get; init; }

    /// <summary>Share of the power that stays, however dear energy is.</summary>
    public double LeastShare { get; init; } = 0.4;

    /// <summary>Up to this price they are not dimmed, ct/kWh.</summary>
    public double WorthCentPerKWh { get; init; } = 30;

    /// <exception cref="UserErrorException">Something cannot be.</exception>
    internal DimmableLight Open(Period first, Period last)
    {
        void Within(string what, double value, double least, double most, string unit) => EquipmentSource.Within("lights", Name, what, value, least, most, unit);
        Within("watts", Watts, 1, 20_000, "W");
        Within("leastShare", LeastShare, 0, 1, "(no unit)");
        Within("worthCentPerKWh", WorthCentPerKWh, -100, 1_000, "ct/kWh");
        var (from, until) = (WeekTimes.TimeOf("lights", Name, From, "18:00"), WeekTimes.TimeOf("lights", Name, Until, "18:00"));
        var watts = new long[checked((int)(last.Index - first.Index + 1))];
        for (var i = 0; i < watts.Length; i++)
        {
            var time = TimeOnly.FromDateTime(LocalDays.Start(new Period(first.Index + i)));
            watts[i] = time.IsBetween(from, until) ? Watts : 0;
        }

        return EquipmentSource.Checked("lights", Name, () => new DimmableLight(Name, new PowerProfile(first, [.. watts]), LeastShare, new Price((long)Math.Round(WorthCentPerKWh * 10_000))));
    }
}

using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>A heat pump, its building, and the climate that it stands in.</summary>
public sealed record HeatPumpSource
{
    /// <summary>ISO 13790, table 12: a medium building holds 165 kJ/(m² K).</summary>
    private const double WattHoursPerSquareMetreKelvin = 165 / 3.6;

    public string Name { get; init; } = "heat pump";

    /// <summary>Highest electrical power.</summary>
    public required long Watts { get; init; }

    /// <summary>Heated floor.</summary>
    public required double SquareMetres { get; init; }

    /// <summary>What the building loses for each kelvin of difference to outside.</summary>
    public required double LossWattsPerKelvin { get; init; }

    /// <summary>Lowest comfortable temperature, °C.</summary>
    public double LowestCelsius { get; init; } = 20;

    /// <summary>Highest comfortable temperature less the lowest, K.</summary>
    public double BandKelvin { get; init; } = 2;

    /// <summary>Temperature of the flow, °C.</summary>
    public double FlowCelsius { get; init; } = 40;

    /// <summary>Mean temperature outside in the coldest weeks, °C.</summary>
    public double WinterCelsius { get; init; } = 8;

    /// <summary>Mean temperature outside in the warmest weeks, °C.</summary>
    public double SummerCelsius { get; init; } = 26;

    /// <summary>From the coldest to the warmest hour of a day, K.</summary>
    public double DailyKelvin { get; init; } = 8;

    /// <exception cref="UserErrorException">Something cannot be.</exception>
    internal StoreModel Open(Period first, Period last)
    {
        void Within(string what, double value, double least, double most, string unit) => EquipmentSource.Within("heatPumps", Name, what, value, least, most, unit);
        Within("watts", Watts, 100, 50_000, "W");
        Within("squareMetres", SquareMetres, 10, 2_000, "m²");
        Within("bandKelvin", BandKelvin, 0.2, 10, "K");
        Within("flowCelsius", FlowCelsius, 20, 75, "°C");
        var heat = new PowerProfile(first, [.. new BuildingHeat(LossWattsPerKelvin, LowestCelsius, WinterCelsius, SummerCelsius, DailyKelvin).Checked(Within).Between(first, last)]);
        return EquipmentSource.Checked("heatPumps", Name, () => new HeatPumpStore(Name, Watts, heat, SquareMetres * WattHoursPerSquareMetreKelvin, LossWattsPerKelvin, BandKelvin)
        {
            LowestCelsius = LowestCelsius,
            FlowCelsius = FlowCelsius,
        });
    }
}

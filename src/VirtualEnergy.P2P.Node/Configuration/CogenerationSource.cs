using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>A combined heat and power unit with tank and peak boiler, and the building that it heats.</summary>
public sealed record CogenerationSource
{
    public string Name { get; init; } = "cogeneration";

    /// <summary>Electrical power.</summary>
    public long Watts { get; init; } = 1_000;

    /// <summary>Price of the gas, ct/kWh.</summary>
    public required double GasCentPerKWh { get; init; }

    /// <summary>Electricity from a kWh of gas.</summary>
    public double ElectricalEfficiency { get; init; } = 0.263;

    /// <summary>Heat from it.</summary>
    public double HeatEfficiency { get; init; } = 0.6575;

    /// <summary>Heat from a kWh of gas in the boiler beside it.</summary>
    public double BoilerEfficiency { get; init; } = 0.95;

    public double Litres { get; init; } = 300;

    /// <summary>What the building loses for each kelvin of difference to outside.</summary>
    public required double LossWattsPerKelvin { get; init; }

    public double LowestCelsius { get; init; } = 20;

    public double WinterCelsius { get; init; } = 8;

    public double SummerCelsius { get; init; } = 26;

    public double DailyKelvin { get; init; } = 8;

    /// <exception cref="UserErrorException">Something cannot be.</exception>
    internal StoreModel Open(Period first, Period last)
    {
        void Within(string what, double value, double least, double most, string unit) => EquipmentSource.Within("cogeneration", Name, what, value, least, most, unit);
        Within("watts", Watts, 100, 50_000, "W");
        Within("gasCentPerKWh", GasCentPerKWh, 0, 200, "ct/kWh");
        Within("litres", Litres, 20, 5_000, "litres");
        var heat = new BuildingHeat(LossWattsPerKelvin, LowestCelsius, WinterCelsius, SummerCelsius, DailyKelvin).Checked(Within).Between(first, last);
        var cost = new CogenerationCost(new Price((long)Math.Round(GasCentPerKWh * 10_000)), ElectricalEfficiency, HeatEfficiency, BoilerEfficiency);
        return EquipmentSource.Checked("cogeneration", Name, () => new CogenerationStore(Name, Watts, cost, new PowerProfile(first, [.. heat]), Litres));
    }
}

using VirtualEnergy.P2P.Flexibility.Devices.Stores;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>A freezer that may be cooled below −18 °C ahead of time.</summary>
public sealed record FreezerSource
{
    public string Name { get; init; } = "freezer";

    /// <summary>By its energy label.</summary>
    public required double KilowattHoursAYear { get; init; }

    /// <summary>Power of the compressor.</summary>
    public long Watts { get; init; } = 100;

    public double FoodKilograms { get; init; } = 60;

    /// <summary>How far below −18 °C it may be cooled, K.</summary>
    public double BandKelvin { get; init; } = 6;

    /// <exception cref="UserErrorException">Something cannot be.</exception>
    internal StoreModel Open()
    {
        void Within(string what, double value, double least, double most, string unit) => EquipmentSource.Within("freezers", Name, what, value, least, most, unit);
        Within("kilowattHoursAYear", KilowattHoursAYear, 20, 2_000, "kWh");
        Within("watts", Watts, 20, 2_000, "W");
        Within("foodKilograms", FoodKilograms, 1, 2_000, "kg");
        Within("bandKelvin", BandKelvin, 0.5, 15, "K");
        return EquipmentSource.Checked("freezers", Name, () => new FreezerStore(Name, KilowattHoursAYear, Watts, FoodKilograms, BandKelvin));
    }
}

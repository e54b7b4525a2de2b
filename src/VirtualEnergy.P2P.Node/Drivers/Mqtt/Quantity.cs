namespace VirtualEnergy.P2P.Node.Drivers.Mqtt;

/// <summary>What a number of a meter is.</summary>
public enum Quantity
{
    /// <summary>+ into the home.</summary>
    Power,

    /// <summary>Energy taken over the meter's life.</summary>
    Import,

    /// <summary>Energy given over the meter's life.</summary>
    Export,
}

/// <summary>Numbers with units, as whole W and Wh.</summary>
public static class Units
{
    // A counter of a home: a terawatt-hour is a wrong unit. A power is bounded by the book.
    private const decimal MostWattHours = 1_000_000_000_000m;

    /// <summary>How many W or Wh a unit is; null for one that does not fit the quantity.</summary>
    public static decimal? InWatts(string unit, Quantity quantity) => (unit, quantity) switch
    {
        ("W", Quantity.Power) or ("Wh", not Quantity.Power) => 1,
        ("kW", Quantity.Power) or ("kWh", not Quantity.Power) => 1_000,
        ("MW", Quantity.Power) or ("MWh", not Quantity.Power) => 1_000_000,
        _ => null,
    };

    /// <summary>The reading that a number makes.</summary>
    /// <param name="at">When it came.</param>
    /// <param name="value">The number.</param>
    /// <param name="perUnit">W or Wh of its unit.</param>
    /// <returns>Null where it can be none.</returns>
    public static DeviceReading? Reading(DateTimeOffset at, Quantity quantity, decimal value, decimal perUnit)
    {
        if (Math.Abs(value) > MostWattHours)
        {
            return null;
        }

        var scaled = value * perUnit;
        return quantity switch
        {
            Quantity.Power when Math.Abs(scaled) <= DeviceBook.MostWatts => new DeviceReading(at, (long)decimal.Round(scaled)),
            Quantity.Import when scaled is >= 0 and <= MostWattHours => new DeviceReading(at, null, ImportedWattHours: (long)scaled),
            Quantity.Export when scaled is >= 0 and <= MostWattHours => new DeviceReading(at, null, ExportedWattHours: (long)scaled),
            _ => null,
        };
    }
}

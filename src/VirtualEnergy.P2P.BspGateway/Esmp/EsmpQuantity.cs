namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>Decimals in a document's units, as the whole numbers that everything else here uses; never rounded.</summary>
public static class EsmpQuantity
{
    // Beyond a terawatt, a terawatt-hour or a milliard euros nothing in these documents is meant.
    private const decimal Most = 1_000_000m;

    /// <summary>Watts of a power in MAW or KWT, or null: another unit, less than a watt, or out of all bounds.</summary>
    public static long? Watts(decimal quantity, string unit) => unit switch
    {
        "MAW" => Whole(quantity, 1_000_000m),
        "KWT" => Whole(quantity, 1_000m, 1_000m),
        _ => null,
    };

    /// <summary>Watt-hours of an energy in MWH or KWH, or null.</summary>
    public static long? WattHours(decimal quantity, string unit) => unit switch
    {
        "MWH" => Whole(quantity, 1_000_000m),
        "KWH" => Whole(quantity, 1_000m, 1_000m),
        _ => null,
    };

    /// <summary>µEUR per kWh of a price in EUR per MWH or KWH, or null: another unit, or finer than a µEUR per kWh. 1 EUR/MWh is 1 000 µEUR/kWh.</summary>
    public static long? MicroEurPerKWh(decimal amount, string unit) => unit switch
    {
        "MWH" => Whole(amount, 1_000m),
        "KWH" => Whole(amount, 1_000_000m),
        _ => null,
    };

    /// <summary>µEUR per MW of a price of reserve in EUR per MAW, or null.</summary>
    public static long? MicroEurPerMW(decimal amount, string unit) => unit == "MAW" ? Whole(amount, 1_000_000m) : null;

    /// <summary>Megawatts of whole watts.</summary>
    public static decimal Megawatts(long watts) => watts / 1_000_000m;

    /// <summary>EUR per MWh of whole µEUR per kWh.</summary>
    public static decimal EurPerMWh(long microEurPerKWh) => microEurPerKWh / 1_000m;

    private static long? Whole(decimal value, decimal factor, decimal more = 1m)
    {
        if (value > Most * more || value < -Most * more)
        {
            return null;
        }

        // A value so long that the product needs more than 28 digits would be rounded by it, and is too fine in any case.
        var product = value * factor;
        return product / factor == value && decimal.Truncate(product) == product ? (long)product : null;
    }
}

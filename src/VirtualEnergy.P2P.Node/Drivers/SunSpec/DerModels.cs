namespace VirtualEnergy.P2P.Node.Drivers.SunSpec;

/// <summary>
/// The models of IEEE 1547-2018 that newer inverters have in place of 101 to 124: measurement (701), capacity (702), storage capacity (713). They are read; their controls are not written here.
/// </summary>
/// <remarks>Source: SunSpec's model definitions 701, 702 and 713.</remarks>
public static class DerModels
{
    public const int Measurement = 701;
    public const int Capacity = 702;
    public const int Storage = 713;

    public const int MeasurementLength = 119; // up to TotWh_SF
    public const int CapacityLength = 44; // up to W_SF
    public const int StorageLength = 7;

    /// <summary>What it does: W is positive for what it gives, as in the older models.</summary>
    public static InverterModel ReadMeasurement(RegisterBlock block) => new(block.Signed(10, 116, "W"), block.WattHours64(19, 120, "TotWhInj"), null);

    /// <summary>What it is built for.</summary>
    public static NameplateModel ReadCapacity(RegisterBlock block)
    {
        var plate = new NameplateModel(block.Unsigned(2, 45, "WMaxRtg"), null, block.Unsigned(10, 45, "WChaRteMaxRtg"), block.Unsigned(11, 45, "WDisChaRteMaxRtg"));
        return plate.RatedWatts is null or > 0 ? plate : throw block.Nonsense("WMaxRtg", "is 0");
    }

    /// <summary>How full its battery is.</summary>
    public static StorageModel ReadStorage(RegisterBlock block) => new(null, StorageModel.Percent(block, 4, 8, "SoC"), null, null);

    /// <summary>What its battery holds, Wh; null where it does not say.</summary>
    public static decimal? CapacityOf(RegisterBlock block) => block.Unsigned(2, 7, "WHRtg");
}

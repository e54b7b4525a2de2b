namespace VirtualEnergy.P2P.Flexibility.Efi;

/// <summary>What flows of each commodity; null where a device has none of it. + into the device, − out of it.</summary>
/// <param name="ElectricalPower">W.</param>
/// <param name="GasFlowRate">l/s.</param>
/// <param name="HeatTemperature">°C.</param>
/// <param name="HeatFlowRate">l/s.</param>
/// <param name="HeatThermalPower">W.</param>
public sealed record CommodityRates(
    FiniteNumber? ElectricalPower = null,
    FiniteNumber? GasFlowRate = null,
    FiniteNumber? HeatTemperature = null,
    FiniteNumber? HeatFlowRate = null,
    FiniteNumber? HeatThermalPower = null)
{
    public static CommodityRates None { get; } = new();

    /// <summary>Between these rates and others, linearly: 0 is these, 1 the others.</summary>
    /// <exception cref="ArgumentException">One side has a commodity that the other has not.</exception>
    public CommodityRates Towards(CommodityRates other, RunningModeFactor factor) => new(
        Between(ElectricalPower, other.ElectricalPower, factor),
        Between(GasFlowRate, other.GasFlowRate, factor),
        Between(HeatTemperature, other.HeatTemperature, factor),
        Between(HeatFlowRate, other.HeatFlowRate, factor),
        Between(HeatThermalPower, other.HeatThermalPower, factor));

    /// <summary>True when both have values for the same commodities.</summary>
    public bool IsLike(CommodityRates other) =>
        ElectricalPower.HasValue == other.ElectricalPower.HasValue
        && GasFlowRate.HasValue == other.GasFlowRate.HasValue
        && HeatTemperature.HasValue == other.HeatTemperature.HasValue
        && HeatFlowRate.HasValue == other.HeatFlowRate.HasValue
        && HeatThermalPower.HasValue == other.HeatThermalPower.HasValue;

    private static FiniteNumber? Between(FiniteNumber? from, FiniteNumber? to, RunningModeFactor factor) => (from, to) switch
    {
        (null, null) => null,
        ({ } low, { } high) => factor.Between(low, high),
        _ => throw new ArgumentException("Rates of different commodities."),
    };
}

/// <summary>Which flow a curtailment is about, and in which unit.</summary>
public enum CurtailmentQuantity
{
    /// <summary>W.</summary>
    ElectricityPower,

    /// <summary>l/s.</summary>
    GasFlowRate,

    /// <summary>°C.</summary>
    HeatTemperature,

    /// <summary>l/s.</summary>
    HeatFlowRate,

    /// <summary>W.</summary>
    HeatThermalPower,
}

/// <summary>What a device can consume or produce.</summary>
public enum EfiCommodity
{
    Electricity,
    Gas,
    Heat,
}

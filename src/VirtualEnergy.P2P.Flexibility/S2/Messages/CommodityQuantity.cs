using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>A physical quantity with its unit. + is consumption, − is production, everywhere.</summary>
[JsonConverter(typeof(WireEnumConverter<CommodityQuantity>))]
public enum CommodityQuantity
{
    /// <summary>W on phase 1; the one that single-phase devices use.</summary>
    [JsonStringEnumMemberName("ELECTRIC.POWER.L1")]
    ElectricPowerL1,

    /// <summary>W on phase 2.</summary>
    [JsonStringEnumMemberName("ELECTRIC.POWER.L2")]
    ElectricPowerL2,

    /// <summary>W on phase 3.</summary>
    [JsonStringEnumMemberName("ELECTRIC.POWER.L3")]
    ElectricPowerL3,

    /// <summary>W over three phases that carry the same.</summary>
    [JsonStringEnumMemberName("ELECTRIC.POWER.3_PHASE_SYMMETRIC")]
    ElectricPower3PhaseSymmetric,

    /// <summary>l/s.</summary>
    [JsonStringEnumMemberName("NATURAL_GAS.FLOW_RATE")]
    NaturalGasFlowRate,

    /// <summary>g/s.</summary>
    [JsonStringEnumMemberName("HYDROGEN.FLOW_RATE")]
    HydrogenFlowRate,

    /// <summary>°C.</summary>
    [JsonStringEnumMemberName("HEAT.TEMPERATURE")]
    HeatTemperature,

    /// <summary>l/s of what carries the heat.</summary>
    [JsonStringEnumMemberName("HEAT.FLOW_RATE")]
    HeatFlowRate,

    /// <summary>W.</summary>
    [JsonStringEnumMemberName("HEAT.THERMAL_POWER")]
    HeatThermalPower,

    /// <summary>l/h.</summary>
    [JsonStringEnumMemberName("OIL.FLOW_RATE")]
    OilFlowRate,
}

using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>
/// S2's powers by phase and carrier, and EFI's rates. EFI does not know phases: W on L1, L2, L3 and over three phases are added. It knows
/// neither hydrogen nor oil: those are left out. Towards S2 electricity goes to one quantity, which the device names.
/// </summary>
internal static class Quantities
{
    public static bool IsElectric(CommodityQuantity quantity) => quantity is CommodityQuantity.ElectricPowerL1 or CommodityQuantity.ElectricPowerL2
        or CommodityQuantity.ElectricPowerL3 or CommodityQuantity.ElectricPower3PhaseSymmetric;

    /// <summary>At factor 0, or at factor 1.</summary>
    public static CommodityRates ToEfi(IEnumerable<PowerRange> ranges, bool atOne) =>
        Rates(ranges.Select(range => (range.CommodityQuantity, (double)(atOne ? range.EndOfRange : range.StartOfRange))));

    public static CommodityRates ToEfi(PowerMeasurement measurement) => Rates(measurement.Values.Select(value => (value.CommodityQuantity, (double)value.Value)));

    public static ValueList<PowerRange> ToS2(CommodityRates atZero, CommodityRates? atOne, CommodityQuantity electric) =>
        ValueList.From(Values(atZero, electric).Zip(Values(atOne ?? atZero, electric), (zero, one) => new PowerRange(zero.Value, one.Value, zero.Quantity)));

    public static ValueList<PowerValue> ToS2(CommodityRates rates, CommodityQuantity electric) =>
        ValueList.From(Values(rates, electric).Select(pair => new PowerValue(pair.Quantity, pair.Value)));

    /// <summary>Costs per second: S2's range is uncertainty, EFI has one number at each end; the middle stands for the range.</summary>
    public static FiniteNumber? ToEfi(NumberRange? costs) => costs is null ? null : (costs.StartOfRange + costs.EndOfRange) / 2;

    public static NumberRange? ToS2(FiniteNumber? atZero, FiniteNumber? atOne) =>
        atZero is null && atOne is null ? null : new NumberRange(Math.Min(atZero ?? 0.0, atOne ?? atZero ?? 0.0), Math.Max(atZero ?? 0.0, atOne ?? atZero ?? 0.0));

    private static CommodityRates Rates(IEnumerable<(CommodityQuantity Quantity, double Value)> values)
    {
        var known = values.ToList();
        FiniteNumber? One(CommodityQuantity quantity) => known.Where(value => value.Quantity == quantity).Select(value => (FiniteNumber?)value.Value).FirstOrDefault();
        return new CommodityRates(
            known.Any(value => IsElectric(value.Quantity)) ? known.Where(value => IsElectric(value.Quantity)).Sum(value => value.Value) : null,
            One(CommodityQuantity.NaturalGasFlowRate),
            One(CommodityQuantity.HeatTemperature),
            One(CommodityQuantity.HeatFlowRate),
            One(CommodityQuantity.HeatThermalPower));
    }

    private static IEnumerable<(CommodityQuantity Quantity, FiniteNumber Value)> Values(CommodityRates rates, CommodityQuantity electric) =>
        new (CommodityQuantity Quantity, FiniteNumber? Value)[]
        {
            (electric, rates.ElectricalPower),
            (CommodityQuantity.NaturalGasFlowRate, rates.GasFlowRate),
            (CommodityQuantity.HeatTemperature, rates.HeatTemperature),
            (CommodityQuantity.HeatFlowRate, rates.HeatFlowRate),
            (CommodityQuantity.HeatThermalPower, rates.HeatThermalPower),
        }.Where(pair => pair.Value is not null).Select(pair => (pair.Quantity, pair.Value!.Value));
}

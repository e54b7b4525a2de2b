using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>S2's power-envelope-based control, or none, and EFI's inflexible.</summary>
/// <remarks>
/// S2 sets a lower and an upper limit, EFI one value: a negative one limits production, a positive one consumption. Left out towards EFI: the
/// energy constraint, whether what is kept away comes later, ranges for abnormal conditions, and envelopes of several phases, which an EFI value
/// cannot be divided among.
/// </remarks>
public static class InflexibleMapping
{
    public static InflexibleForecast ToEfi(PowerForecast forecast, EfiHeader header) =>
        new(header, forecast.MessageId, forecast.StartTime, PowerMapping.ToEfi(forecast.Elements));

    public static PowerForecast ToS2(InflexibleForecast forecast, Identifier messageId, CommodityQuantity electric = CommodityQuantity.ElectricPowerL1) =>
        new(messageId, forecast.ValidFrom, PowerMapping.ToS2(forecast.Profiles, electric));

    /// <exception cref="ArgumentException">Only quantities that EFI does not know.</exception>
    public static Measurement ToEfi(PowerMeasurement measurement, EfiHeader header) => new(header, measurement.MeasurementTimestamp, Quantities.ToEfi(measurement));

    public static PowerMeasurement ToS2(Measurement measurement, Identifier messageId, CommodityQuantity electric = CommodityQuantity.ElectricPowerL1) =>
        new(messageId, measurement.MeasurementTimestamp, Quantities.ToS2(measurement.Rates, electric));

    /// <summary>The limits that can be set, as curtailment options; none where the device is not controllable.</summary>
    public static InflexibleCurtailmentOptions ToEfi(PebcPowerConstraints constraints, EfiHeader header)
    {
        var quantities = constraints.AllowedLimitRanges.GroupBy(range => range.CommodityQuantity)
            .Where(quantity => QuantityOf(quantity.Key) is not null && !(Quantities.IsElectric(quantity.Key) && IsDivided(constraints)));
        return new InflexibleCurtailmentOptions(header, constraints.Id, constraints.ValidFrom, ValueList.From(quantities
            .Select(quantity => (Quantity: QuantityOf(quantity.Key)!.Value, Ranges: Ranges(quantity)))
            .Where(option => option.Ranges.Count > 0)
            .Select(option => new CurtailmentOption(option.Quantity, TimeSpan.Zero, option.Ranges))));
    }

    /// <summary>A curtailment as an envelope within what the device allows; the other limit stays as wide as it may.</summary>
    /// <exception cref="ArgumentException">The constraints do not allow limits of that quantity.</exception>
    public static PebcInstruction ToS2(InflexibleInstruction instruction, PebcPowerConstraints constraints, Func<Identifier> nextId)
    {
        var ranges = constraints.AllowedLimitRanges
            .Where(range => QuantityOf(range.CommodityQuantity) == instruction.Curtailment.Quantity && (instruction.IsEmergency || !range.AbnormalConditionOnly)).ToList();
        if (ranges.Count == 0 || (Quantities.IsElectric(ranges[0].CommodityQuantity) && IsDivided(constraints)))
        {
            throw new ArgumentException($"{instruction.Curtailment.Quantity} cannot be limited as a whole.", nameof(instruction));
        }

        double Widest(PowerEnvelopeLimit limit) => limit == PowerEnvelopeLimit.UpperLimit
            ? ranges.Where(range => range.LimitType == limit).Max(range => range.Values.EndOfRange.Value)
            : ranges.Where(range => range.LimitType == limit).Min(range => range.Values.StartOfRange.Value);
        var (lowest, highest) = (Widest(PowerEnvelopeLimit.LowerLimit), Widest(PowerEnvelopeLimit.UpperLimit));
        return new PebcInstruction(
            nextId(),
            instruction.InstructionId,
            instruction.Curtailment.StartTime,
            instruction.IsEmergency,
            constraints.Id,
            [new PebcPowerEnvelope(nextId(), ranges[0].CommodityQuantity, ValueList.From(instruction.Curtailment.Elements.Select(element =>
            {
                var limitsProduction = element.Value < 0 || (element.Value == 0 && lowest < 0);
                return new PebcPowerEnvelopeElement(
                    S2Duration.From(element.Duration), limitsProduction ? highest : element.Value, limitsProduction ? element.Value : lowest);
            })))]);
    }

    /// <summary>The limits of a device of ours, for another manager.</summary>
    /// <exception cref="ArgumentException">It cannot be curtailed: it is not controllable, and has no constraints to tell.</exception>
    public static PebcPowerConstraints ToS2(InflexibleCurtailmentOptions options, Identifier messageId, CommodityQuantity electric = CommodityQuantity.ElectricPowerL1) => new(
        messageId,
        options.UpdateId,
        options.ValidFrom,
        PowerEnvelopeConsequence.Vanish,
        ValueList.From(options.Options.SelectMany(option => LimitRanges(option, electric))));

    /// <summary>An envelope of another manager as a curtailment of a device of ours: of the two limits, the one that the device can be held to.</summary>
    /// <exception cref="ArgumentException">More than one quantity is limited, or one that the device does not have.</exception>
    public static InflexibleInstruction ToEfi(PebcInstruction instruction, InflexibleCurtailmentOptions options, EfiHeader header)
    {
        if (instruction.PowerEnvelopes.Count != 1 || QuantityOf(instruction.PowerEnvelopes[0].CommodityQuantity) is not { } quantity
            || options.Options.FirstOrDefault(known => known.Quantity == quantity) is not { } option)
        {
            throw new ArgumentException("One quantity of the device is limited at a time.", nameof(instruction));
        }

        var produces = option.Ranges.Any(range => range.Lower < 0);
        return new InflexibleInstruction(header, instruction.Id, options.UpdateId, instruction.AbnormalCondition, new CurtailmentProfile(
            quantity,
            instruction.ExecutionTime,
            ValueList.From(instruction.PowerEnvelopes[0].PowerEnvelopeElements.Select(element =>
                new CurtailmentProfileElement(element.Duration.ToTimeSpan(), produces ? element.LowerLimit : element.UpperLimit)))));
    }

    private static IEnumerable<PebcAllowedLimitRange> LimitRanges(CurtailmentOption option, CommodityQuantity electric)
    {
        var quantity = option.Quantity == CurtailmentQuantity.ElectricityPower ? electric
            : Enum.GetValues<CommodityQuantity>().First(known => QuantityOf(known) == option.Quantity);
        PebcAllowedLimitRange Range(PowerEnvelopeLimit limit, double from, double to) => new(quantity, limit, new NumberRange(from, to), false);
        foreach (var limit in Enum.GetValues<PowerEnvelopeLimit>())
        {
            var isLower = limit == PowerEnvelopeLimit.LowerLimit;
            var mine = option.Ranges.Where(range => isLower ? range.Lower < 0 : range.Upper > 0).ToList();
            if (mine.Count == 0)
            {
                yield return Range(limit, 0, 0);
            }

            foreach (var range in mine)
            {
                yield return isLower ? Range(limit, range.Lower, Math.Min(0, range.Upper)) : Range(limit, Math.Max(0, range.Lower), range.Upper);
            }
        }
    }

    // The values to which production (up to 0) or consumption (from 0) can be limited, put together where they touch.
    private static ValueList<CurtailmentRange> Ranges(IEnumerable<PebcAllowedLimitRange> limits)
    {
        var sorted = limits.Where(limit => !limit.AbnormalConditionOnly && limit.Values.StartOfRange < limit.Values.EndOfRange)
            .Select(limit => limit.LimitType == PowerEnvelopeLimit.LowerLimit
                ? (Low: limit.Values.StartOfRange.Value, High: Math.Min(0, limit.Values.EndOfRange.Value))
                : (Low: Math.Max(0, limit.Values.StartOfRange.Value), High: limit.Values.EndOfRange.Value))
            .Where(range => range.Low <= range.High).Order();
        var merged = new List<(double Low, double High)>();
        foreach (var range in sorted)
        {
            if (merged.Count > 0 && range.Low <= merged[^1].High)
            {
                merged[^1] = (merged[^1].Low, Math.Max(merged[^1].High, range.High));
            }
            else
            {
                merged.Add(range);
            }
        }

        return ValueList.From(merged.Select(range => new CurtailmentRange(range.Low, range.High)));
    }

    private static bool IsDivided(PebcPowerConstraints constraints) =>
        constraints.AllowedLimitRanges.Select(range => range.CommodityQuantity).Where(Quantities.IsElectric).Distinct().Count() > 1;

    private static CurtailmentQuantity? QuantityOf(CommodityQuantity quantity) => quantity switch
    {
        _ when Quantities.IsElectric(quantity) => CurtailmentQuantity.ElectricityPower,
        CommodityQuantity.NaturalGasFlowRate => CurtailmentQuantity.GasFlowRate,
        CommodityQuantity.HeatTemperature => CurtailmentQuantity.HeatTemperature,
        CommodityQuantity.HeatFlowRate => CurtailmentQuantity.HeatFlowRate,
        CommodityQuantity.HeatThermalPower => CurtailmentQuantity.HeatThermalPower,
        _ => null,
    };
}

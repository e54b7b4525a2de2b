using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>
/// S2's optional bands and EFI's, of which there are both or none. A missing end is the next narrower one; S2's band of 100 % has no place in
/// EFI. Ends that S2 tells the other way round, as it may for production, are put in order.
/// </summary>
internal static class Bands
{
    public static Expectation ToEfi(FiniteNumber expected, FiniteNumber? lower95, FiniteNumber? lower68, FiniteNumber? upper68, FiniteNumber? upper95)
    {
        if (lower95 is null && lower68 is null && upper68 is null && upper95 is null)
        {
            return Expectation.Certain(expected);
        }

        var narrow = Around(expected, expected, lower68, upper68);
        var wide = Around(narrow.Low, narrow.High, lower95, upper95);
        return Expectation.Within(wide.Low, narrow.Low, expected, narrow.High, wide.High);
    }

    public static Expectation ToEfi(PowerForecastValue value) => ToEfi(value.ValueExpected, value.ValueLower95, value.ValueLower68, value.ValueUpper68, value.ValueUpper95);

    public static PowerForecastValue ToS2(Expectation value, CommodityQuantity quantity) => value.HasBands
        ? new PowerForecastValue(quantity, value.Expected, ValueUpper95: value.Upper95, ValueUpper68: value.Upper68, ValueLower68: value.Lower68, ValueLower95: value.Lower95)
        : new PowerForecastValue(quantity, value.Expected);

    /// <summary>EFI tells bands for every piece or for none: where only some have them, the others get bands of no width.</summary>
    public static ValueList<ProfileElement> Alike(ValueList<ProfileElement> elements) => !elements.Any(element => element.Value.HasBands) ? elements
        : ValueList.From(elements.Select(element => element.Value is { HasBands: false, Expected: var sure }
            ? new ProfileElement(element.Duration, Expectation.Within(sure, sure, sure, sure, sure))
            : element));

    private static (FiniteNumber Low, FiniteNumber High) Around(double low, double high, FiniteNumber? one, FiniteNumber? other) =>
        (Math.Min(low, Math.Min(one ?? low, other ?? low)), Math.Max(high, Math.Max(one ?? high, other ?? high)));
}

/// <summary>What the two standards call a commodity, and how far an instruction is.</summary>
internal static class CommodityMapping
{
    public static Commodity ToS2(EfiCommodity commodity) => commodity switch
    {
        EfiCommodity.Gas => Commodity.Gas,
        EfiCommodity.Heat => Commodity.Heat,
        _ => Commodity.Electricity,
    };
}

using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>Power over time: S2 tells every quantity in each piece, EFI a profile for each commodity.</summary>
internal static class PowerMapping
{
    /// <exception cref="ArgumentException">Only quantities that EFI does not know.</exception>
    public static CommodityProfiles ToEfi(ValueList<PowerForecastElement> elements)
    {
        var heat = elements.Any(element => element.PowerValues.Any(value => Heat(value.CommodityQuantity)))
            ? new HeatProfile(ValueList.From(elements.Select(element => new HeatProfileElement(
                element.Duration.ToTimeSpan(),
                One(element, CommodityQuantity.HeatTemperature),
                One(element, CommodityQuantity.HeatFlowRate),
                One(element, CommodityQuantity.HeatThermalPower)))))
            : null;
        return new CommodityProfiles(Sum(elements, Quantities.IsElectric), Sum(elements, quantity => quantity == CommodityQuantity.NaturalGasFlowRate), heat);
    }

    /// <exception cref="ArgumentException">Profiles of several commodities whose pieces do not begin and end together: S2 cannot say that.</exception>
    public static ValueList<PowerForecastElement> ToS2(CommodityProfiles profiles, CommodityQuantity electric)
    {
        var durations = (profiles.Electricity?.Elements.Select(element => element.Duration) ?? profiles.Gas?.Elements.Select(element => element.Duration)
            ?? profiles.Heat!.Elements.Select(element => element.Duration)).ToList();
        if (Differs(profiles.Gas?.Elements.Select(element => element.Duration)) || Differs(profiles.Heat?.Elements.Select(element => element.Duration)))
        {
            throw new ArgumentException("Profiles of several commodities begin and end each piece together.", nameof(profiles));
        }

        return ValueList.From(durations.Select((duration, i) => new PowerForecastElement(S2Duration.From(duration), ValueList.From(ValuesOf(i)))));

        bool Differs(IEnumerable<TimeSpan>? others) => others is not null && !others.SequenceEqual(durations);

        IEnumerable<PowerForecastValue> ValuesOf(int piece) => new (CommodityQuantity Quantity, Expectation? Value)[]
        {
            (electric, profiles.Electricity?.Elements[piece].Value),
            (CommodityQuantity.NaturalGasFlowRate, profiles.Gas?.Elements[piece].Value),
            (CommodityQuantity.HeatTemperature, profiles.Heat?.Elements[piece].Temperature),
            (CommodityQuantity.HeatFlowRate, profiles.Heat?.Elements[piece].FlowRate),
            (CommodityQuantity.HeatThermalPower, profiles.Heat?.Elements[piece].ThermalPower),
        }.Where(pair => pair.Value is not null).Select(pair => Bands.ToS2(pair.Value!.Value, pair.Quantity));
    }

    private static bool Heat(CommodityQuantity quantity) =>
        quantity is CommodityQuantity.HeatTemperature or CommodityQuantity.HeatFlowRate or CommodityQuantity.HeatThermalPower;

    private static Expectation? One(PowerForecastElement element, CommodityQuantity quantity) =>
        element.PowerValues.FirstOrDefault(value => value.CommodityQuantity == quantity) is { } value ? Bands.ToEfi(value) : null;

    // Phases are added, and so are their bands: what is surely within each is surely within the sum.
    private static Profile? Sum(ValueList<PowerForecastElement> elements, Func<CommodityQuantity, bool> counts) =>
        !elements.Any(element => element.PowerValues.Any(value => counts(value.CommodityQuantity))) ? null
        : new Profile(Bands.Alike(ValueList.From(elements.Select(element => new ProfileElement(
            element.Duration.ToTimeSpan(),
            element.PowerValues.Where(value => counts(value.CommodityQuantity)).Select(Bands.ToEfi).DefaultIfEmpty(Expectation.Certain(0)).Aggregate(Plus))))));

    private static Expectation Plus(Expectation one, Expectation other) => one.HasBands || other.HasBands
        ? Expectation.Within(one.Lower95 + other.Lower95, one.Lower68 + other.Lower68, one.Expected + other.Expected, one.Upper68 + other.Upper68, one.Upper95 + other.Upper95)
        : Expectation.Certain(one.Expected + other.Expected);
}

using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices.Stores;

/// <summary>What a combined heat and power unit costs and saves.</summary>
/// <param name="Fuel">Price of its gas, µEUR/kWh.</param>
/// <param name="ElectricalEfficiency">Electricity from a Wh of gas, above 0 and below 1.</param>
/// <param name="HeatEfficiency">Heat from it; not less than the electricity, and both together at most 1.1 (condensing).</param>
/// <param name="BoilerEfficiency">Heat from a Wh of gas in the boiler that helps out.</param>
public readonly record struct CogenerationCost(Price Fuel, double ElectricalEfficiency, double HeatEfficiency, double BoilerEfficiency)
{
    /// <summary>
    /// A gas engine for one family by its maker's figures: 1 kW of electricity and 2.5 kW of heat, 26.3 % electrical (Vaillant/Honda ecoPOWER 1.0, 2011), beside a condensing boiler.
    /// </summary>
    public static CogenerationCost Usual(Price fuel) => new(fuel, 0.263, 0.263 * 2.5, 0.95);

    /// <summary>What a kWh of electricity costs: its gas, less the gas that the boiler does not burn for the heat. µEUR/kWh; may be negative.</summary>
    public double MicroEurPerKWh => Fuel.MicroEurPerKWh * (1 / ElectricalEfficiency - HeatEfficiency / ElectricalEfficiency / BoilerEfficiency);
}

/// <summary>
/// A combined heat and power unit with a tank and a peak boiler, simulated: it delivers electricity as long as the tank has room for the heat, and the
/// rooms are always warm, because the boiler covers what the tank does not hold.
/// </summary>
/// <remarks>The fill is the room left in the tank, Wh of heat: heat that is used or lost makes room, electricity uses it up, and an empty tank has no more room to give.</remarks>
public sealed record CogenerationStore : StoreModel
{
    private readonly PowerProfile _heat;
    private readonly CogenerationCost _cost;
    private readonly double _power;
    private readonly double _litres;
    private readonly double _span;
    private readonly double _standing;
    private readonly double _tank;
    private readonly double _keep;

    /// <param name="name">Unique in its home.</param>
    /// <param name="ratedWatts">Electrical power, W.</param>
    /// <param name="cost">Gas and efficiencies.</param>
    /// <param name="heat">Heat that rooms and taps take, W per period.</param>
    /// <param name="litres">Volume of the tank.</param>
    /// <param name="span">Hottest less coldest useful temperature of it, K.</param>
    /// <param name="standingWatts">Heat that the full tank loses, W.</param>
    /// <param name="grid">Length of a period.</param>
    /// <exception cref="ArgumentOutOfRangeException">An efficiency or a size that cannot be.</exception>
    public CogenerationStore(
        string name, long ratedWatts, CogenerationCost cost, PowerProfile heat, double litres = 300, double span = 30, double standingWatts = 80, PeriodGrid? grid = null)
        : base(name, grid)
    {
        _ = Share(cost.ElectricalEfficiency, "electrical efficiency");
        if (!(cost.HeatEfficiency >= cost.ElectricalEfficiency) || !(cost.ElectricalEfficiency + cost.HeatEfficiency <= 1.1) || cost.BoilerEfficiency is not (> 0 and <= 1.1))
        {
            throw new ArgumentOutOfRangeException(nameof(cost), cost, "A unit gives at least as much heat as electricity, and with it at most 1.1 of its fuel; a boiler at most 1.1.");
        }

        _heat = heat;
        _cost = cost;
        _power = PerPeriod((long)Positive(ratedWatts, nameof(ratedWatts)));
        (_litres, _span, _standing) = (Positive(litres, nameof(litres)), Positive(span, nameof(span)), NotNegative(standingWatts, nameof(standingWatts)));
        _tank = _litres * _span * WaterHeaterStore.WattHoursPerLitreKelvin;
        _keep = _standing == 0 ? 1 : KeptOf(_tank / _standing);
    }

    public override double InitialFill => _tank / 2;

    public override bool CanDeliver => true;

    /// <summary>No more room than a tank has.</summary>
    public override double EnoughAfter(Period period) => _tank;

    public override StoreStage At(Period period) => Stage(_heat.At(period));

    /// <summary>See <see cref="HeatBefore"/>.</summary>
    public override StoreStage[] Expected(Period now, int length) => new HeatBefore(_heat, now).Stages(length, Stage);

    private protected override StoreModel OnOther(PeriodGrid grid) => new CogenerationStore(Name, Watts(_power), _cost, _heat.On(grid), _litres, _span, _standing, grid);

    private StoreStage Stage(long heatWatts) =>
        new(0, _tank, 0, _keep, -PerPeriod(heatWatts) - (1 - _keep) * _tank, 0, _power, 1, _cost.ElectricalEfficiency / _cost.HeatEfficiency, 0) { OutCost = _cost.MicroEurPerKWh };
}

using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>
/// A combined heat and power unit that another energy manager can switch over S2, under demand-driven-based control. What is demanded is heat, W: as much as rooms and taps take and the tank
/// has room for; the boiler beside it covers what the unit leaves, so that nothing must be supplied.
/// </summary>
/// <remarks>
/// A manager of electricity knows no price of gas. So what an hour of running costs is told as its running costs: its gas, less the gas that the boiler does not burn for the
/// same heat. When the tank is full it stops by itself.
/// </remarks>
public sealed class CogenerationResource : OfferedResource
{
    private const CommodityQuantity Electric = CommodityQuantity.ElectricPower3PhaseSymmetric;
    private const double MicroEurPerEur = 1_000_000;
    private const double Nearly = 1e-9;

    private static readonly Identifier Engine = Identifier.Named("engine");
    private static readonly Identifier Off = Identifier.Named("off");
    private static readonly Identifier On = Identifier.Named("on");

    private readonly CogenerationStore _model;
    private readonly SimulatedStorage _unit;
    private DateTimeOffset _toldFrom;
    private bool _isOn;

    /// <param name="resource">Its id.</param>
    /// <param name="who">Who it is.</param>
    /// <param name="model">What it is.</param>
    /// <param name="unit">The same, running: its level is the room that is left in the tank.</param>
    /// <param name="time">Says what is due.</param>
    public CogenerationResource(Identifier resource, OfferedIdentity who, CogenerationStore model, SimulatedStorage unit, TimeProvider time)
        : base(resource, who, time) => (_model, _unit) = (model, unit);

    /// <inheritdoc/>
    public override ControlType Control => ControlType.DemandDrivenBasedControl;

    private protected override RoleType Role => RoleType.EnergyProducer;

    private protected override bool HasCosts => true;

    private protected override double? Watts => _unit.Watts;

    private protected override async Task<Begun> BeginAsync(S2Connection manager, S2Instruction instruction, CancellationToken stop)
    {
        var order = (DdbcInstruction)instruction;
        if (manager.Resource.ProblemWith(order.ActuatorId, order.OperationModeId, Now, order.AbnormalCondition) is { } problem)
        {
            return new Begun(Engine, problem);
        }

        _isOn = order.OperationModeId == On;
        await RepeatAsync(stop).ConfigureAwait(false);
        return new Begun(Engine);
    }

    private protected override async Task EndAsync(Identifier slot, CancellationToken stop) => await FreeAsync(stop).ConfigureAwait(false);

    private protected override async Task<IReadOnlyCollection<Identifier>> FinishAsync(S2Connection? manager, CancellationToken stop)
    {
        if (!_isOn || _unit.FillLevel > Nearly)
        {
            return [];
        }

        _isOn = false;
        await RepeatAsync(stop).ConfigureAwait(false);
        return [Engine];
    }

    private protected override async Task RepeatAsync(CancellationToken stop) => await _unit.RunAsync(_isOn ? -Kilowatts * 1_000 : 0, stop).ConfigureAwait(false);

    private protected override bool Describe(S2Connection manager, bool isNew)
    {
        var offer = _unit.Offer!;
        if (!isNew && offer.From == _toldFrom)
        {
            return false;
        }

        _toldFrom = offer.From;
        var stage = _model.At(_model.Grid.At(Now));
        var hours = _model.Grid.LengthSeconds / 3_600.0;
        var (heat, most) = (Kilowatts * 1_000 / offer.Out.Yield, Math.Max(0, stage.Left(_unit.FillLevel!.Value * 1_000) - stage.Floor) / hours);
        var costs = Kilowatts * stage.OutCost / MicroEurPerEur / 3_600;
        Tell(manager, id => new DdbcSystemDescription(
            id,
            Now,
            [new DdbcActuatorDescription(
                Engine,
                [Commodity.Electricity, Commodity.Gas, Commodity.Heat],
                [
                    new DdbcOperationMode(Off, [new PowerRange(0, 0, Electric)], new NumberRange(0, 0), false),
                    new DdbcOperationMode(On, [new PowerRange(-Kilowatts * 1_000, -Kilowatts * 1_000, Electric)], new NumberRange(heat, heat), false, new NumberRange(costs, costs)),
                ],
                [new Transition(Identifier.Named("start"), Off, On, [], [], false), new Transition(Identifier.Named("stop"), On, Off, [], [], false)],
                [],
                Who.Type)],
            new NumberRange(0, most),
            ProvidesAverageDemandRateForecast: offer.Usage.Count > 0));
        if (offer.Usage.Count > 0)
        {
            Tell(manager, id => new DdbcAverageDemandRateForecast(id, offer.From, ValueList.From(offer.Usage.Select(one => new DdbcAverageDemandRateForecastElement(
                S2Duration.From(one.Duration), -one.Value.Expected * 3_600 * 1_000)))));
        }

        return true;
    }

    private protected override void SayState(S2Connection manager) => Tell(manager, id => new DdbcActuatorStatus(id, Engine, _isOn ? On : Off, 0));

    private protected override async Task<string?> FreeAsync(CancellationToken stop)
    {
        _isOn = false;
        return await _unit.RunAsync(null, stop).ConfigureAwait(false);
    }

    private double Kilowatts => _unit.Offer!.Out.Kilowatts;
}

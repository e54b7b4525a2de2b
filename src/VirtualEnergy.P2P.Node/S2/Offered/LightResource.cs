using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.Mapping;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>
/// A light that another energy manager can dim over S2, under operation-mode-based control: lit or dimmed. What the lost light is worth to the member is told as what it costs to run
/// dimmed. Described in EFI's adjustable category, told in S2's words.
/// </summary>
public sealed class LightResource : OfferedResource
{
    private const int Lit = 0;
    private const int Dimmed = 1;
    private const double MicroEurPerEur = 1_000_000;

    private static readonly Identifier Lamp = new("lamp");

    private readonly SimulatedLight _light;
    private AdjustableSystemDescription _description;
    private DateTimeOffset _toldFrom;
    private int _mode = Lit;

    /// <param name="resource">Its id.</param>
    /// <param name="who">Who it is.</param>
    /// <param name="light">What does it.</param>
    /// <param name="time">Says what is due.</param>
    public LightResource(Identifier resource, OfferedIdentity who, SimulatedLight light, TimeProvider time)
        : base(resource, who, time)
    {
        _light = light;
        _description = Described();
    }

    /// <inheritdoc/>
    public override ControlType Control => ControlType.OperationModeBasedControl;

    private protected override RoleType Role => RoleType.EnergyConsumer;

    private protected override bool HasCosts => true;

    private protected override double? Watts => _light.Watts;

    private protected override Task<Begun> BeginAsync(S2Connection manager, S2Instruction instruction, CancellationToken stop)
    {
        var order = (OmbcInstruction)instruction;
        if (manager.Resource.ProblemWith(Identifier.Unknown, order.OperationModeId, Now, order.AbnormalCondition) is { } problem)
        {
            return Task.FromResult(new Begun(Lamp, problem));
        }

        _mode = AdjustableMapping.ToEfi(order, _description, _description.Header).RunningModeId;
        _light.Dim(_mode == Dimmed);
        return Task.FromResult(new Begun(Lamp));
    }

    private protected override Task EndAsync(Identifier slot, CancellationToken stop) => FreeAsync(stop);

    private protected override Task<IReadOnlyCollection<Identifier>> FinishAsync(S2Connection? manager, CancellationToken stop) => Task.FromResult<IReadOnlyCollection<Identifier>>([]);

    private protected override bool Describe(S2Connection manager, bool isNew)
    {
        if (!isNew && _light.From == _toldFrom)
        {
            return false;
        }

        _toldFrom = _light.From;
        var description = Described();
        if (isNew || description.Modes != _description.Modes)
        {
            _description = description;
            Tell(manager, id => AdjustableMapping.ToS2(description, id, CommodityQuantity.ElectricPower3PhaseSymmetric));
        }

        return true;
    }

    private protected override void SayState(S2Connection manager) => Tell(manager, id => new OmbcStatus(id, Identifier.Named($"mode-{_mode}"), 0));

    private protected override Task<string?> FreeAsync(CancellationToken stop)
    {
        _mode = Lit;
        _light.Dim(false);
        return Task.FromResult<string?>(null);
    }

    private AdjustableSystemDescription Described()
    {
        var (lit, dimmed) = _light.Range;
        var header = new EfiHeader(Resource, Now);
        return new AdjustableSystemDescription(
            header,
            Lamp,
            header.Timestamp,
            [
                new AdjustableRunningMode(Lit, "lit", new AdjustableModeData(new CommodityRates(ElectricalPower: lit), 0)),
                new AdjustableRunningMode(
                    Dimmed, "dimmed", new AdjustableModeData(new CommodityRates(ElectricalPower: dimmed), (lit - dimmed) / 1_000 * _light.Light.Worth.MicroEurPerKWh / MicroEurPerEur / 3_600)),
            ],
            [],
            [new RunningModeTransition(Lit, Dimmed), new RunningModeTransition(Dimmed, Lit)]);
    }
}

using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.Mapping;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>
/// A storage that another energy manager can run over S2, under fill-rate-based control: a battery, a car, a tank, a building. Described in EFI's storage
/// category, told in S2's words, and charged and discharged as it is instructed.
/// </summary>
/// <remarks>
/// Fill level in kWh. It stops by itself when it is full, or at its lowest level. Until it is told something it is its own master, and says what it does as a mode; and where
/// nothing is told it, it is charged again before it would not be ready in time.
/// </remarks>
public sealed class StorageResource : OfferedResource
{
    private const CommodityQuantity Electric = CommodityQuantity.ElectricPower3PhaseSymmetric;
    private const double Nearly = 1e-9;

    private static readonly Identifier Actuator = Identifier.Named("actuator-0");

    private readonly IStorageBehind _behind;
    private readonly bool _delivers;
    private StorageOffer _offer;
    private readonly StorageRegistration _registration;
    private StorageSystemDescription _description;
    private FrbcSystemDescription? _told;
    private (int Mode, RunningModeFactor Factor)? _mode;

    /// <param name="resource">Its id.</param>
    /// <param name="who">Who it is.</param>
    /// <param name="behind">What does it.</param>
    /// <param name="time">Says what is due.</param>
    /// <exception cref="ArgumentException">It does not say what it can do, or says what cannot be.</exception>
    public StorageResource(Identifier resource, OfferedIdentity who, IStorageBehind behind, TimeProvider time)
        : base(resource, who, time)
    {
        _behind = behind;
        _offer = behind.Offer ?? throw new ArgumentException($"{who.Name} does not say what it can do.", nameof(behind));
        _delivers = _offer.Out.Kilowatts > 0;
        var header = new EfiHeader(resource, Now);
        _registration = new StorageRegistration(
            header, TimeSpan.Zero, new DeviceDescription(DeviceClass.Miscellaneous), null, "energy", "kWh", [new StorageActuator(0, [EfiCommodity.Electricity], who.Type)]);
        _description = _offer.Describe(header, Actuator);
    }

    /// <inheritdoc/>
    public override ControlType Control => ControlType.FillRateBasedControl;

    /// <inheritdoc/>
    public override bool IsThere => _behind.IsThere;

    private protected override RoleType Role => _delivers ? RoleType.EnergyStorage : RoleType.EnergyConsumer;

    private protected override double? Watts => _behind.Watts;

    private protected override async Task<Begun> BeginAsync(S2Connection manager, S2Instruction instruction, CancellationToken stop)
    {
        var order = (FrbcInstruction)instruction;
        if (manager.Resource.ProblemWith(order.ActuatorId, order.OperationMode, Now, order.AbnormalCondition) is { } problem)
        {
            return new Begun(Actuator, problem);
        }

        var mode = StorageMapping.ToEfi(order, _description, _registration.Header).Actuators[0];
        _mode = (mode.RunningModeId, mode.Factor ?? default);
        if (await RunAsync(stop).ConfigureAwait(false) is not { } refusal)
        {
            return new Begun(Actuator);
        }

        // The storage does not take it: it stays its own master, and the manager hears so.
        await FreeAsync(stop).ConfigureAwait(false);
        return new Begun(Actuator, refusal, IsFree: true);
    }

    private protected override async Task EndAsync(Identifier slot, CancellationToken stop) => await FreeAsync(stop).ConfigureAwait(false);

    private protected override async Task<IReadOnlyCollection<Identifier>> FinishAsync(S2Connection? manager, CancellationToken stop)
    {
        var isAtEnd = _behind.FillLevel is { } fill && _mode is { Mode: var mode } && mode switch
        {
            StorageOffer.Charge => fill >= _offer.Highest - Nearly,
            StorageOffer.Deliver => fill <= _offer.Lowest + Nearly,
            _ => false,
        };
        if (!isAtEnd)
        {
            if (_mode is { Mode: StorageOffer.Idle } && !IsTold(Actuator) && _behind.FillLevel < _offer.LeastAt(Now))
            {
                await FreeAsync(stop).ConfigureAwait(false);
            }

            return [];
        }

        _mode = (StorageOffer.Idle, default);
        await RunAsync(stop).ConfigureAwait(false);
        return [Actuator];
    }

    private protected override Task RepeatAsync(CancellationToken stop) => _mode is null ? Task.CompletedTask : RunAsync(stop);

    private protected override bool Describe(S2Connection manager, bool isNew)
    {
        if (_behind.Offer is not { } offer || (!isNew && offer == _offer))
        {
            return false;
        }

        var isOtherTime = isNew || offer.From != _offer.From;
        _offer = offer;
        var header = new EfiHeader(Resource, Now);
        var description = offer.Describe(header, _description.UpdateId);
        var told = StorageMapping.ToS2(_registration, description, Actuator, Electric);
        told = told with
        {
            Storage = told.Storage with { ProvidesFillLevelTargetProfile = offer.Target.Count > 0, ProvidesUsageForecast = offer.Usage.Count > 0 },
        };
        if (isNew || _told is null || told with { ValidFrom = _told.ValidFrom } != _told)
        {
            (_told, _description) = (told, description);
            Tell(manager, id => told with { MessageId = id });
            if (description.Leakage.Count > 0)
            {
                Tell(manager, id => StorageMapping.LeakageToS2(description, id)!);
            }
        }

        if (isOtherTime && offer.Usage.Count > 0)
        {
            Tell(manager, id => StorageMapping.ToS2(new StorageUsageForecast(header, Actuator, offer.From, new Profile(offer.Usage)), id));
        }

        if (isOtherTime && offer.Target.Count > 0)
        {
            Tell(manager, id => StorageMapping.ToS2(new StorageFillLevelTargetProfile(header, Actuator, offer.From, offer.Target), id));
        }

        return true;
    }

    private protected override void SayState(S2Connection manager)
    {
        var (mode, factor) = _mode ?? OwnMode();
        Tell(manager, id => new FrbcActuatorStatus(id, Actuator, Identifier.Named($"mode-{mode}"), factor.Value));
        if (_behind.FillLevel is { } fill)
        {
            Tell(manager, id => new FrbcStorageStatus(id, fill));
        }
    }

    private protected override async Task<string?> FreeAsync(CancellationToken stop)
    {
        _mode = null;
        return await _behind.RunAsync(null, stop).ConfigureAwait(false);
    }

    // What it does as its own master, in the words of its modes.
    private (int Mode, RunningModeFactor Factor) OwnMode()
    {
        var most = (_behind.Watts > 0 ? _offer.In : _offer.Out).Kilowatts * 1_000;
        var mode = _behind.Watts > 0 ? StorageOffer.Charge : StorageOffer.Deliver;
        return _behind.Watts is { } watts and not 0 && most > 0 ? (mode, new RunningModeFactor(StorageOffer.FactorOf(mode, Math.Min(1, Math.Abs(watts) / most)))) : (StorageOffer.Idle, default);
    }

    private async Task<string?> RunAsync(CancellationToken stop)
    {
        var (mode, factor) = _mode ?? (StorageOffer.Idle, default);
        return await _behind.RunAsync(_description.Actuators[0][mode].Elements[0].RatesAt(factor).ElectricalPower!.Value, stop).ConfigureAwait(false);
    }
}

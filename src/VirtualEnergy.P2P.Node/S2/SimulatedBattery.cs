using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.Mapping;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using InstructionStatusUpdate = VirtualEnergy.P2P.Flexibility.S2.Messages.InstructionStatusUpdate;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>
/// A battery that another energy manager can run over S2: described in EFI's storage category, told in S2's words, and charged and discharged
/// as it is instructed.
/// </summary>
/// <remarks>Fill level in kWh. What goes in and out loses the same share each way. It stops by itself when it is full or empty.</remarks>
public sealed class SimulatedBattery
{
    private const int Idle = 0;
    private const int Charge = 1;
    private const int Discharge = 2;

    private static readonly Identifier Inverter = new("actuator-0");

    private readonly StorageRegistration _registration;
    private readonly StorageSystemDescription _description;
    private readonly TimeProvider _time;
    private readonly double _capacity;
    private readonly Lock _gate = new();
    private Identifier? _running;
    private (int Mode, RunningModeFactor Factor) _mode = (Idle, default);
    private double _fill;
    private DateTimeOffset _at;

    /// <param name="kilowattHours">Capacity, kWh.</param>
    /// <param name="kilowatts">Highest power each way, kW.</param>
    /// <param name="efficiency">The share that arrives, each way; above 0, at most 1.</param>
    public SimulatedBattery(Identifier resource, double kilowattHours, double kilowatts, double efficiency, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(kilowattHours);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(kilowatts);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(efficiency);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(efficiency, 1);
        _time = time;
        _at = time.GetUtcNow();
        _capacity = kilowattHours;
        _fill = kilowattHours / 2;
        var header = new EfiHeader(resource, _at);
        StorageRunningMode Mode(int id, string label, double rate, double watts) => new(id, label, [new StorageModeElement(
            new FillLevelRange(0, kilowattHours),
            new StorageModeData(0, new CommodityRates(ElectricalPower: 0)),
            id == Idle ? null : new StorageModeData(rate, new CommodityRates(ElectricalPower: watts)))]);
        _registration = new StorageRegistration(
            header, TimeSpan.Zero, new DeviceDescription(DeviceClass.StationaryBattery), null, "energy", "kWh", [new StorageActuator(0, [EfiCommodity.Electricity], "inverter")]);
        _description = new StorageSystemDescription(header, new Identifier("battery"), _at, [new ActuatorBehaviour(
            0,
            [
                Mode(Idle, "idle", 0, 0),
                Mode(Charge, "charge", kilowatts * efficiency / 3600, kilowatts * 1000),
                Mode(Discharge, "discharge", -kilowatts / efficiency / 3600, -kilowatts * 1000),
            ],
            [],
            [
                new RunningModeTransition(Idle, Charge), new RunningModeTransition(Charge, Idle),
                new RunningModeTransition(Idle, Discharge), new RunningModeTransition(Discharge, Idle),
                new RunningModeTransition(Charge, Discharge), new RunningModeTransition(Discharge, Charge),
            ])]);
    }

    /// <summary>kWh in it.</summary>
    public double FillLevel
    {
        get
        {
            lock (_gate)
            {
                Advance();
                return _fill;
            }
        }
    }

    public ResourceManagerDetails Details(Identifier messageId) => new(
        messageId,
        _registration.Header.ResourceId,
        [new Role(RoleType.EnergyStorage, Commodity.Electricity)],
        new S2Duration(0),
        [ControlType.FillRateBasedControl],
        false,
        [CommodityQuantity.ElectricPower3PhaseSymmetric],
        "Battery",
        "VirtualEnergy P2P",
        "simulated battery");

    /// <summary>Answers its manager: describes itself when it is selected, and carries out what it is told.</summary>
    public void Hear(S2Connection manager, S2Event news)
    {
        switch (news)
        {
            case S2Taken { Message: SelectControlType { ControlType: ControlType.FillRateBasedControl } }:
                manager.Send(id => StorageMapping.ToS2(_registration, _description, id, CommodityQuantity.ElectricPower3PhaseSymmetric));
                Tell(manager);
                break;
            case S2Taken { Message: FrbcInstruction instruction }:
                Carry(manager, StorageMapping.ToEfi(instruction, _description, _registration.Header));
                break;
            case S2Taken { Message: RevokeObject { ObjectType: RevokableObject.FrbcInstruction } revoke }:
                Revoke(manager, revoke.ObjectId);
                break;
        }
    }

    /// <summary>Tells its manager how it is.</summary>
    public void Tell(S2Connection manager)
    {
        var (mode, fill, watts, full) = Now();
        manager.Send(id => new FrbcActuatorStatus(id, Inverter, new Identifier($"mode-{mode.Mode}"), mode.Factor.Value));
        manager.Send(id => new FrbcStorageStatus(id, fill));
        manager.Send(id => new PowerMeasurement(id, _time.GetUtcNow(), [new PowerValue(CommodityQuantity.ElectricPower3PhaseSymmetric, watts)]));
        if (full is { } ended)
        {
            manager.Send(id => new InstructionStatusUpdate(id, ended, InstructionStatus.Succeeded, _time.GetUtcNow()));
        }
    }

    private void Carry(S2Connection manager, StorageInstruction instruction)
    {
        var order = instruction.Actuators[0];
        Identifier? before;
        lock (_gate)
        {
            Advance();
            before = _running;
            _running = instruction.InstructionId;
            _mode = (order.RunningModeId, order.Factor ?? default);
        }

        if (before is { } ended)
        {
            manager.Send(id => new InstructionStatusUpdate(id, ended, InstructionStatus.Succeeded, _time.GetUtcNow()));
        }

        foreach (var status in new[] { InstructionStatus.Accepted, InstructionStatus.Started })
        {
            manager.Send(id => new InstructionStatusUpdate(id, instruction.InstructionId, status, _time.GetUtcNow()));
        }

        Tell(manager);
    }

    private void Revoke(S2Connection manager, Identifier instruction)
    {
        lock (_gate)
        {
            Advance();
            if (_running != instruction)
            {
                return;
            }

            (_running, _mode) = (null, (Idle, default));
        }

        Tell(manager);
    }

    private ((int Mode, RunningModeFactor Factor) Mode, double Fill, double Watts, Identifier? Ended) Now()
    {
        lock (_gate)
        {
            Advance();
            Identifier? ended = null;
            if ((_mode.Mode == Charge && _fill >= _capacity) || (_mode.Mode == Discharge && _fill <= 0))
            {
                (ended, _running, _mode) = (_running, null, (Idle, default));
            }

            return (_mode, _fill, Element.RatesAt(_mode.Factor).ElectricalPower!.Value, ended);
        }
    }

    private StorageModeElement Element => _description.Actuators[0][_mode.Mode].Elements[0];

    private void Advance()
    {
        var now = _time.GetUtcNow();
        _fill = Math.Clamp(_fill + Element.FillingRateAt(_mode.Factor) * (now - _at).TotalSeconds, 0, _capacity);
        _at = now;
    }
}

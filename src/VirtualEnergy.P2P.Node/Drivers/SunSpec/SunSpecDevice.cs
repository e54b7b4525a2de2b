using VirtualEnergy.P2P.Node.Drivers.Modbus;

namespace VirtualEnergy.P2P.Node.Drivers.SunSpec;

/// <summary>All that a device says of itself at one instant; what it does not have is null.</summary>
public sealed record SunSpecSnapshot(
    CommonModel Common, InverterModel? Inverter, NameplateModel? Nameplate, ControlsModel? Controls, StorageModel? Storage, MeterModel? Meter);

/// <summary>One SunSpec device over Modbus: found, read, told. Every number is checked before anybody acts on it.</summary>
/// <param name="client">The line to it.</param>
public sealed class SunSpecDevice(ModbusTcpClient client)
{
    // StorCtl_Mod: bit 0 bounds charging, bit 1 discharging.
    private const ushort BoundBoth = 3;

    private SunSpecMap? _map;
    private CommonModel? _common;

    /// <summary>The models that it has; null until it was read for the first time.</summary>
    public SunSpecMap? Map => _map;

    /// <summary>Reads everything that this program understands.</summary>
    /// <exception cref="ModbusException">It cannot be reached.</exception>
    /// <exception cref="SunSpecException">It says what cannot be.</exception>
    public async Task<SunSpecSnapshot> ReadAsync(CancellationToken cancellation)
    {
        if (_map is null)
        {
            var map = await SunSpecMap.DiscoverAsync((first, count) => client.ReadHoldingAsync(first, count, cancellation)).ConfigureAwait(false);
            _common = CommonModel.Read(await BlockAsync(map, id => id == CommonModel.Id, CommonModel.LeastLength, cancellation).ConfigureAwait(false) ?? default);
            _map = map;
        }

        async Task<T?> Read<T>(Func<int, bool> id, int length, Func<int, RegisterBlock, T> read)
            where T : class =>
            _map.Find(id) is { } place && await BlockAsync(_map, id, length, cancellation).ConfigureAwait(false) is { } block ? read(place.Id, block) : null;

        // It says both what a battery holds and how full it is: asked for once.
        Task<RegisterBlock?>? newerStorage = null;
        Task<RegisterBlock?> NewerStorageAsync() => newerStorage ??= BlockAsync(_map, id => id == DerModels.Storage, DerModels.StorageLength, cancellation);

        async Task<NameplateModel?> NewerPlateAsync()
        {
            var plate = await Read(id => id == DerModels.Capacity, DerModels.CapacityLength, (_, block) => DerModels.ReadCapacity(block)).ConfigureAwait(false);
            var holds = await NewerStorageAsync().ConfigureAwait(false) is { } block ? DerModels.CapacityOf(block) : null;
            return holds is null ? plate : (plate ?? new NameplateModel(null, null, null, null)) with { StorageWattHours = holds };
        }

        return new SunSpecSnapshot(
            _common!,
            await Read(InverterModel.IsInteger, InverterModel.IntegerLength, InverterModel.Read).ConfigureAwait(false)
                ?? await Read(InverterModel.IsFloat, InverterModel.FloatLength, InverterModel.Read).ConfigureAwait(false)
                ?? await Read(id => id == DerModels.Measurement, DerModels.MeasurementLength, (_, block) => DerModels.ReadMeasurement(block)).ConfigureAwait(false),
            await Read(id => id == NameplateModel.Id, NameplateModel.LeastLength, (_, block) => NameplateModel.Read(block)).ConfigureAwait(false) ?? await NewerPlateAsync().ConfigureAwait(false),
            await Read(id => id == ControlsModel.Id, ControlsModel.LeastLength, (_, block) => ControlsModel.Read(block)).ConfigureAwait(false),
            await Read(id => id == StorageModel.Id, StorageModel.LeastLength, (_, block) => StorageModel.Read(block)).ConfigureAwait(false)
                ?? (await NewerStorageAsync().ConfigureAwait(false) is { } fill ? DerModels.ReadStorage(fill) : null),
            await Read(MeterModel.Is, MeterModel.LeastLength, (_, block) => MeterModel.Read(block)).ConfigureAwait(false));
    }

    /// <summary>Forgets what was found: after a firmware update the models may stand elsewhere.</summary>
    public void Forget() => _map = null;

    /// <summary>Limits what the inverter gives, for a time; after it the device goes back by itself, so that a node that dies harms nobody's harvest.</summary>
    /// <param name="controls">As read last.</param>
    /// <param name="percent">Of its highest output, 0 to 100; null lifts the limit.</param>
    /// <param name="revertAfter">Seconds.</param>
    public async Task LimitAsync(ControlsModel controls, decimal? percent, ushort revertAfter, CancellationToken cancellation)
    {
        var at = PlaceOf(ControlsModel.Id).Address;
        if (percent is { } limit)
        {
            await client.WriteAsync(at + ControlsModel.PercentOffset, unchecked((ushort)Register(limit, controls.ScaleExponent)), cancellation).ConfigureAwait(false);
            await client.WriteAsync(at + ControlsModel.RevertOffset, revertAfter, cancellation).ConfigureAwait(false);
        }

        await client.WriteAsync(at + ControlsModel.EnableOffset, (ushort)(percent is null ? 0 : 1), cancellation).ConfigureAwait(false);
    }

    /// <summary>Makes the battery charge or discharge at a power, for a time; then the device decides again by itself.</summary>
    /// <remarks>
    /// Charging is bounded from above by InWRte and from below by a negative OutWRte, and the other way round: the rates as a window, the way
    /// Fronius inverters take model 124.
    /// </remarks>
    /// <param name="storage">As read last.</param>
    /// <param name="watts">+ charge, − discharge, cut to what the device can; null lets it decide.</param>
    /// <param name="revertAfter">Seconds.</param>
    public async Task ChargeAsync(StorageModel storage, long? watts, ushort revertAfter, CancellationToken cancellation)
    {
        var at = PlaceOf(StorageModel.Id).Address;
        if (watts is { } power)
        {
            if (storage is not { MostChargeWatts: { } most, RateExponent: { } exponent })
            {
                throw new SunSpecException($"model {StorageModel.Id}: takes no charging rates");
            }

            var percent = Math.Clamp(power * 100m / most, -100, 100);
            ushort[] rates = [unchecked((ushort)Register(-percent, exponent)), unchecked((ushort)Register(percent, exponent))];
            await client.WriteAsync(at + StorageModel.DischargeRateOffset, rates, cancellation).ConfigureAwait(false);
            await client.WriteAsync(at + StorageModel.RevertOffset, revertAfter, cancellation).ConfigureAwait(false);
        }

        await client.WriteAsync(at + StorageModel.ControlOffset, watts is null ? (ushort)0 : BoundBoth, cancellation).ConfigureAwait(false);
    }

    private async Task<RegisterBlock?> BlockAsync(SunSpecMap map, Func<int, bool> id, int leastLength, CancellationToken cancellation)
    {
        if (map.Find(id) is not { } place)
        {
            return null;
        }

        return place.Length < leastLength
            ? throw new SunSpecException($"model {place.Id}: has {place.Length} registers, and {leastLength} belong to it")
            : new RegisterBlock(place.Id, await client.ReadHoldingAsync(place.Address, leastLength + 2, cancellation).ConfigureAwait(false));
    }

    private ModelPlace PlaceOf(int model) => _map?.Find(id => id == model) ?? throw new SunSpecException($"model {model}: the device does not have it");

    // Towards zero: never more than was ordered.
    private static short Register(decimal percent, int exponent)
    {
        for (; exponent < 0; exponent++)
        {
            percent *= 10;
        }

        return (short)Math.Clamp(decimal.Truncate(percent), short.MinValue + 1, short.MaxValue);
    }
}

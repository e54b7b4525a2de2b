using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Node.Drivers.Modbus;

namespace VirtualEnergy.P2P.Node.Drivers.SunSpec;

/// <summary>
/// A SunSpec device on the home's network: an inverter, with its battery and its meter where it has them, each a device of the home. Polled; an
/// inverter that sleeps at night or restarts is lost for a while and found again.
/// </summary>
public sealed class SunSpecDriver : IDeviceDriver
{
    private const int MostShown = 16;

    private readonly SunSpecDriverOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ModbusTcpClient _client;
    private readonly SunSpecDevice _device;
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private SunSpecSnapshot? _last;
    private string? _told;
    private volatile bool _hasLooked;

    public SunSpecDriver(SunSpecDriverOptions options, TimeProvider time, ILogger logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        _client = new ModbusTcpClient(options.Address, options.Timeout, time);
        _device = new SunSpecDevice(_client);
    }

    public string Name => _options.Name;

    public bool HasLooked => _hasLooked;

    public async Task RunAsync(DeviceBook book, CancellationToken cancellation)
    {
        while (true)
        {
            await PollAsync(book, cancellation).ConfigureAwait(false);
            _hasLooked = true;
            await Task.Delay(_options.Interval, _time, cancellation).ConfigureAwait(false);
        }
    }

    public async Task<string?> OrderAsync(HomeDevice device, DeviceOrder order, CancellationToken cancellation)
    {
        var seconds = (ushort)Math.Clamp((order.Until - _time.GetUtcNow()).TotalSeconds, 1, ushort.MaxValue);
        await _oneAtATime.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            switch (order, _last)
            {
                case (LimitOrder limit, { Controls: { } controls }) when device.Id == Id("inverter"):
                    if (limit.MostWatts is { } most && device.RatedWatts is not > 0)
                    {
                        return $"{device.Id} does not say what it is built for, so that {most} W are no share of anything";
                    }

                    await _device.LimitAsync(controls, limit.MostWatts is { } watts ? Math.Clamp(watts * 100m / device.RatedWatts!.Value, 0, 100) : null, seconds, cancellation).ConfigureAwait(false);
                    return null;
                case (ChargeOrder charge, { Storage: { } storage }) when device.Id == Id("battery"):
                    await _device.ChargeAsync(storage, charge.Watts, seconds, cancellation).ConfigureAwait(false);
                    return null;
                default:
                    return $"{device.Id} takes no such order";
            }
        }
        catch (Exception failure) when (failure is ModbusException or SunSpecException)
        {
            return failure.Message;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync().ConfigureAwait(false);
        _oneAtATime.Dispose();
    }

    private async Task PollAsync(DeviceBook book, CancellationToken cancellation)
    {
        await _oneAtATime.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            _last = await _device.ReadAsync(cancellation).ConfigureAwait(false);
            Enter(book, _last);
            TellOnce(_last is { Inverter: null, Storage: null, Meter: null }
                ? $"{_last.Common.Manufacturer} {_last.Common.Model} has models {string.Join(", ", _device.Map!.Models.Select(place => place.Id).Take(MostShown))}, and none that this node reads (101 to 103, 111 to 113, 124, 201 to 204, 701, 713)" : null);
        }
        catch (Exception failure) when (failure is ModbusException or SunSpecException)
        {
            if (failure is SunSpecException)
            {
                _device.Forget();
            }

            foreach (var part in (string[])["inverter", "battery", "meter"])
            {
                book.Lose(Id(part), failure.Message);
            }

            if (_last is null)
            {
                TellOnce($"{failure.Message}. Tried again every {_options.Interval.TotalSeconds} s");
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    // Null forgets what was told, so that it is told again when it comes again.
    private void TellOnce(string? problem)
    {
        if (problem is not null && problem != _told)
        {
            _logger.LogWarning("{Driver}: {Problem}.", Name, problem);
        }

        _told = problem;
    }

    private void Enter(DeviceBook book, SunSpecSnapshot read)
    {
        var (now, model) = (_time.GetUtcNow(), $"{read.Common.Manufacturer} {read.Common.Model}");
        if (read.Inverter is { } inverter)
        {
            book.Appear(new HomeDevice(
                Id("inverter"), _options.DisplayName, Name, DeviceKind.Inverter, model,
                DeviceAbilities.Measures | (read.Controls is null ? DeviceAbilities.None : DeviceAbilities.LimitsProduction))
            {
                RatedWatts = (long?)read.Nameplate?.RatedWatts,
                Role = _options.InverterRole,
            });

            // SunSpec counts what an inverter gives as positive; here that is production, and negative.
            book.Read(Id("inverter"), new DeviceReading(now, inverter.Produced is { } watts ? -(long)decimal.Round(watts) : null, ExportedWattHours: inverter.ProducedWattHours));
        }

        if (read.Storage is { } storage)
        {
            book.Appear(new HomeDevice(
                Id("battery"), $"{_options.DisplayName} battery", Name, DeviceKind.Battery, model,
                storage.RateExponent is null || storage.MostChargeWatts is null ? DeviceAbilities.None : DeviceAbilities.Charges)
            {
                CapacityWattHours = (long?)read.Nameplate?.StorageWattHours,
                ChargeWatts = (long?)(read.Nameplate?.ChargeWatts ?? storage.MostChargeWatts),
                DischargeWatts = (long?)(read.Nameplate?.DischargeWatts ?? storage.MostChargeWatts),
                ReservePermille = (int)((storage.ReservePercent ?? 0) * 10),
                Role = _options.BatteryRole,
            });
            book.Read(Id("battery"), new DeviceReading(now, null, FillPermille: storage.FillPercent is { } fill ? (int)decimal.Round(fill * 10) : null));
        }

        if (read.Meter is { } meter)
        {
            book.Appear(new HomeDevice(Id("meter"), $"{_options.DisplayName} meter", Name, _options.MeterKind, model, DeviceAbilities.Measures));
            book.Read(Id("meter"), new DeviceReading(now, meter.Watts is { } net ? (long)decimal.Round(net) * (_options.InvertMeter ? -1 : 1) : null,
                _options.InvertMeter ? meter.ExportedWattHours : meter.ImportedWattHours, _options.InvertMeter ? meter.ImportedWattHours : meter.ExportedWattHours));
        }
    }

    private string Id(string part) => $"{Name}/{part}";
}

/// <summary>One SunSpec device, as the home's configuration names it.</summary>
/// <param name="Name">Unique among the home's drivers.</param>
/// <param name="Address">Where it is.</param>
public sealed record SunSpecDriverOptions(string Name, ModbusAddress Address)
{
    public string DisplayName { get; init; } = Name;

    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The name under which the home plans the inverter.</summary>
    public string InverterRole { get; init; } = "photovoltaics";

    /// <summary>The name under which the home plans the battery.</summary>
    public string BatteryRole { get; init; } = "battery";

    public DeviceKind MeterKind { get; init; } = DeviceKind.Meter;

    /// <summary>For a meter that was mounted the other way round.</summary>
    public bool InvertMeter { get; init; }
}

using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Node.Drivers;

namespace VirtualEnergy.P2P.Tests.Node.Drivers;

/// <summary>A house whose plugs do at once what they are told, and a meter that counts them; no wire leads out of it.</summary>
internal sealed class HouseOfPlugs : IDeviceDriver
{
    private readonly Dictionary<string, (long Watts, bool IsOn)> _plugs = [];

    public HouseOfPlugs()
    {
        Time = new CountedTime(new DateTimeOffset(2026, 11, 29, 12, 0, 0, TimeSpan.Zero));
        Book = new DeviceBook(Time, NullLogger.Instance);
        Drivers = new HomeDrivers([this], Book, Time, NullLogger.Instance);
        Book.Appear(new HomeDevice("house/meter", "Meter", Name, DeviceKind.Meter, "", DeviceAbilities.Measures));
    }

    public string Name => "house";

    public CountedTime Time { get; }

    public DeviceBook Book { get; }

    public HomeDrivers Drivers { get; }

    /// <summary>What nobody controls, W.</summary>
    public long Others { get; set; }

    public List<(string Device, DeviceOrder Order)> Orders { get; } = [];

    /// <summary>When set, every order is refused with this.</summary>
    public string? Refusal { get; set; }

    public void Plug(string name, long watts, bool isOn)
    {
        _plugs[name] = (watts, isOn);
        Book.Appear(new HomeDevice($"house/{name}", name, Name, DeviceKind.Plug, "", DeviceAbilities.Measures | DeviceAbilities.Switches) { Role = name });
        Report();
    }

    /// <summary>Somebody's hand on the switch.</summary>
    public void Switch(string name, bool isOn)
    {
        _plugs[name] = (_plugs[name].Watts, isOn);
        Report();
    }

    public bool IsOn(string name) => _plugs[name].IsOn;

    /// <summary>What the meter reads.</summary>
    public long Total => Others + _plugs.Values.Where(plug => plug.IsOn).Sum(plug => plug.Watts);

    public void Report()
    {
        foreach (var (name, plug) in _plugs)
        {
            Book.Read($"house/{name}", new DeviceReading(Time.GetUtcNow(), plug.IsOn ? plug.Watts : 0, IsOn: plug.IsOn));
        }

        Book.Read("house/meter", new DeviceReading(Time.GetUtcNow(), Total));
    }

    public Task RunAsync(DeviceBook book, CancellationToken cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, cancellation);

    public Task<string?> OrderAsync(HomeDevice device, DeviceOrder order, CancellationToken cancellation)
    {
        Orders.Add((device.Id, order));
        if (Refusal is null && order is SwitchOrder { On: var on })
        {
            Switch(device.Name, on);
        }

        return Task.FromResult(Refusal);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

using VirtualEnergy.P2P.Node.Drivers;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>
/// Puts the devices that speak S2 into the home's book, so that what guards the contract power can hold them back: off is held, whatever plan and member say, on is theirs again.
/// </summary>
/// <param name="house">The devices' manager.</param>
/// <param name="obey">Tells devices anew what holds for them now, by name.</param>
/// <param name="time">For the pauses between two looks.</param>
public sealed class S2Driver(S2House house, Action<IReadOnlySet<string>> obey, TimeProvider time) : IDeviceDriver
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly HashSet<string> _there = new(StringComparer.Ordinal);

    public string Name => "s2";

    public async Task RunAsync(DeviceBook book, CancellationToken cancellation)
    {
        while (true)
        {
            Look(book);
            await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
        }
    }

    public Task<string?> OrderAsync(HomeDevice device, DeviceOrder order, CancellationToken cancellation)
    {
        if (order is not SwitchOrder { On: var isOn })
        {
            return Task.FromResult<string?>("it is told over S2, by the plan");
        }

        if (house.Hold(device.Id, !isOn))
        {
            obey(new HashSet<string>(StringComparer.Ordinal) { device.Id });
        }

        return Task.FromResult<string?>(null);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Look(DeviceBook book)
    {
        var shown = house.Shown.Where(device => device.IsThere).ToDictionary(device => $"{Name}/{device.Name}", StringComparer.Ordinal);
        foreach (var (id, device) in shown)
        {
            if (_there.Add(id))
            {
                book.Appear(new HomeDevice(id, device.Name, Name, DeviceKind.Resource, device.Model, DeviceAbilities.Measures | DeviceAbilities.Switches));
            }

            book.Read(id, new DeviceReading(time.GetUtcNow(), Whole(device.Watts), FillPermille: device.FillPermille, IsOn: !house.Held.Contains(id)));
        }

        foreach (var gone in _there.Where(id => !shown.ContainsKey(id)).ToList())
        {
            _there.Remove(gone);
            book.Lose(gone, "is not connected");
        }
    }

    private static long? Whole(double? watts) => watts is { } said ? (long)Math.Clamp(Math.Round(said), -1e15, 1e15) : null;
}

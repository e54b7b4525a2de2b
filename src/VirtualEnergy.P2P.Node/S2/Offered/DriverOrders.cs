using VirtualEnergy.P2P.Node.Drivers;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>Orders to real devices of the home that are offered over S2.</summary>
public static class DriverOrders
{
    /// <summary>How long an order holds that is not given again.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(3);

    /// <summary>The device as it stands now; null while it is not there.</summary>
    internal static DeviceState? Now(this HomeDrivers drivers, string id) => drivers.Book.Find(id) is { IsThere: true } state ? state : null;

    /// <summary>Gives an order.</summary>
    /// <returns>Null when the device has taken it; else why not, in one line.</returns>
    internal static async ValueTask<string?> TellAsync(this HomeDrivers drivers, string id, DeviceOrder order, CancellationToken stop) => drivers.Now(id) is { Device: var device }
        ? await drivers.OrderAsync(device, order, stop).ConfigureAwait(false)
        : $"{id} is not there";
}

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>Turns one kind of real device into entries of the home's book, and the home's orders into what the device understands.</summary>
public interface IDeviceDriver : IAsyncDisposable
{
    /// <summary>The first part of its devices' ids.</summary>
    string Name { get; }

    /// <summary>Finds devices and keeps their readings in the book until cancelled. What it throws otherwise is told, and it is run again.</summary>
    Task RunAsync(DeviceBook book, CancellationToken cancellation);

    /// <summary>
    /// Whether every device that it asks has answered or failed once. Never so for one that listens: what announces itself does so at any time. Any thread may ask.
    /// </summary>
    bool HasLooked => false;

    /// <summary>Gives an order to one of its devices.</summary>
    /// <returns>Null when the device has taken it; else why not, in one line.</returns>
    Task<string?> OrderAsync(HomeDevice device, DeviceOrder order, CancellationToken cancellation);
}

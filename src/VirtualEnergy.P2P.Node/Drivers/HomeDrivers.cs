using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>The drivers of a home, each on its own: one that fails is told and started again, and the others do not notice.</summary>
/// <param name="drivers">With names of their own.</param>
/// <param name="book">What they find.</param>
/// <param name="time">For the pauses before another attempt.</param>
/// <param name="logger">Told of failures, of each kind once.</param>
public sealed class HomeDrivers(ImmutableArray<IDeviceDriver> drivers, DeviceBook book, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly OnceLog _once = new(logger);
    private Task _running = Task.CompletedTask;

    public DeviceBook Book => book;

    /// <summary>Whether nothing more is to be waited for: every driver asks its devices, and all have answered or failed.</summary>
    public bool HasLooked => drivers.All(driver => driver.HasLooked);

    public void Start() => _running = Task.WhenAll(drivers.Select((driver, number) => Task.Run(() => StayAsync(driver, number))));

    /// <summary>Gives an order to a device, by its driver.</summary>
    /// <returns>Null when the device has taken it; else why not, in one line.</returns>
    public async Task<string?> OrderAsync(HomeDevice device, DeviceOrder order, CancellationToken cancellation)
    {
        if (drivers.FirstOrDefault(driver => driver.Name == device.Driver) is not { } speaks)
        {
            return $"{device.Id} has no driver";
        }

        try
        {
            return await speaks.OrderAsync(device, order, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            return $"{device.Id}: {failure.Message}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        foreach (var driver in drivers)
        {
            await driver.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task StayAsync(IDeviceDriver driver, int seed)
    {
        var pause = new BackOff(FirstPause, LongestPause, seed);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await driver.RunAsync(book, _stopping.Token).ConfigureAwait(false);
            }
            catch (Exception) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Whatever it was, it was this driver's: the home keeps its lights on.
                _once.Warn(driver.Name, $"stopped and is started again: {failure.Message}");
            }

            await Task.Delay(pause.Next(), time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

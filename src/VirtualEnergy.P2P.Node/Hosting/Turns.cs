using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>One handler of a node runs at a time, whoever calls; the others wait for their turn.</summary>
/// <param name="stopping">The node stops: what is on its way then is dropped.</param>
internal sealed class Turns(CancellationToken stopping) : IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <summary>A handler that waits for its turn.</summary>
    public Func<MqttMessage, CancellationToken, Task> Of(Func<MqttMessage, CancellationToken, Task> handler) => async (message, cancellation) =>
    {
        try
        {
            await RunAsync(() => handler(message, cancellation), cancellation).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is ObjectDisposedException or OperationCanceledException && stopping.IsCancellationRequested)
        {
            // The node stops, and its link is closed under a message that was on its way.
        }
    };

    public async Task RunAsync(Func<Task> work, CancellationToken cancellation)
    {
        await _oneAtATime.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>To be called when no message comes any more; what still waits for its turn does not get it.</summary>
    public void Dispose() => _oneAtATime.Dispose();
}

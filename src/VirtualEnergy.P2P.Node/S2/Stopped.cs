namespace VirtualEnergy.P2P.Node.S2;

/// <summary>For what runs until it is stopped.</summary>
internal static class Stopped
{
    /// <summary>Returns when it is stopped; being stopped is no fault.</summary>
    public static async Task WaitAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource();
        await using var registration = stop.Register(stopped.SetResult).ConfigureAwait(false);
        await stopped.Task.ConfigureAwait(false);
    }
}

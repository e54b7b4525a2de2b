namespace VirtualEnergy.P2P.Messaging;

/// <summary>A token that is cancelled when a span of the link's own time is over, or with any of the others.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _linked;

    public Deadline(TimeSpan span, TimeProvider time, CancellationToken caller, CancellationToken stopping)
    {
        _timer = new CancellationTokenSource(span, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller, stopping);
    }

    public CancellationToken Token => _linked.Token;

    public void Dispose()
    {
        _linked.Dispose();
        _timer.Dispose();
    }
}

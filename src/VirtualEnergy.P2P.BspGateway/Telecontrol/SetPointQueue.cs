namespace VirtualEnergy.P2P.BspGateway.Telecontrol;

/// <summary>
/// Sends each home its latest set-point: never two at a time to one home, so many at a time in all, and never an old one after a newer.
/// What could not be sent, or was not confirmed, is sent when it is asked for again.
/// </summary>
/// <param name="homes">Of how many homes; they are numbered from 0 here.</param>
/// <param name="most">Requests under way at once.</param>
/// <param name="send">Sends one; true when it was confirmed.</param>
/// <param name="confirmed">What was confirmed of which home.</param>
/// <param name="emptied">Nothing is under way any more.</param>
internal sealed class SetPointQueue(int homes, int most, Func<int, long, Task<bool>> send, Action<int, long> confirmed, Action emptied)
{
    private readonly Lock _lock = new();
    private readonly long?[] _wanted = new long?[homes];
    private readonly long?[] _confirmed = new long?[homes];
    private readonly bool[] _isQueued = new bool[homes];
    private readonly Queue<int> _queue = new();
    private int _running;

    /// <summary>Homes whose last set-point is not confirmed.</summary>
    public int Open
    {
        get
        {
            lock (_lock)
            {
                var open = 0;
                for (var home = 0; home < homes; home++)
                {
                    open += _wanted[home] != _confirmed[home] ? 1 : 0;
                }

                return open;
            }
        }
    }

    /// <summary>Nothing is under way.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _running == 0;
            }
        }
    }

    /// <summary>The regulation that a home is to give, against its program, W; nothing is sent when it has confirmed that already.</summary>
    public void Ask(int home, long watts)
    {
        var starts = 0;
        lock (_lock)
        {
            _wanted[home] = watts;
            // What a home was told before this link came up is not known: it is told everything once, 0 as well.
            if (_confirmed[home] != watts && !_isQueued[home])
            {
                _isQueued[home] = true;
                _queue.Enqueue(home);
                if (_running < most)
                {
                    _running++;
                    starts = 1;
                }
            }
        }

        if (starts == 1)
        {
            _ = RunAsync();
        }
    }

    /// <summary>A link that was away: what was confirmed may be forgotten at the other end, so all of it is to be sent anew.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            Array.Fill(_confirmed, null);
        }
    }

    private async Task RunAsync()
    {
        while (TryTake(out var home, out var watts))
        {
            var isConfirmed = await send(home, watts);
            lock (_lock)
            {
                _isQueued[home] = false;
                if (isConfirmed)
                {
                    _confirmed[home] = watts;
                }

                // Changed while it was under way: sent again at once.
                if (_wanted[home] is { } latest && latest != watts)
                {
                    _isQueued[home] = true;
                    _queue.Enqueue(home);
                }
            }

            if (isConfirmed)
            {
                confirmed(home, watts);
            }
        }

        if (IsEmpty)
        {
            emptied();
        }
    }

    private bool TryTake(out int home, out long watts)
    {
        lock (_lock)
        {
            if (_queue.TryDequeue(out home))
            {
                watts = _wanted[home]!.Value;
                return true;
            }

            watts = 0;
            _running--;
            return false;
        }
    }
}

using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>Devices that nobody can reach, as they listen nowhere, and that ask the manager again and again whether it wants to pair with them: long polling.</summary>
/// <remarks>
/// A request is held until there is something to do, at most twenty seconds. Anybody in the home may wait here, and nothing that is said here counts: pairing shows who it is.
/// Source: S2 Connect 1.0.0, long-polling.
/// </remarks>
internal sealed class WaitingRoom(TimeProvider time)
{
    /// <summary>More devices at once are noise.</summary>
    private const int Most = 64;

    private const int MostOfOneClient = 16;

    /// <summary>The specification has it answered within 25 s.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A device that has not asked for so long does not wait any more.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(40);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Waiting> _waiting = [];

    /// <summary>Told of a device that had no code when it was asked to pair.</summary>
    public Action<Guid> HadNoCode { get; set; } = _ => { };

    /// <summary>Who waits, as far as they have said who they are.</summary>
    public IReadOnlyList<NodeDescription> Devices
    {
        get
        {
            lock (_gate)
            {
                Forget();
                return [.. _waiting.Values.Select(waiting => waiting.Description).OfType<NodeDescription>().OrderBy(device => device.Id)];
            }
        }
    }

    /// <summary>Asks a device to do something, now or when it asks next.</summary>
    /// <returns>False when it does not wait.</returns>
    public bool Tell(Guid device, string action)
    {
        lock (_gate)
        {
            Forget();
            if (!_waiting.TryGetValue(device, out var waiting))
            {
                return false;
            }

            waiting.Action = action;
            waiting.Wake?.TrySetResult();
            return true;
        }
    }

    /// <summary>Answers a client that waits for what it is to do.</summary>
    public async Task<(int Status, object? Body)> WaitAsync(WaitForPairing[] devices, CancellationToken stop)
    {
        if (devices.Length is 0 or > MostOfOneClient || devices.Any(device => device is null) || devices.DistinctBy(device => device.ClientNodeId).Count() < devices.Length
            || devices.Any(device => device.ClientNodeDescription is { } told && (told.Id != device.ClientNodeId || told.Role != EnergyManagementRole.Rm)))
        {
            return (400, new ConnectError("ParsingError", $"1 to {MostOfOneClient} devices, each once, resource managers all of them"));
        }

        var wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!Enter(devices, wake))
        {
            return (503, null);
        }

        foreach (var device in devices.Where(device => device.ErrorMessage == WaitActions.NoValidToken))
        {
            HadNoCode(device.ClientNodeId);
        }

        try
        {
            var todo = Take(devices, wake, isLast: false);
            if (todo.Length == 0)
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
                await Task.WhenAny(wake.Task, Task.Delay(Patience, time, limit.Token)).ConfigureAwait(false);
                await limit.CancelAsync().ConfigureAwait(false);
                todo = stop.IsCancellationRequested ? [] : Take(devices, wake, isLast: true); // who is gone is told nothing
            }

            return todo.Length > 0 ? (200, todo) : (204, null);
        }
        finally
        {
            Leave(devices, wake);
        }
    }

    private bool Enter(WaitForPairing[] devices, TaskCompletionSource wake)
    {
        lock (_gate)
        {
            Forget();
            if (_waiting.Count + devices.Count(device => !_waiting.ContainsKey(device.ClientNodeId)) > Most)
            {
                return false;
            }

            foreach (var device in devices)
            {
                if (!_waiting.TryGetValue(device.ClientNodeId, out var waiting))
                {
                    _waiting[device.ClientNodeId] = waiting = new Waiting();
                }

                waiting.Wake?.TrySetResult(); // who asks again has given up the request before
                waiting.Wake = wake;
                waiting.Heard = time.GetUtcNow();
                waiting.Description = device.ClientNodeDescription ?? waiting.Description;
            }

            return true;
        }
    }

    // A device is asked once a request who it is, and not at once again: one that never says so must not be kept busy.
    private WaitInstruction[] Take(WaitForPairing[] devices, TaskCompletionSource wake, bool isLast)
    {
        lock (_gate)
        {
            var todo = new List<WaitInstruction>();
            foreach (var id in devices.Select(device => device.ClientNodeId))
            {
                if (!_waiting.TryGetValue(id, out var waiting) || waiting.Wake != wake)
                {
                    continue;
                }

                if (waiting.Action is { } action)
                {
                    todo.Add(new WaitInstruction(id, action));
                    waiting.Action = null;
                }
                else if (waiting.Description is null && (!waiting.IsAsked || isLast))
                {
                    todo.Add(new WaitInstruction(id, WaitActions.SendNodeDescription));
                    waiting.IsAsked = true;
                }
            }

            return [.. todo];
        }
    }

    private void Leave(WaitForPairing[] devices, TaskCompletionSource wake)
    {
        lock (_gate)
        {
            foreach (var waiting in devices.Select(device => _waiting.GetValueOrDefault(device.ClientNodeId)).OfType<Waiting>().Where(waiting => waiting.Wake == wake))
            {
                waiting.Wake = null;
                waiting.Heard = time.GetUtcNow();
            }
        }
    }

    private void Forget()
    {
        foreach (var (id, _) in _waiting.Where(pair => pair.Value.Wake is null && pair.Value.Heard + Remembered < time.GetUtcNow()).ToList())
        {
            _waiting.Remove(id);
        }
    }

    private sealed class Waiting
    {
        public NodeDescription? Description { get; set; }

        public DateTimeOffset Heard { get; set; }

        public bool IsAsked { get; set; }

        public string? Action { get; set; }

        public TaskCompletionSource? Wake { get; set; }
    }
}

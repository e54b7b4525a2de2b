using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Link;

namespace VirtualEnergy.P2P.Iec104.Stations;

/// <summary>What a controlled station sent, answers to requests included; the ASDU lives as long as the call.</summary>
public delegate void AsduHandler(in Asdu asdu);

/// <summary>How a controlling station behaves on a connection. Handlers are called under the connection's lock and must not block.</summary>
public sealed record ControllingConnectionOptions
{
    public LinkParameters Link { get; init; } = new();

    /// <summary>STARTDT is sent at once; without it the connection stands by until <see cref="ControllingConnection.StartAsync"/>.</summary>
    public bool StartsOnConnect { get; init; } = true;

    /// <summary>The longest from a request to its confirmation, and from there to its termination.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The originator's address in what is sent; 0 where it is not used.</summary>
    public byte Originator { get; init; }

    public AsduHandler? OnAsdu { get; init; }

    public Action<StationNotice>? OnNotice { get; init; }
}

/// <summary>A controlling station's end of a connection, without a socket.</summary>
/// <remarks>A request is answered by an ASDU of its type, address and object; of those only one at a time is under way.</remarks>
public sealed class ControllingConnection : StationConnection
{
    private const int MostWaiting = 1_024;

    private readonly ControllingConnectionOptions _options;
    private readonly string _peer;
    private readonly Queue<byte[]> _waiting = new();
    private readonly Dictionary<(AsduType Type, CommonAddress Address, ObjectAddress Object), Request> _requests = [];
    private TaskCompletionSource<bool>? _switching;

    public ControllingConnection(ControllingConnectionOptions options, TimeProvider time, string peer = "")
        : base(LinkRole.Controlling, (options ?? throw new ArgumentNullException(nameof(options))).Link, time ?? throw new ArgumentNullException(nameof(time)), new Lock())
    {
        _options = options;
        _peer = peer;
        if (options.StartsOnConnect)
        {
            Link.RequestStart();
        }
    }

    private protected override long OwnDeadline => _requests.Count == 0 ? long.MaxValue : _requests.Values.Min(request => request.Deadline);

    /// <summary>Asks for data transfer.</summary>
    /// <returns>False when the connection ends before it is confirmed, or is not stopped now.</returns>
    public Task<bool> StartAsync() => Switch(LinkState.Stopped, Link.RequestStart);

    /// <summary>Asks to stop data transfer: this connection then stands by.</summary>
    /// <returns>False when the connection ends before it is confirmed, or is not started now.</returns>
    public Task<bool> StopAsync() => Switch(LinkState.Started, Link.RequestStop);

    /// <summary>Asks for the present values: of all of the station, or of a group from 1 to 16.</summary>
    public Task<RequestResult> InterrogateAsync(CommonAddress address, int group = 0) => RequestAsync(address, InformationObject.Interrogation(group));

    /// <summary>Asks for counters: all, or of a group from 1 to 4.</summary>
    public Task<RequestResult> InterrogateCountersAsync(CommonAddress address, int group = 0, CounterFreeze freeze = CounterFreeze.Read) =>
        RequestAsync(address, InformationObject.CounterInterrogation(group, freeze));

    /// <summary>Sends this station's time, in UTC.</summary>
    public Task<RequestResult> SynchronizeClockAsync(CommonAddress address) =>
        RequestAsync(address, InformationObject.ClockSynchronization(Cp56Time2a.FromUtc(Time.GetUtcNow())), awaitsTermination: false);

    /// <summary>Selects first, and executes when that is confirmed.</summary>
    public async Task<RequestResult> SelectAndOperateAsync(CommonAddress address, InformationObject command, bool awaitsTermination = true)
    {
        var selected = await RequestAsync(address, command.AsSelect(), awaitsTermination: false);
        return selected.IsDone ? await RequestAsync(address, command, awaitsTermination: awaitsTermination) : selected;
    }

    /// <summary>Sends a command or system command and waits for its answers.</summary>
    /// <param name="cause">Activation, or deactivation, which is never terminated.</param>
    /// <param name="awaitsTermination">Stations may do without terminations of set-points, by agreement.</param>
    /// <exception cref="ArgumentException">To all stations at once, or an object or cause that asks for nothing.</exception>
    /// <exception cref="InvalidOperationException">The same object has a request under way.</exception>
    public Task<RequestResult> RequestAsync(CommonAddress address, InformationObject item, Cause cause = Cause.Activation, bool awaitsTermination = true)
    {
        if (item.Type.IsMonitored() || !item.Type.IsKnown() || item.Type == AsduType.EndOfInitialization || cause is not (Cause.Activation or Cause.Deactivation)
            || address == CommonAddress.Broadcast)
        {
            throw new ArgumentException($"Not a request to one station: {item}, {cause}, {address}.", nameof(item));
        }

        var request = new Request(awaitsTermination && cause == Cause.Activation && item.Type is not (AsduType.ClockSynchronization or AsduType.ResetProcess));
        Act(() =>
        {
            if (Link.State != LinkState.Started || _waiting.Count >= MostWaiting)
            {
                request.End(new RequestResult(RequestOutcome.NotConnected));
                return;
            }

            if (!_requests.TryAdd((item.Type, address, item.Address), request))
            {
                throw new InvalidOperationException($"A request for {item.Type} {item.Address} of station {address} is under way.");
            }

            request.Deadline = Time.GetTimestamp() + Ticks(_options.RequestTimeout);
            _waiting.Enqueue(AsduWriter.Single(item, new CauseOfTransmission(cause, Originator: _options.Originator), address));
        });
        return request.Result;
    }

    private protected override void OnEvent(LinkEvent happened, ReadOnlySpan<byte> asdu)
    {
        switch (happened)
        {
            case LinkEvent.Asdu when Asdu.TryRead(asdu, out var read, out _):
                OnAsdu(read);
                break;
            case LinkEvent.Asdu:
                OnUnreadable(asdu);
                break;
            case LinkEvent.Started or LinkEvent.Stopped:
                _switching?.TrySetResult(true);
                _switching = null;
                Say(new StationNotice(happened == LinkEvent.Started ? NoticeKind.Started : NoticeKind.Stopped, _peer, ""));
                break;
        }
    }

    private protected override void Pump()
    {
        while (Link.CanSend && _waiting.TryDequeue(out var asdu))
        {
            Link.TrySend(asdu);
        }
    }

    private protected override void OnTick()
    {
        var now = Time.GetTimestamp();
        foreach (var (key, request) in _requests)
        {
            if (request.Deadline <= now)
            {
                _requests.Remove(key);
                request.End(new RequestResult(RequestOutcome.TimedOut));
            }
        }
    }

    private protected override void OnClosed()
    {
        _switching?.TrySetResult(false);
        foreach (var request in _requests.Values)
        {
            request.End(new RequestResult(RequestOutcome.ConnectionLost));
        }

        _requests.Clear();
        Say(StationNotice.Closed(_peer, Link));
    }

    private void OnAsdu(in Asdu asdu)
    {
        if (!asdu.Type.IsMonitored())
        {
            var objects = asdu.GetEnumerator();
            objects.MoveNext();
            OnAnswer((asdu.Type, asdu.Address, objects.Current.Address), asdu.Cause);
        }

        _options.OnAsdu?.Invoke(asdu);
    }

    // A station may send back what it could not make sense of; the answer is in its header and the object's address.
    private void OnUnreadable(ReadOnlySpan<byte> octets)
    {
        Asdu.TryRead(octets, out _, out var fault);
        if (AsduHeader.TryRead(octets, out var header) && header.AddressNumber != 0 && octets.Length >= AsduHeader.Size + AsduHeader.ObjectAddressSize
            && header.Cause.IsNegative)
        {
            OnAnswer((header.Type, new CommonAddress(header.AddressNumber), ObjectAddress.Read(octets[AsduHeader.Size..])), header.Cause);
        }

        Say(StationNotice.Ignored(_peer, header.TypeNumber, fault));
    }

    private void OnAnswer((AsduType, CommonAddress, ObjectAddress) key, CauseOfTransmission cause)
    {
        if (!_requests.TryGetValue(key, out var request))
        {
            return;
        }

        var refused = cause.Cause is >= Cause.UnknownType and <= Cause.UnknownObjectAddress
            || cause is { IsNegative: true, Cause: Cause.ActivationConfirmation or Cause.DeactivationConfirmation };
        if (refused)
        {
            End(new RequestResult(RequestOutcome.Refused, cause.Cause));
        }
        else if (cause.Cause == Cause.ActivationTermination)
        {
            End(new RequestResult(cause.IsNegative ? RequestOutcome.Failed : RequestOutcome.Done));
        }
        else if (cause.Cause is Cause.ActivationConfirmation or Cause.DeactivationConfirmation)
        {
            if (request.AwaitsTermination)
            {
                request.Deadline = Time.GetTimestamp() + Ticks(_options.RequestTimeout);
            }
            else
            {
                End(new RequestResult(RequestOutcome.Done));
            }
        }

        void End(RequestResult result)
        {
            _requests.Remove(key);
            request.End(result);
        }
    }

    private Task<bool> Switch(LinkState from, Action ask)
    {
        var switched = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Act(() =>
        {
            if (Link.State != from)
            {
                switched.SetResult(false);
                return;
            }

            _switching = switched;
            ask();
        });
        return switched.Task;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * Time.TimestampFrequency);

    private void Say(in StationNotice notice) => _options.OnNotice?.Invoke(notice);

    private sealed class Request(bool awaitsTermination)
    {
        private readonly TaskCompletionSource<RequestResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool AwaitsTermination { get; } = awaitsTermination;

        public long Deadline { get; set; }

        public Task<RequestResult> Result => _result.Task;

        public void End(RequestResult result) => _result.TrySetResult(result);
    }
}

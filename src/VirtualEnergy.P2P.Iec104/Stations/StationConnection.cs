using VirtualEnergy.P2P.Iec104.Link;

namespace VirtualEnergy.P2P.Iec104.Stations;

/// <summary>One connection of a station, without a socket: what arrives goes in, what is to be written comes out.</summary>
/// <remarks>
/// Safe to call from any thread. Whoever owns the transport hands over what it reads, writes what <see cref="TakeOutput"/> gives, calls
/// <see cref="Tick"/> at <see cref="Deadline"/>, and ends the transport when <see cref="IsClosed"/>.
/// </remarks>
public abstract class StationConnection
{
    private readonly Lock _gate;
    private bool _ended;

    private protected StationConnection(LinkRole role, LinkParameters parameters, TimeProvider time, Lock gate)
    {
        _gate = gate;
        Link = new LinkSession(role, parameters, time);
        Time = time;
    }

    public LinkState State
    {
        get
        {
            lock (_gate)
            {
                return Link.State;
            }
        }
    }

    public bool IsClosed => State == LinkState.Closed;

    /// <summary>Why it was closed; none while it is open.</summary>
    public LinkCloseReason CloseReason => Link.CloseReason;

    /// <summary>When <see cref="Tick"/> is due, as a timestamp of the provider.</summary>
    public long Deadline
    {
        get
        {
            lock (_gate)
            {
                return Math.Min(Link.Deadline, OwnDeadline);
            }
        }
    }

    /// <summary>Called, under the connection's lock, when there is something to write or the connection is closed; must not block.</summary>
    public Action? OutputReady { get; set; }

    private protected LinkSession Link { get; }

    private protected TimeProvider Time { get; }

    private protected virtual long OwnDeadline => long.MaxValue;

    /// <summary>Takes in what the transport read, however it was split.</summary>
    public void Receive(ReadOnlySpan<byte> input)
    {
        lock (_gate)
        {
            while (Link.Read(ref input, out var asdu) is var happened && happened != LinkEvent.None)
            {
                if (happened != LinkEvent.Closed)
                {
                    OnEvent(happened, asdu);
                }
            }

            Settle();
        }
    }

    /// <summary>Does what time has made due.</summary>
    public void Tick()
    {
        lock (_gate)
        {
            Link.Tick();
            OnTick();
            Settle();
        }
    }

    /// <summary>Copies what is to be written and takes it as written.</summary>
    /// <returns>How many octets; 0 when there is nothing.</returns>
    public int TakeOutput(Span<byte> target)
    {
        lock (_gate)
        {
            var count = Math.Min(target.Length, Link.Output.Length);
            Link.Output[..count].CopyTo(target);
            Link.OutputWritten(count);
            return count;
        }
    }

    /// <summary>Octets that wait to be written.</summary>
    public int OutputLength
    {
        get
        {
            lock (_gate)
            {
                return Link.Output.Length;
            }
        }
    }

    /// <summary>Closes it; the first reason stays.</summary>
    public void Close(LinkCloseReason reason = LinkCloseReason.Requested)
    {
        lock (_gate)
        {
            Link.Close(reason);
            Settle();
        }
    }

    /// <summary>Runs an action of the derived class under the lock, and settles what it brought about.</summary>
    private protected void Act(Action action)
    {
        lock (_gate)
        {
            action();
            Settle();
        }
    }

    private protected abstract void OnEvent(LinkEvent happened, ReadOnlySpan<byte> asdu);

    /// <summary>Sends what waits, as far as the link lets.</summary>
    private protected abstract void Pump();

    private protected abstract void OnClosed();

    private protected virtual void OnTick()
    {
    }

    private protected void Settle()
    {
        if (Link.State == LinkState.Closed)
        {
            if (!_ended)
            {
                _ended = true;
                OnClosed();
                OutputReady?.Invoke();
            }

            return;
        }

        Pump();
        if (!Link.Output.IsEmpty)
        {
            OutputReady?.Invoke();
        }
    }
}

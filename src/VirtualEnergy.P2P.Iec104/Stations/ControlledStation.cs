using System.Globalization;
using VirtualEnergy.P2P.Iec104.Asdus;

namespace VirtualEnergy.P2P.Iec104.Stations;

/// <summary>A controlled station: its objects, its redundancy groups, and the connections of controlling stations to it.</summary>
/// <remarks>
/// No socket is in here; <see cref="Transport.ControlledStationServer"/> listens for it. Safe to call from any thread. What is defined is
/// defined before the first connection. Modelled on IEC 60870-5-104 and -101 as its sources in docs/iec104.md describe them.
/// </remarks>
public sealed class ControlledStation
{
    private readonly List<ConnectionGroup> _groups;
    private readonly HashSet<ControlledConnection> _connections = [];
    private bool _initialized;

    public ControlledStation(ControlledStationOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (options.Groups.Count == 0 || options.Groups.Any(group => group.BufferedEvents < 1))
        {
            throw new ArgumentException("A station has at least one redundancy group, and each buffers at least one event.", nameof(options));
        }

        Options = options;
        (Time, Clock) = (time, options.Clock ?? time);
        Selections = new Selections(time, options.SelectTimeout);
        _groups = [.. options.Groups.Where(group => !group.EachConnectionAlone).Select(group => new ConnectionGroup(group))];
    }

    public ControlledStationOptions Options { get; }

    /// <summary>Connections, started or not.</summary>
    public int Connections
    {
        get
        {
            lock (Gate)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>Events lost because a buffer was full, over all groups that are there.</summary>
    public long DroppedEvents
    {
        get
        {
            lock (Gate)
            {
                return _groups.Sum(group => group.Events.Dropped);
            }
        }
    }

    /// <summary>Events that wait to be sent or acknowledged, of the group that has most of them.</summary>
    public long WaitingEvents
    {
        get
        {
            lock (Gate)
            {
                return _groups.Count == 0 ? 0 : _groups.Max(group => group.Events.End - group.Events.First);
            }
        }
    }

    internal Lock Gate { get; } = new();

    /// <summary>Of the links: their time-outs.</summary>
    internal TimeProvider Time { get; }

    /// <summary>What time tags of commands are held against.</summary>
    internal TimeProvider Clock { get; }

    internal ProcessImage Image { get; } = new();

    internal Selections Selections { get; }

    /// <summary>Commands under way; an object takes one at a time.</summary>
    internal HashSet<(ushort Address, ObjectAddress Object)> Running { get; } = [];

    /// <summary>Defines an object by its first value, which is of a type without time tag.</summary>
    /// <param name="group">The interrogation group, 1 to 16 (counters 1 to 4), or 0 for none but the whole station.</param>
    /// <exception cref="ArgumentException">Another type, an address that is taken or 0, or no such group.</exception>
    public void Define(CommonAddress address, InformationObject initial, int group = 0)
    {
        lock (Gate)
        {
            Image.Define(address, initial, group);
        }
    }

    /// <summary>Defines an object that can be commanded, with or without a time tag.</summary>
    /// <param name="type">The command's type without time tag.</param>
    /// <param name="selectFirst">Only after it was selected by the same connection (select before operate).</param>
    /// <exception cref="ArgumentException">Another type, or an address that is taken or 0.</exception>
    public void DefineCommand(CommonAddress address, ObjectAddress item, AsduType type, bool selectFirst = false)
    {
        lock (Gate)
        {
            Image.DefineCommand(address, item, type, selectFirst);
        }
    }

    /// <summary>A new value: remembered, and sent or buffered for every redundancy group.</summary>
    /// <param name="value">With or without a time tag. What is buffered over a broken link should have one.</param>
    /// <exception cref="ArgumentException">The object is not defined, or with another type.</exception>
    public void Update(CommonAddress address, InformationObject value, Cause cause = Cause.Spontaneous) =>
        Update(address, new ReadOnlySpan<InformationObject>(in value), cause);

    /// <summary>New values at one time; those of one type that stand together share ASDUs.</summary>
    /// <param name="cause">Spontaneous, periodic, background scan, or return information.</param>
    /// <exception cref="ArgumentException">An object is not defined, or with another type; those before it are taken.</exception>
    public void Update(CommonAddress address, ReadOnlySpan<InformationObject> values, Cause cause = Cause.Spontaneous)
    {
        if (cause is not (Cause.Spontaneous or Cause.Periodic or Cause.BackgroundScan or Cause.ReturnByLocalCommand or Cause.ReturnByRemoteCommand))
        {
            throw new ArgumentOutOfRangeException(nameof(cause), cause, "Not a cause of a new value.");
        }

        lock (Gate)
        {
            foreach (ref readonly var value in values)
            {
                Image.Update(address, value);
                foreach (var group in _groups)
                {
                    if (!group.Events.Add(new BufferedEvent(address, cause, value)) && group.DroppedSaid == 0)
                    {
                        SayDropped(group);
                    }
                }
            }

            // By index: a connection that alone is a group may end, and take its group away.
            for (var i = _groups.Count - 1; i >= 0; i--)
            {
                _groups[i].Active?.SendWaiting();
            }
        }
    }

    /// <summary>Takes on a connection, or says why not.</summary>
    /// <returns>Null when no group takes the peer, or there are too many connections.</returns>
    public ControlledConnection? Accept(Peer peer)
    {
        lock (Gate)
        {
            var rules = Options.Groups.FirstOrDefault(group => group.Accepts(peer));
            if (rules is null || _connections.Count >= Options.MaxConnections)
            {
                Say(new StationNotice(NoticeKind.Refused, peer.ToString(), rules is null ? "no redundancy group takes it" : "too many connections"));
                return null;
            }

            var group = rules.EachConnectionAlone ? new ConnectionGroup(rules) : _groups.First(group => group.Rules == rules);
            if (rules.EachConnectionAlone)
            {
                _groups.Add(group);
            }

            var connection = new ControlledConnection(this, group, peer.ToString());
            _connections.Add(connection);
            Say(new StationNotice(NoticeKind.Connected, peer.ToString(), rules.Name));
            return connection;
        }
    }

    internal void Say(in StationNotice notice) => Options.OnNotice?.Invoke(notice);

    internal void SayDropped(ConnectionGroup group)
    {
        group.DroppedSaid = group.Events.Dropped;
        Say(new StationNotice(NoticeKind.EventsDropped, group.Rules.Name, string.Create(CultureInfo.InvariantCulture, $"{group.Events.Dropped} in all")));
    }

    /// <summary>True the first time.</summary>
    internal bool BeginInitialized() => !_initialized && (_initialized = true);

    internal void Remove(ControlledConnection connection, ConnectionGroup group)
    {
        _connections.Remove(connection);
        Selections.Release(connection);
        if (group.Rules.EachConnectionAlone)
        {
            _groups.Remove(group);
        }
    }
}

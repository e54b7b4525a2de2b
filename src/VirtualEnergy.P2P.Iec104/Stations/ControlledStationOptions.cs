using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Link;

namespace VirtualEnergy.P2P.Iec104.Stations;

/// <summary>What happens when a second connection of a group asks to start.</summary>
public enum SecondStart
{
    /// <summary>It takes the place of the first, which is closed: for two front ends of one controlling station.</summary>
    TakesOver = 0,

    /// <summary>It is closed, and the first goes on.</summary>
    IsRefused,
}

/// <summary>Connections of which one at most is started: the others stand by. Each group has its own buffer of events.</summary>
public sealed record RedundancyGroup(string Name)
{
    /// <summary>Who belongs to the group; everybody when it is not set. The first group that accepts a peer gets it.</summary>
    public Func<Peer, bool> Accepts { get; init; } = static _ => true;

    public SecondStart SecondStart { get; init; }

    /// <summary>The most events that wait for a connection, or for its acknowledgement; at least 1. Beyond it the oldest is dropped.</summary>
    public int BufferedEvents { get; init; } = 10_000;

    /// <summary>Every connection is a group of its own, which ends with it; nothing is kept over a broken link.</summary>
    public bool EachConnectionAlone { get; init; }
}

/// <summary>How a controlled station behaves. Handlers are called under the station's lock, one at a time: they decide, and let the work run elsewhere.</summary>
public sealed record ControlledStationOptions
{
    public LinkParameters Link { get; init; } = new();

    public IReadOnlyList<RedundancyGroup> Groups { get; init; } = [new RedundancyGroup("all")];

    /// <summary>The most connections at once, started or not.</summary>
    public int MaxConnections { get; init; } = 100;

    /// <summary>How long an object stays selected.</summary>
    public TimeSpan SelectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How far a command's time tag may be from this station's clock, in UTC; null, and time tags are not looked at.</summary>
    public TimeSpan? MaxCommandAge { get; init; }

    /// <summary>The station's clock; null, and it is the one that keeps the links' time-outs. A simulation has another.</summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>Type 70 is sent for each common address when data transfer starts for the first time.</summary>
    public bool SendsEndOfInitialization { get; init; } = true;

    /// <summary>Without it every command is refused.</summary>
    public Func<Command, CommandAnswer>? OnCommand { get; init; }

    /// <summary>Whether the time was taken over; without it clock synchronisation is refused.</summary>
    public Func<Cp56Time2a, bool>? OnClock { get; init; }

    /// <summary>Whether the process is reset; without it that is refused. The reset of events alone needs no handler.</summary>
    public Func<bool>? OnReset { get; init; }

    public Action<StationNotice>? OnNotice { get; init; }
}

namespace VirtualEnergy.P2P.Iec104.Stations;

/// <summary>A redundancy group at work: its connections, the one that is started, and its events.</summary>
internal sealed class ConnectionGroup(RedundancyGroup rules)
{
    public RedundancyGroup Rules { get; } = rules;

    public EventBuffer Events { get; } = new(rules.BufferedEvents);

    /// <summary>The connection that data goes to; null, and events wait.</summary>
    public ControlledConnection? Active { get; set; }

    /// <summary>Dropped events that were already spoken of.</summary>
    public long DroppedSaid { get; set; }
}

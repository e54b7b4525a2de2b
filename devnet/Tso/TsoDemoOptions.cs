namespace VirtualEnergy.P2P.Devnet.Tso;

/// <summary>What the user of <c>tso</c> may choose.</summary>
internal sealed record TsoDemoOptions
{
    public int Homes { get; init; } = 1_000;

    /// <summary>Telecontrol units that the homes stand behind.</summary>
    public int Customers { get; init; } = 10;

    public int Seed { get; init; } = 1;

    /// <summary>Times faster than real time.</summary>
    public int Speed { get; init; } = 20;

    /// <summary>The part of the homes that leaves without a word in the middle of the order, in hundredths.</summary>
    public int VanishPercent { get; init; } = 10;

    /// <summary>The order's power in kW, upward; null takes 60 % of what was sold.</summary>
    public int? OrderKilowatts { get; init; }

    /// <summary>How long the order is held after its ramp, in minutes of the simulation.</summary>
    public int HoldMinutes { get; init; } = 30;

    public bool Headless { get; init; }

    public bool Json { get; init; }

    /// <summary>Leave the pages up afterwards; what is asked for on them still happens.</summary>
    public bool Keep { get; init; }

    /// <summary>Of the aggregator's pages; the system operator's are at the next one. 0 takes free ones.</summary>
    public int Port { get; init; }
}

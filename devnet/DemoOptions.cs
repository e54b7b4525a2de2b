using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Devnet;

/// <summary>What the demo's user may choose.</summary>
public sealed record DemoOptions
{
    /// <summary>Rounds to run.</summary>
    public int Periods { get; init; } = 96;

    /// <summary>Homes; null takes 20 generated ones, or every household of a data set.</summary>
    public int? Homes { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>How many times faster than real time; null runs flat out.</summary>
    public double? Speed { get; init; } = DefaultSpeed;

    /// <summary>Folder of household data; null generates homes.</summary>
    public string? Data { get; init; }

    /// <summary>File of hourly zonal prices; null takes the flat contract of community.json.</summary>
    public string? Prices { get; init; }

    /// <summary>First local day; null takes the data's first, or the generator's.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Nodes as processes of their own.</summary>
    public bool Processes { get; init; }

    /// <summary>The community is a power plant as well, and the system operator orders it to move in the evening.</summary>
    public bool Msd { get; init; } = true;

    /// <summary>Leave the viewer up until Ctrl-C.</summary>
    public bool Keep { get; init; }

    /// <summary>The summary as one JSON object, last on standard output; all else goes to standard error.</summary>
    public bool Json { get; init; }

    /// <summary>Open no browser.</summary>
    public bool Headless { get; init; }

    /// <summary>Port of the viewer and the API; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>How rounds are cleared.</summary>
    public MechanismKind Mechanism { get; init; }

    /// <summary>Zones have fees and limits between them, and homes prefer green and local energy.</summary>
    public bool Zones { get; init; }

    /// <summary>Where the exchange's journal stays after the run; null forgets it.</summary>
    public string? Journal { get; init; }

    /// <summary>A quarter of an hour in 1.25 s: 96 of them in two minutes.</summary>
    public const double DefaultSpeed = 720;
}

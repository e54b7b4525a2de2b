using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>The rules of one market for the documents that are exchanged in it: who, where, when, how much. All of it is configuration.</summary>
public sealed record EsmpProfile
{
    /// <summary>Who we are: what others must have put as the receiver.</summary>
    public required CodedId Self { get; init; }

    /// <summary>Our role, as A46, balancing service provider.</summary>
    public required string SelfRole { get; init; }

    /// <summary>With whom there is a contract, and in which role.</summary>
    public required ValueList<EsmpPartner> Partners { get; init; }

    /// <summary>The areas in which we are active; empty for any.</summary>
    public ValueList<CodedId> Domains { get; init; }

    /// <summary>The resources that are known; empty for any.</summary>
    public ValueList<CodedId> Resources { get; init; }

    /// <summary>The market's processes; empty for any.</summary>
    public ValueList<string> Processes { get; init; }

    /// <summary>The length of a period: 15 minutes.</summary>
    public TimeSpan Resolution { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long before the first period of its interval the gate for bids closes.</summary>
    public TimeSpan BidGate { get; init; } = TimeSpan.Zero;

    /// <summary>How old a settled time may be when its account comes.</summary>
    public TimeSpan OldestAccount { get; init; } = TimeSpan.FromDays(62);

    /// <summary>How far another's clock may be before ours.</summary>
    public TimeSpan ClockTolerance { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Lowest and highest energy price in µEUR per kWh; null for none.</summary>
    public long? PriceFloor { get; init; }

    public long? PriceCap { get; init; }
}

/// <summary>A party with whom there is a contract.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="Role">Its role in this market, as A49, transmission system operator.</param>
public sealed record EsmpPartner(CodedId Id, string Role);

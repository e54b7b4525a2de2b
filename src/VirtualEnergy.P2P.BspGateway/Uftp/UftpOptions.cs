using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>How a gateway trades with grid operators.</summary>
/// <param name="Domain">Ours, as aggregator.</param>
/// <param name="SigningKey">The 32 bytes of our Ed25519 seed.</param>
/// <param name="Participants">The grid operators: domain, key and address of each.</param>
/// <param name="Points">The congestion points at which we act.</param>
/// <param name="Contracts">What we were awarded in grid operators' competitions.</param>
public sealed record UftpOptions(
    string Domain, ImmutableArray<byte> SigningKey, ImmutableArray<UftpParticipant> Participants, ImmutableArray<CongestionPointOptions> Points, ImmutableArray<AwardedCompetition> Contracts)
{
    /// <summary>How far a grid operator's meter may differ from ours before we dispute, W.</summary>
    public long ToleranceWatts { get; init; } = 1_000;

    /// <summary>Delivery of a message is tried for so long.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromHours(1);

    public UftpProfile Profile => new()
    {
        Domain = Domain, Role = UftpRole.AGR, Participants = ValueList.From(Participants), CongestionPoints = ValueList.From(Points.Select(point => point.Address)),
    };
}

/// <summary>A congestion point and the unit whose homes lie behind it. A unit lies behind one at most.</summary>
/// <param name="Address">Its entity address, as <c>ean.871685900012636543</c>.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Operator">The domain of the grid operator whose network it is.</param>
/// <param name="Meter">The EAN of the meter under which our measurements are told (<c>E</c> and 16 digits); null, and none are.</param>
public sealed record CongestionPointOptions(string Address, string Unit, string Operator, string? Meter = null);

/// <summary>A competition and what was awarded to us in it.</summary>
public sealed record AwardedCompetition(GridCompetition Competition, ValueList<WindowBid> Awards);

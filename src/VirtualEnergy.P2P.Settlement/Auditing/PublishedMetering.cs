using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>A reading with what is said to be its meter's signature.</summary>
/// <param name="Energy">What the meter is said to have measured.</param>
/// <param name="Signature">r, s, v.</param>
public sealed record SignedReading(MeteredEnergy Energy, ImmutableArray<byte> Signature)
{
    /// <summary>Import less export. Wh.</summary>
    public Energy Net => Energy.Import - Energy.Export;

    /// <summary>Who signed; null where nobody can have, or the reading cannot even be hashed.</summary>
    public Address? SignerIn(MeterReadingSigning signing)
    {
        try
        {
            return Ethereum.Signature.TryParse(Signature.AsSpan(), out var parsed) ? parsed.Recover(signing.Hash(Energy)) : null;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return null;
        }
    }
}

/// <summary>The signatures under the readings of a metered period, by place among <see cref="PublishedMetering.Readings"/>.</summary>
/// <param name="Signers">Who signed; null for an estimate, and where nobody can have.</param>
/// <param name="Forged">Places of readings that bear another signature than the meter's, which only the chain knows.</param>
public sealed record ReadingSignatures(ImmutableArray<Address?> Signers, IReadOnlySet<int> Forged);

/// <summary>A position as an exchange publishes it.</summary>
/// <param name="Settled">With the part that the community is said to have balanced.</param>
/// <param name="Reading">What it is said to rest on; null for an estimate.</param>
public readonly record struct PublishedMeterPosition(SettledPosition Settled, SignedReading? Reading)
{
    /// <summary>By how much less is said to have been carried because her funds do not reach further. Wh, signed as the deviation.</summary>
    public Energy Unfunded { get; init; }

    /// <summary>Of an estimate: how many earlier days' readings it is said to be the mean of; 0: what she traded.</summary>
    public int EstimatedFromDays { get; init; }

    /// <summary>The estimate is said to stand in for a reading that she disputes.</summary>
    public bool IsDisputed { get; init; }
}

/// <summary>What is said to be known now of an earlier period.</summary>
/// <param name="Correction">By which number she was settled, and by which now.</param>
/// <param name="Reading">What the new number is said to rest on; null for an estimate in place of a disputed reading.</param>
public readonly record struct PublishedMeterCorrection(Correction Correction, SignedReading? Reading);

/// <summary>What an exchange says of a metered period. Nothing here is true because it is said.</summary>
/// <param name="Positions">In the order published, which of an honest exchange is the members'.</param>
/// <param name="Trades">The balancing trades, in the order published.</param>
/// <param name="Deltas">Net money of each member and account, + received.</param>
/// <param name="MeterRoot">What is said to be on the chain for all of it but the corrections, of which it has the sums.</param>
public sealed record PublishedMetering(
    Period Period, ImbalancePrices Prices, ImmutableArray<PublishedMeterPosition> Positions, ImmutableArray<Trade> Trades, ImmutableArray<MemberDelta> Deltas,
    Hash256 MeterRoot)
{
    /// <summary>What is carried into the period from earlier ones.</summary>
    public ImmutableArray<PublishedMeterCorrection> Corrections { get; init; } = [];

    /// <summary>All readings that it rests on, by place: those of the positions, then those of the corrections; null for an estimate.</summary>
    public IEnumerable<SignedReading?> Readings =>
        Positions.Select(position => position.Reading).Concat(Corrections.Select(correction => correction.Reading));
}

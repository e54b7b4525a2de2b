using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Signing;

/// <summary>What a dispute is about: one reading of a member, by its number.</summary>
public readonly record struct DisputedReading(MemberId Member, Period Period, long Number);

/// <summary>
/// Disputes of readings under EIP-712: <c>ReadingDispute(address member,uint64 period,uint64 number)</c> is signed by the member who does not accept the reading,
/// <c>DisputeDismissal(address member,uint64 period,uint64 number)</c> by the exchange's operator when the reading counts after all.
/// </summary>
public sealed class DisputeSigning(MarketDomain domain)
{
    private static readonly Hash256 DisputeType = Keccak256.Hash("ReadingDispute(address member,uint64 period,uint64 number)");
    private static readonly Hash256 DismissalType = Keccak256.Hash("DisputeDismissal(address member,uint64 period,uint64 number)");

    private readonly Hash256 _separator = domain.Separator;

    /// <param name="reading">What it is about.</param>
    /// <param name="dismisses">False for the member's dispute, true for the operator's dismissal of it.</param>
    /// <exception cref="FormatException">The member is no address.</exception>
    /// <exception cref="OverflowException">A negative period or number.</exception>
    public Hash256 Hash(DisputedReading reading, bool dismisses) => new StructHash(dismisses ? DismissalType : DisputeType)
        .Add(Address.FromMember(reading.Member))
        .AddUnsigned(reading.Period.Index)
        .AddUnsigned(reading.Number)
        .Digest(_separator);

    public ImmutableArray<byte> Sign(DisputedReading reading, bool dismisses, EthereumKey key) => key.Sign(Hash(reading, dismisses)).ToImmutableBytes();

    /// <summary>False, never an exception, for anything hostile.</summary>
    public bool IsSignedBy(Address signer, DisputedReading reading, bool dismisses, ReadOnlySpan<byte> signature)
    {
        try
        {
            return Signature.TryParse(signature, out var parsed) && parsed.Recover(Hash(reading, dismisses)) == signer;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return false;
        }
    }
}

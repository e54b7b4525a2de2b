using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Signing;

/// <summary>What the exchange acknowledges: this bid is admitted and durable.</summary>
/// <param name="Bid">The bid's EIP-712 hash.</param>
public readonly record struct ReceiptedBid(Hash256 Bid, MemberId Member, Period Period, long Number)
{
    public static ReceiptedBid Of(SignedBid signed) => new(signed.Hash, signed.Bid.Member, signed.Bid.Period, signed.Bid.Number);
}

/// <summary>
/// Receipts under EIP-712: <c>Receipt(bytes32 bid,address member,uint64 period,uint64 number)</c>, signed by the exchange. Who
/// holds one can prove that a round left the bid out.
/// </summary>
public sealed class ReceiptSigning(MarketDomain domain)
{
    private static readonly Hash256 ReceiptType = Keccak256.Hash("Receipt(bytes32 bid,address member,uint64 period,uint64 number)");

    private readonly Hash256 _separator = domain.Separator;

    /// <exception cref="FormatException">The member is no address.</exception>
    /// <exception cref="OverflowException">A negative period or number.</exception>
    public Hash256 Hash(ReceiptedBid receipt) => new StructHash(ReceiptType)
        .Add(receipt.Bid)
        .Add(Address.FromMember(receipt.Member))
        .AddUnsigned(receipt.Period.Index)
        .AddUnsigned(receipt.Number)
        .Digest(_separator);

    public ImmutableArray<byte> Sign(ReceiptedBid receipt, EthereumKey exchange) => exchange.Sign(Hash(receipt)).ToImmutableBytes();

    /// <summary>False, never an exception, for anything hostile.</summary>
    public bool IsSignedBy(Address exchange, ReceiptedBid receipt, ReadOnlySpan<byte> signature)
    {
        try
        {
            return Signature.TryParse(signature, out var parsed) && parsed.Recover(Hash(receipt)) == exchange;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return false;
        }
    }
}

using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Signing;

/// <summary>What the exchange acknowledges: this bid is admitted and durable.</summary>
/// <param name="Bid">The bid's EIP-712 hash.</param>
public readonly record struct ReceiptedBid(Hash256 Bid, MemberId Member, Period Period, long Number)
{
    public static ReceiptedBid Of(SignedBid signed) => new(signed.Hash, signed.Bid.Member, signed.Bid.Period, signed.Bid.Number);
}

/// <summary>The exchange's signature over some receipts at once, and the way from one of them up to what is signed.</summary>
/// <param name="Place">The receipt's place among them.</param>
/// <param name="Path">The siblings from its place up to the root; none where it was signed alone.</param>
/// <param name="Signature">65 bytes.</param>
public readonly record struct ReceiptSignature(int Place, ImmutableArray<Hash256> Path, ImmutableArray<byte> Signature);

/// <summary>
/// Receipts under EIP-712. What the exchange signs is <c>Receipts(bytes32 root)</c>, the root of a <see cref="PositionalTree"/> whose leaves are the
/// struct hashes of <c>Receipt(bytes32 bid,address member,uint64 period,uint64 number)</c>: one signature for all bids that became durable
/// together. Who holds a receipt with its path can prove that a round left the bid out.
/// </summary>
/// <remarks>A leaf is the hash of 160 bytes, a node of 64: neither passes for the other.</remarks>
public sealed class ReceiptSigning(MarketDomain domain)
{
    /// <summary>More than any batch needs: receipts at once are below 2^32.</summary>
    public const int MaxPath = 32;

    private static readonly Hash256 ReceiptType = Keccak256.Hash("Receipt(bytes32 bid,address member,uint64 period,uint64 number)");
    private static readonly Hash256 ReceiptsType = Keccak256.Hash("Receipts(bytes32 root)");

    private readonly Hash256 _separator = domain.Separator;

    /// <summary>The struct hash of one receipt: a leaf.</summary>
    /// <exception cref="FormatException">The member is no address.</exception>
    /// <exception cref="OverflowException">A negative period or number.</exception>
    public static Hash256 LeafOf(ReceiptedBid receipt) => new StructHash(ReceiptType, words: 5)
        .Add(receipt.Bid)
        .Add(Address.FromMember(receipt.Member))
        .AddUnsigned(receipt.Period.Index)
        .AddUnsigned(receipt.Number)
        .Finish();

    /// <summary>What is signed for all receipts under the root.</summary>
    public Hash256 Digest(Hash256 root) => new StructHash(ReceiptsType, words: 2).Add(root).Digest(_separator);

    /// <summary>Signs some receipts at once.</summary>
    /// <returns>For each its own, in their order.</returns>
    public ImmutableArray<ReceiptSignature> Sign(IReadOnlyList<ReceiptedBid> receipts, EthereumKey exchange)
    {
        if (receipts.Count == 0)
        {
            return [];
        }

        var tree = new PositionalTree([.. receipts.Select(LeafOf)]);
        var signature = exchange.Sign(Digest(tree.Root)).ToImmutableBytes();
        return [.. Enumerable.Range(0, receipts.Count).Select(place => new ReceiptSignature(place, tree.Siblings(place), signature))];
    }

    /// <summary>False, never an exception, for anything hostile.</summary>
    public bool IsSignedBy(Address exchange, ReceiptedBid receipt, ReceiptSignature signed)
    {
        try
        {
            return signed.Place >= 0 && !signed.Path.IsDefault && signed.Path.Length <= MaxPath
                && Signature.TryParse(signed.Signature.AsSpan(), out var parsed)
                && parsed.Recover(Digest(PositionalTree.RootOver(LeafOf(receipt), signed.Place, signed.Path.AsSpan()))) == exchange;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return false;
        }
    }
}

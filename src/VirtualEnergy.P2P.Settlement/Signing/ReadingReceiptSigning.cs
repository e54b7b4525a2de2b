using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Signing;

/// <summary>
/// Receipts of meter readings under EIP-712: <c>ReadingReceipt(bytes32 reading,address member,uint64 period,uint64 number)</c>, signed by the exchange. Who holds one
/// can show that she was estimated though the exchange had her reading.
/// </summary>
public sealed class ReadingReceiptSigning(MarketDomain domain)
{
    private static readonly Hash256 ReceiptType = Keccak256.Hash("ReadingReceipt(bytes32 reading,address member,uint64 period,uint64 number)");

    private readonly Hash256 _separator = domain.Separator;

    /// <param name="receipt">Its hash is that of the reading.</param>
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

using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Signing;

/// <summary>
/// Mandates under EIP-712: <c>Mandate(address member,uint64 number,uint64 mostPerDay)</c> in µEUR, signed by the member; and the
/// exchange's word that it took one, <c>MandateReceipt(address member,uint64 number,uint64 mostPerDay)</c>, signed by the exchange.
/// </summary>
public sealed class MandateSigning(MarketDomain domain)
{
    private static readonly Hash256 MandateType = Keccak256.Hash("Mandate(address member,uint64 number,uint64 mostPerDay)");

    private static readonly Hash256 ReceiptType = Keccak256.Hash("MandateReceipt(address member,uint64 number,uint64 mostPerDay)");

    private readonly Hash256 _separator = domain.Separator;

    /// <summary>What the member signs.</summary>
    /// <exception cref="FormatException">The member is no address.</exception>
    public Hash256 Hash(Mandate mandate) => Hash(MandateType, mandate);

    public ImmutableArray<byte> Sign(Mandate mandate, EthereumKey key) => key.Sign(Hash(mandate)).ToImmutableBytes();

    public ImmutableArray<byte> SignReceipt(Mandate mandate, EthereumKey exchange) => exchange.Sign(Hash(ReceiptType, mandate)).ToImmutableBytes();

    /// <summary>False, never an exception, for anything hostile.</summary>
    public bool IsSignedByMember(Mandate mandate, ReadOnlySpan<byte> signature) => IsSignedBy(MandateType, mandate, () => Address.FromMember(mandate.Member), signature);

    /// <inheritdoc cref="IsSignedByMember"/>
    public bool IsReceiptOf(Address exchange, Mandate mandate, ReadOnlySpan<byte> signature) => IsSignedBy(ReceiptType, mandate, () => exchange, signature);

    private bool IsSignedBy(Hash256 type, Mandate mandate, Func<Address> signer, ReadOnlySpan<byte> signature)
    {
        try
        {
            return Signature.TryParse(signature, out var parsed) && parsed.Recover(Hash(type, mandate)) == signer();
        }
        catch (FormatException)
        {
            return false; // Its member is no address: nobody can have signed it.
        }
    }

    private Hash256 Hash(Hash256 type, Mandate mandate) => new StructHash(type)
        .Add(Address.FromMember(mandate.Member))
        .AddUnsigned(mandate.Number)
        .AddUnsigned(mandate.MostPerDay)
        .Digest(_separator);
}

using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Signing;

/// <summary>
/// What every signature of a community is bound to (EIP-712 domain): this market, this chain, this contract. A bid signed for
/// one community is worth nothing in another.
/// </summary>
public sealed record MarketDomain(ulong ChainId, Address Contract)
{
    public const string Name = "VirtualEnergy P2P";

    public const string Version = "1";

    private static readonly Hash256 DomainType =
        Keccak256.Hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// <summary>The EIP-712 domain separator; the contract computes the same.</summary>
    public Hash256 Separator => new StructHash(DomainType)
        .Add(Keccak256.Hash(Name))
        .Add(Keccak256.Hash(Version))
        .AddUnsigned(ChainId)
        .Add(Contract)
        .Finish();
}

using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Commitments;

/// <summary>
/// What the exchange says of a round's seed before it takes a bid: a hash that binds it to the seed and tells nobody what it is
/// (commit and reveal). The seed itself comes with the result.
/// </summary>
/// <remarks>
/// keccak-256 of <c>abi.encode(uint64 period, bytes32 seed)</c>. The period is in it so that a commitment of one round is none of another.
/// A seed has 32 random bytes, so nobody finds it by trying.
/// </remarks>
public static class SeedCommitment
{
    private static readonly AbiType[] Parts = [.. ((AbiTuple)AbiType.Parse("(uint64,bytes32)")).Components];

    public static Hash256 Of(Period period, Hash256 seed) => Keccak256.Hash(AbiEncoder.Encode(Parts, period.Index, seed));

    /// <summary>Whether the seed that was revealed is the one that was promised.</summary>
    public static bool Holds(Hash256 commitment, Period period, Hash256 seed) => Of(period, seed) == commitment;
}

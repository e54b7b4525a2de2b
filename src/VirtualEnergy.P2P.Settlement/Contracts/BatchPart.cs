using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>
/// A part of a batch that moves more balances than one transaction can (format: docs/contract.md): a slice of the batch's delta words, chained to
/// the slices before it. All slices one after another are the words that the batch would have in one piece.
/// </summary>
/// <param name="Before">The chain of the parts before it; zero for the first.</param>
/// <param name="From">The slot that is due at its first word.</param>
/// <param name="Words">Its delta words.</param>
public sealed record BatchPart(Hash256 Before, int From, ImmutableArray<BigInteger> Words)
{
    private const int HashSize = 32;

    /// <summary>keccak-256 of its words.</summary>
    public Hash256 DeltasHash => SettlementCommitment.DeltasHash(Words);

    /// <summary>The chain with this part: of the last one, the batch's hash of deltas.</summary>
    public Hash256 Chain => Link(Before, From, DeltasHash);

    /// <summary>The slot that is due after it.</summary>
    public int Due => DeltaWords.DueAfter(Words, From);

    /// <summary>The part that a batch begins with.</summary>
    public static BatchPart First(ImmutableArray<BigInteger> words) => new(default, 0, words);

    /// <summary>The part after this one.</summary>
    public BatchPart Next(ImmutableArray<BigInteger> words) => new(Chain, Due, words);

    /// <summary>keccak-256 of <c>abi.encodePacked(bytes32 before, uint32 from, bytes32 deltasHash)</c>.</summary>
    public static Hash256 Link(Hash256 before, int from, Hash256 deltasHash)
    {
        Span<byte> bytes = stackalloc byte[HashSize + sizeof(uint) + HashSize];
        before.ToArray().CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[HashSize..], checked((uint)from));
        deltasHash.ToArray().CopyTo(bytes[(HashSize + sizeof(uint))..]);
        return Keccak256.Hash(bytes);
    }

    /// <summary>What shows the delta of a lane: the words of the part that its slot belongs to, and where that is.</summary>
    /// <param name="parts">All parts of the batch, in order.</param>
    /// <param name="lane">Anyone's.</param>
    public static (ImmutableArray<BigInteger> Words, PartPlace Place) EvidenceOf(ImmutableArray<BatchPart> parts, int lane)
    {
        var slot = DeltaWords.SlotOf(lane);
        var holder = parts.Last(part => part.From <= slot);
        var later = parts.SkipWhile(part => part != holder).Skip(1).Select(part => (part.From, part.DeltasHash));
        return (holder.Words, new PartPlace(holder.Before, holder.From, [.. later]));
    }
}

/// <summary>Where a part is in the chain of its batch.</summary>
/// <param name="Before">The chain up to it.</param>
/// <param name="From">The slot that is due at its first word.</param>
/// <param name="Later">The parts after it: the slot that is due at the first word, and the hash of the words.</param>
public sealed record PartPlace(Hash256 Before, int From, ImmutableArray<(int From, Hash256 DeltasHash)> Later)
{
    /// <summary>That of a batch in one piece.</summary>
    public static readonly PartPlace Whole = new(default, 0, []);

    internal const string Type = "(bytes32 before, uint32 from, (uint32 from, bytes32 deltasHash)[] later)";

    internal object[] ToAbi() =>
        [Before, From, Later.Select(part => (object)new object[] { part.From, part.DeltasHash }).ToArray()];
}

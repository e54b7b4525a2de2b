using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>The net money of one lane: + is received. µEUR.</summary>
public readonly record struct LaneDelta(int Lane, Money Delta) : IComparable<LaneDelta>
{
    public int CompareTo(LaneDelta other) => Lane.CompareTo(other.Lane);
}

/// <summary>
/// The packed deltas of <c>EnergySettlement.settle</c> (format: docs/contract.md). A word holds the six lanes of the slot that
/// is due, 42 bits each, two's complement, lane 0 lowest; or, marked by bit 252, the number of the slot that is due next. A wide
/// account's lane is the number of a slot of its own, whose word is one delta of 252 bits.
/// </summary>
public static class DeltaWords
{
    public const int LanesPerSlot = 6;
    public const int LaneBits = 42;

    /// <summary>There are as many wide accounts at most.</summary>
    public const int WideAccounts = 16;

    /// <summary>The lane of the first wide account; those of the others follow.</summary>
    public const int FirstWideLane = (1 << 24) - WideAccounts;

    /// <summary>The most a member can receive in one period: 2^41 − 1 µEUR, 2.2 million euros.</summary>
    public static readonly Money Most = new((1L << (LaneBits - 1)) - 1);

    /// <summary>The most a member can pay in one period: 2^41 µEUR.</summary>
    public static readonly Money Least = new(-(1L << (LaneBits - 1)));

    private const int KindShift = LanesPerSlot * LaneBits;
    private const long LaneMask = (1L << LaneBits) - 1;
    private static readonly BigInteger Jump = BigInteger.One << KindShift;

    /// <summary>Packs deltas, given in any order. Zero deltas take no room; slots without any are jumped over.</summary>
    /// <exception cref="ArgumentException">A lane is negative or comes twice, or a delta does not fit in 42 bits.</exception>
    public static ImmutableArray<BigInteger> Pack(IEnumerable<LaneDelta> deltas)
    {
        var inOrder = deltas.Where(delta => delta.Delta != Money.Zero).Order().ToList();
        Validate(inOrder);

        var words = ImmutableArray.CreateBuilder<BigInteger>();
        var due = 0;
        foreach (var slot in inOrder.GroupBy(delta => SlotOf(delta.Lane)))
        {
            if (slot.Key != due)
            {
                words.Add(Jump | slot.Key);
            }

            words.Add(slot.Key >= FirstWideLane
                ? InWholeWord(slot.Single().Delta)
                : slot.Aggregate(BigInteger.Zero, (word, delta) => word | InLane(delta)));
            due = slot.Key + 1;
        }

        return words.ToImmutable();
    }

    /// <summary>The deltas in packed words, by lane, without zeros.</summary>
    /// <param name="words">All words of a batch, or those of a part.</param>
    /// <param name="due">The slot that is due at the first of them.</param>
    /// <exception cref="FormatException">The contract would refuse the words: an unknown kind, or a jump that does not lead on.</exception>
    public static ImmutableArray<LaneDelta> Unpack(IEnumerable<BigInteger> words, int due = 0)
    {
        var deltas = ImmutableArray.CreateBuilder<LaneDelta>();
        foreach (var word in words)
        {
            if (word.Sign >= 0 && word < Jump && due < FirstWideLane)
            {
                deltas.AddRange(LanesOf(word, due++));
            }
            else if (word.Sign >= 0 && word < Jump && due < FirstWideLane + WideAccounts)
            {
                deltas.Add(new LaneDelta(due++, FromWholeWord(word)));
            }
            else if (word >> KindShift == 1 && word - Jump > due && word - Jump < FirstWideLane + WideAccounts)
            {
                due = (int)(word - Jump);
            }
            else
            {
                throw new FormatException($"The word {word:x} neither holds deltas nor leads to a slot after {due}.");
            }
        }

        return deltas.ToImmutable();
    }

    /// <summary>The slot that a lane is in.</summary>
    public static int SlotOf(int lane) => lane >= FirstWideLane ? lane : lane / LanesPerSlot;

    /// <summary>The slot that is due after some words that the contract took.</summary>
    /// <exception cref="FormatException">It took no such words.</exception>
    public static int DueAfter(IEnumerable<BigInteger> words, int due)
    {
        foreach (var word in words)
        {
            due = word < Jump ? due + 1 : word - Jump < FirstWideLane + WideAccounts ? (int)(word - Jump) : throw new FormatException($"The word {word:x} leads to no slot.");
        }

        return due;
    }

    private static void Validate(List<LaneDelta> inOrder)
    {
        for (var i = 0; i < inOrder.Count; i++)
        {
            var (lane, delta) = inOrder[i];
            if (lane < 0 || (i > 0 && inOrder[i - 1].Lane == lane))
            {
                throw new ArgumentException($"Lane {lane} {(lane < 0 ? "is negative" : "comes twice")}.");
            }

            if (lane >= FirstWideLane + WideAccounts)
            {
                throw new ArgumentException($"Lane {lane} is beyond the last one, {FirstWideLane + WideAccounts - 1}.");
            }

            // What a signed number of 64 bits holds, a whole word does, too.
            if (lane >= FirstWideLane)
            {
                continue;
            }

            if (delta < Least || delta > Most)
            {
                throw new ArgumentException($"The delta of lane {lane}, {delta}, does not fit in {LaneBits} bits.");
            }
        }
    }

    private static BigInteger InWholeWord(Money delta) => delta.MicroEur >= 0 ? delta.MicroEur : Jump + delta.MicroEur;

    private static Money FromWholeWord(BigInteger word)
    {
        var delta = word >> (KindShift - 1) == 1 ? word - Jump : word;
        return delta >= long.MinValue && delta <= long.MaxValue
            ? new Money((long)delta)
            : throw new FormatException($"The word {word:x} is no delta that a balance of 63 bits can have.");
    }

    private static BigInteger InLane(LaneDelta delta) =>
        new BigInteger(delta.Delta.MicroEur & LaneMask) << (delta.Lane % LanesPerSlot * LaneBits);

    private static IEnumerable<LaneDelta> LanesOf(BigInteger word, int slot)
    {
        for (var lane = 0; lane < LanesPerSlot; lane++)
        {
            var bits = (long)((word >> (lane * LaneBits)) & LaneMask);
            var signed = bits << (64 - LaneBits) >> (64 - LaneBits);
            if (signed != 0)
            {
                yield return new LaneDelta(slot * LanesPerSlot + lane, new Money(signed));
            }
        }
    }
}

namespace VirtualEnergy.P2P.Market.Rounds;

/// <summary>
/// What members who both buy and sell still have to trade, on both sides together. A pairing without self-trades exists as long as
/// nobody's is more than all that is left; who has exactly as much must be in every further pair.
/// </summary>
/// <remarks>
/// A pair that is kept small enough pushes nobody beyond that point. Parts only shrink, so a heap that still has an old one has it too
/// far up: what comes to the top is put back with what it is now. O(log n) a pair.
/// </remarks>
internal sealed class OwnSides
{
    private readonly Dictionary<MemberId, Int128> _parts = [];
    private readonly PriorityQueue<MemberId, (Int128 Negated, MemberId Member)> _largest = new();

    public OwnSides(IEnumerable<Claim> buyers, IReadOnlyList<Claim> sellers)
    {
        var selling = sellers.Select(seller => seller.Member).ToHashSet();
        foreach (var claim in buyers.Where(buyer => selling.Contains(buyer.Member)))
        {
            _parts[claim.Member] = _parts.GetValueOrDefault(claim.Member) + claim.Energy.WattHours;
        }

        foreach (var claim in sellers.Where(seller => _parts.ContainsKey(seller.Member)))
        {
            _parts[claim.Member] += claim.Energy.WattHours;
        }

        foreach (var (member, part) in _parts)
        {
            _largest.Enqueue(member, (-part, member));
        }
    }

    /// <summary>The member who must be in every pair of what is left, or null.</summary>
    /// <exception cref="ArgumentException">She would have to trade with herself.</exception>
    public MemberId? MustBeInAll(Int128 left)
    {
        if (Largest() is not { } largest || largest.Part < left)
        {
            return null;
        }

        return largest.Part == left ? largest.Member : throw new ArgumentException($"{largest.Member} would have to trade with herself.", nameof(left));
    }

    /// <summary>The largest part of anyone but these two; 0 when there is nobody else.</summary>
    public Int128 LargestBeside(MemberId buyer, MemberId seller)
    {
        var (first, second) = (Passed(buyer, seller), Passed(buyer, seller));
        var found = Largest()?.Part ?? Int128.Zero;
        PutBack(first);
        PutBack(second);
        return found;
    }

    public void Paired(MemberId buyer, MemberId seller, long energy)
    {
        Reduce(buyer, energy);
        Reduce(seller, energy);
    }

    private void Reduce(MemberId member, long energy)
    {
        if (_parts.TryGetValue(member, out var part))
        {
            _parts[member] = part - energy;
        }
    }

    /// <summary>Takes the largest off the heap if it is one of these two.</summary>
    private MemberId? Passed(MemberId one, MemberId other)
    {
        if (Largest() is not var (member, _) || (member != one && member != other))
        {
            return null;
        }

        _largest.Dequeue();
        return member;
    }

    private void PutBack(MemberId? passed)
    {
        if (passed is { } member)
        {
            _largest.Enqueue(member, (-_parts[member], member));
        }
    }

    private (MemberId Member, Int128 Part)? Largest()
    {
        while (_largest.TryPeek(out var member, out var entry))
        {
            if (_parts[member] == -entry.Negated)
            {
                return (member, _parts[member]);
            }

            _largest.DequeueEnqueue(member, (-_parts[member], member));
        }

        return null;
    }
}

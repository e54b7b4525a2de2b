using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>
/// Which lane of the contract each member has: its number in order of registration; and those of the wide accounts, in the order of
/// theirs, from <see cref="DeltaWords.FirstWideLane"/> on. Only ever grows at the ends.
/// </summary>
public sealed class MemberLanes
{
    private readonly Dictionary<MemberId, int> _lanes;

    /// <param name="inOrder">Every member, in order of registration.</param>
    /// <param name="wide">Every wide account, in order of registration.</param>
    public MemberLanes(IReadOnlyList<Address> inOrder, IReadOnlyList<Address>? wide = null)
    {
        Members = [.. inOrder];
        WideAccounts = [.. wide ?? []];
        _lanes = inOrder.Select((member, lane) => (member, lane))
            .Concat(WideAccounts.Select((account, number) => (member: account, lane: DeltaWords.FirstWideLane + number)))
            .ToDictionary(pair => pair.member.ToMember(), pair => pair.lane);
    }

    /// <summary>In order of registration.</summary>
    public ImmutableArray<Address> Members { get; }

    /// <summary>Those with a storage word each, in order of registration.</summary>
    public ImmutableArray<Address> WideAccounts { get; }

    /// <summary>Everyone who can have money here, members first, in order of registration.</summary>
    public ImmutableArray<Address> All => [.. Members, .. WideAccounts];

    /// <summary>Whose lane it is; null for one that nobody has.</summary>
    public Address? OwnerOf(int lane) =>
        lane >= DeltaWords.FirstWideLane ? Of(WideAccounts, lane - DeltaWords.FirstWideLane) : Of(Members, lane);

    public bool Contains(MemberId member) => _lanes.ContainsKey(member);

    /// <summary>A batch's deltas, packed for the contract.</summary>
    /// <exception cref="ArgumentException">A member is not registered or comes twice, or a delta is too large for a lane.</exception>
    public ImmutableArray<BigInteger> Pack(SettlementBatch batch) => Pack(batch.Deltas);

    /// <inheritdoc cref="Pack(SettlementBatch)"/>
    public ImmutableArray<BigInteger> Pack(ImmutableArray<MemberDelta> deltas) =>
        DeltaWords.Pack(deltas.Select(delta => new LaneDelta(LaneOf(delta.Member), delta.Delta)));

    /// <exception cref="ArgumentException">Not registered.</exception>
    public int LaneOf(MemberId member) =>
        _lanes.TryGetValue(member, out var lane) ? lane : throw new ArgumentException($"Member {member} is not registered on the chain.");

    private static Address? Of(ImmutableArray<Address> accounts, int number) => number < accounts.Length ? accounts[number] : null;
}

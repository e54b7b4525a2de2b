using System.Collections.Concurrent;
using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;

namespace VirtualEnergy.P2P.Exchange.Admission;

/// <summary>The members of the community, and which of their nodes say that they are there.</summary>
public sealed class MemberDirectory
{
    private readonly ImmutableArray<Member> _inOrder;
    private readonly Dictionary<MemberId, Member> _members;
    private readonly ConcurrentDictionary<MemberId, bool> _online = new();

    public MemberDirectory(IEnumerable<Member> members)
    {
        _inOrder = [.. members.OrderBy(member => member.Id)];
        _members = _inOrder.ToDictionary(member => member.Id);
        Zones = _inOrder.ToImmutableDictionary(member => member.Id, member => member.Zone);
        Green = _inOrder.Where(member => member.IsGreen).Select(member => member.Id).ToImmutableHashSet();
    }

    /// <summary>By id.</summary>
    public IEnumerable<Member> All => _inOrder;

    public IEnumerable<MemberId> Active => All.Where(member => member.IsActive).Select(member => member.Id);

    public IReadOnlyDictionary<MemberId, ZoneId> Zones { get; }

    /// <summary>Those whose energy counts as green.</summary>
    public IReadOnlySet<MemberId> Green { get; }

    public Member? Find(MemberId id) => _members.GetValueOrDefault(id);

    public bool IsOnline(MemberId id) => _online.GetValueOrDefault(id);

    /// <summary>Takes a node's word, which nobody signed; true when it is news about a member.</summary>
    public bool TrySetOnline(MemberId id, bool online)
    {
        if (!_members.ContainsKey(id) || IsOnline(id) == online)
        {
            return false;
        }

        _online[id] = online;
        return true;
    }
}

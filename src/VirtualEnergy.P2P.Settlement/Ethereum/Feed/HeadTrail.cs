using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>The last blocks told, and how the next ones follow from them: each block's parent is the one told before it.</summary>
internal sealed class HeadTrail(JsonRpcClient client, int depth, int maxRange)
{
    private readonly List<BlockHead> _trail = []; // ascending, without gaps

    /// <returns>The new blocks, ascending; and whether there are more already.</returns>
    /// <exception cref="DeepReorganisationException">None of the blocks remembered is in the chain any more.</exception>
    public async Task<(IReadOnlyList<BlockHead> News, bool IsMore)> NextAsync(CancellationToken cancellationToken)
    {
        var latest = await BlockAsync(null, cancellationToken);
        if (_trail.Count == 0)
        {
            _trail.Add(latest);
            return ([latest], false);
        }

        // A node behind the one asked before tells nothing new; what it lacks is no reorganisation yet.
        if (latest.Number < _trail[0].Number || _trail.Exists(known => known.Hash == latest.Hash))
        {
            return ([], false);
        }

        var last = Math.Min(latest.Number, _trail[^1].Number + (ulong)maxRange);
        var branch = new List<BlockHead> { last == latest.Number ? latest : await BlockAsync(last, cancellationToken) };
        while (!Joins(branch[^1]))
        {
            branch.Add(await ParentOfAsync(branch[^1], cancellationToken));
        }

        branch.Reverse();
        _trail.RemoveAll(known => known.Number >= branch[0].Number);
        _trail.AddRange(branch);
        _trail.RemoveRange(0, Math.Max(0, _trail.Count - depth));
        return (branch, last < latest.Number);
    }

    private bool Joins(BlockHead head)
    {
        if (_trail.Exists(known => known.Hash == head.Parent && known.Number == head.Number - 1))
        {
            return true;
        }

        if (head.Number > _trail[0].Number)
        {
            return false;
        }

        // Nothing remembered is left. Near the feed's begin that only says that the fork lies before it.
        return _trail.Count < depth || head.Parent == _trail[0].Parent ? true : throw new DeepReorganisationException(depth, head.Number);
    }

    private async Task<BlockHead> ParentOfAsync(BlockHead head, CancellationToken cancellationToken)
    {
        var parent = await BlockAsync(head.Number - 1, cancellationToken);
        return parent.Hash == head.Parent ? parent : throw Changed($"block {parent.Number} with hash {parent.Hash}, which is not the parent of block {head.Number}");
    }

    private async Task<BlockHead> BlockAsync(ulong? number, CancellationToken cancellationToken) =>
        await client.BlockAsync(number, cancellationToken) ?? throw Changed($"no block {number?.ToString(null, null) ?? "at all"}");

    private static EthereumTransportException Changed(string what) => new($"eth_getBlockByNumber: the node answers {what}.", isTransient: true);
}

/// <summary>The chain was reorganised deeper than is watched for: everything read of it is in doubt.</summary>
public sealed class DeepReorganisationException(int depth, ulong block)
    : EthereumException($"The chain was reorganised at or below block {block}, more than {depth} blocks back: what was read of it is in doubt. Start again from a state you trust.")
{
    public ulong Block { get; } = block;
}

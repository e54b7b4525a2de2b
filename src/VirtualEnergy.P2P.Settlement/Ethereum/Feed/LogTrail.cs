using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>
/// The logs told of the blocks that a reorganisation may still change. They are asked for again at every look and compared;
/// before them lies the anchor, a block that must not change.
/// </summary>
internal sealed class LogTrail(JsonRpcClient client, LogFilter filter, int depth, int maxRange)
{
    private readonly Dictionary<(Hash256 Block, ulong Index), LogEntry> _told = [];
    private BlockHead? _anchor;

    private ulong First => _anchor is { } anchor ? anchor.Number + 1 : filter.FromBlock;

    /// <returns>What is new, removals first; and whether more blocks are there already.</returns>
    /// <exception cref="DeepReorganisationException">The anchor is not in the chain any more.</exception>
    public async Task<(IReadOnlyList<LogNotice> News, bool IsMore)> NextAsync(CancellationToken cancellationToken)
    {
        var latest = await client.BlockNumberAsync(cancellationToken);
        if (latest < First)
        {
            return ([], false); // A node behind the one asked before: nothing to compare.
        }

        await CheckAnchorAsync(cancellationToken);
        var last = Math.Min(latest, First + (ulong)maxRange - 1);
        var next = await NextAnchorAsync(last, cancellationToken);
        var logs = await client.LogsAsync(filter with { FromBlock = First, ToBlock = last }, cancellationToken);
        var news = Compare(logs, last);
        if (next is not null)
        {
            _anchor = next;
            foreach (var (key, log) in _told)
            {
                if (log.BlockNumber <= next.Number)
                {
                    _told.Remove(key);
                }
            }
        }

        return (news, last < latest);
    }

    private List<LogNotice> Compare(IReadOnlyList<LogEntry> logs, ulong last)
    {
        var found = logs.Select(log => (log.BlockHash, log.Index)).ToHashSet();
        var removed = _told.Where(told => told.Value.BlockNumber <= last && !found.Contains(told.Key)).OrderByDescending(told => (told.Value.BlockNumber, told.Value.Index)).ToArray();
        var news = new List<LogNotice>();
        foreach (var (key, log) in removed)
        {
            _told.Remove(key);
            news.Add(new LogNotice(log, IsRemoved: true));
        }

        foreach (var log in logs.OrderBy(log => (log.BlockNumber, log.Index)))
        {
            if (_told.TryAdd((log.BlockHash, log.Index), log))
            {
                news.Add(new LogNotice(log, IsRemoved: false));
            }
        }

        return news;
    }

    private async Task CheckAnchorAsync(CancellationToken cancellationToken)
    {
        if (_anchor is { } anchor && (await client.BlockAsync(anchor.Number, cancellationToken))?.Hash != anchor.Hash)
        {
            throw new DeepReorganisationException(depth, anchor.Number);
        }
    }

    // Moved only every depth blocks, and never nearer than depth to the last: so one to two depths are compared.
    private async Task<BlockHead?> NextAnchorAsync(ulong last, CancellationToken cancellationToken) =>
        last >= First + 2 * (ulong)depth ? await client.BlockAsync(last - (ulong)depth, cancellationToken) : null;
}

using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Funds;

namespace VirtualEnergy.P2P.Exchange.Funds;

/// <summary>
/// The last movements of each member's money on the chain, for the viewer. Read when somebody asks, on from where the last asking
/// ended; a chain that was reorganised, or that contradicts itself, is read anew from its beginning.
/// </summary>
/// <remarks>One reads at a time, the others wait for it. Bounded: the newest <see cref="Kept"/> entries of each member.</remarks>
public sealed class ChainHistory(ExchangeOptions options, JsonRpcClient client, EnergySettlementContract contract) : IDisposable
{
    public const int Kept = 200;

    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly Dictionary<Address, Queue<FundsEntry>> _entries = [];
    private EscrowReplay? _replay;
    private BlockHead? _anchor;

    /// <summary>Oldest first.</summary>
    /// <exception cref="EthereumException">The node does not answer.</exception>
    /// <exception cref="FundsHistoryException">What it says does not add up.</exception>
    public async Task<ImmutableArray<FundsEntry>> OfAsync(MemberId member, CancellationToken cancellation)
    {
        await _oneAtATime.WaitAsync(cancellation);
        try
        {
            await ReadOnAsync(cancellation);
            return _entries.TryGetValue(Address.FromMember(member), out var entries) ? [.. entries] : [];
        }
        catch
        {
            _replay = null;
            throw;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task ReadOnAsync(CancellationToken cancellation)
    {
        var head = await client.BlockAsync(null, cancellation) ?? throw new FundsHistoryException("The node has no latest block.");
        if (_replay is null || (_anchor is { } anchor && (await client.BlockAsync(anchor.Number, cancellation))?.Hash != anchor.Hash))
        {
            _entries.Clear();
            _replay = new EscrowReplay(client, contract, options.Members.Select(member => KeyValuePair.Create(Address.FromMember(member.Id), default(FundsState))), 0);
        }

        if (head.Number < _replay.NextBlock)
        {
            return; // Nothing new, or a node behind the one asked before.
        }

        await foreach (var page in _replay.ReadToAsync(head.Number, cancellation))
        {
            foreach (var entry in page)
            {
                Keep(entry);
            }
        }

        _anchor = head;
    }

    private void Keep(FundsEntry entry)
    {
        if (!_entries.TryGetValue(entry.Member, out var kept))
        {
            _entries[entry.Member] = kept = new Queue<FundsEntry>();
        }

        kept.Enqueue(entry);
        if (kept.Count > Kept)
        {
            kept.Dequeue();
        }
    }
}

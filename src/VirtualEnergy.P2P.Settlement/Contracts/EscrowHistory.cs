using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>
/// The log of an escrow, in order, as far as it moves balances. What is deep enough in the chain is read once and kept; the newest blocks are read again
/// each time, as a reorganisation may have changed them.
/// </summary>
/// <remarks>Bounded by the events of one escrow. Any thread may call.</remarks>
public sealed class EscrowHistory(IEthereumClient client, Address escrow) : IDisposable
{
    /// <summary>How deep a block is kept for good.</summary>
    private const ulong Depth = 64;

    private static readonly Dictionary<Hash256, (AbiEvent Event, EscrowEventKind Kind)> Known = new[]
    {
        (EnergySettlementAbi.Deposited, EscrowEventKind.Deposited), (EnergySettlementAbi.WithdrawalRequested, EscrowEventKind.WithdrawalRequested),
        (EnergySettlementAbi.WithdrawalCancelled, EscrowEventKind.WithdrawalCancelled), (EnergySettlementAbi.Withdrawn, EscrowEventKind.Withdrawn),
        (EnergySettlementAbi.WithdrawalReduced, EscrowEventKind.WithdrawalReduced),
        (EnergySettlementAbi.Settled, EscrowEventKind.Settled), (EnergySettlementAbi.SettledMetered, EscrowEventKind.SettledMetered),
        (EnergySettlementAbi.RolledBack, EscrowEventKind.RolledBack), (EnergySettlementAbi.RolledBackMetered, EscrowEventKind.RolledBackMetered),
        (EnergySettlementAbi.PartSettled, EscrowEventKind.PartSettled), (EnergySettlementAbi.PartUndone, EscrowEventKind.PartUndone),
    }.ToDictionary(entry => entry.Item1.Topic, entry => (entry.Item1, entry.Item2));

    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly List<EscrowEvent> _kept = [];
    private ulong _next;

    /// <summary>Every event up to the newest block, and that block.</summary>
    /// <exception cref="EthereumException">The node does not answer, or not as an escrow would.</exception>
    public async Task<(ulong Block, ImmutableArray<EscrowEvent> Events)> ReadAsync(CancellationToken cancellation)
    {
        await _oneAtATime.WaitAsync(cancellation);
        try
        {
            var head = await client.BlockNumberAsync(cancellation);
            var settled = head > Depth ? head - Depth : 0;
            if (_next < settled)
            {
                await foreach (var page in EscrowLogPages.ReadAsync(client, escrow, _next, settled - 1, cancellation))
                {
                    _kept.AddRange(EventsOf(page));
                    _next = page.LastBlock + 1;
                }
            }

            var newest = new List<EscrowEvent>();
            await foreach (var page in EscrowLogPages.ReadAsync(client, escrow, _next, head, cancellation))
            {
                newest.AddRange(EventsOf(page));
            }

            return (head, [.. _kept, .. newest]);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>A balance after a block.</summary>
    public async Task<Money> BalanceAtAsync(Address member, ulong block, CancellationToken cancellation)
    {
        var answer = await client.CallAsync(new EthereumCall(escrow, EnergySettlementAbi.BalanceOf.Encode(member), Block: block), cancellation);
        return new Money((long)(BigInteger)EnergySettlementAbi.BalanceOf.DecodeResult(answer)[0]);
    }

    /// <summary>The lane of a member. It never changes.</summary>
    public async Task<int> LaneOfAsync(Address member, CancellationToken cancellation) =>
        (int)(BigInteger)EnergySettlementAbi.LaneOf.DecodeResult(await client.CallAsync(escrow, EnergySettlementAbi.LaneOf.Encode(member), cancellation))[0];

    /// <summary>Whether a balance is a wide account's. None ceases to be.</summary>
    public async Task<bool> IsWideAsync(Address member, CancellationToken cancellation) =>
        ((object[])EnergySettlementAbi.WideAccounts.DecodeResult(await client.CallAsync(escrow, EnergySettlementAbi.WideAccounts.Encode(), cancellation))[0]).Contains(member);

    public void Dispose() => _oneAtATime.Dispose();

    private static IEnumerable<EscrowEvent> EventsOf(EscrowLogPage page) =>
        page.Logs.Where(log => log.Topics.Length > 0 && Known.ContainsKey(log.Topics[0])).Select(Read);

    private static EscrowEvent Read(LogEntry log)
    {
        var (known, kind) = Known[log.Topics[0]];
        var values = known.Decode(log.Topics, log.Data.AsSpan());
        if (kind is EscrowEventKind.PartSettled or EscrowEventKind.PartUndone)
        {
            var slot = (BigInteger)values[kind == EscrowEventKind.PartSettled ? 2 : 0];
            return new EscrowEvent(kind, null, Money.Zero, null, log.BlockNumber, log.Index, log.TransactionHash) { Slot = (int)BigInteger.Min(slot, int.MaxValue) };
        }

        var isBatch = values[0] is not Address;
        var isRootsOnly = kind == EscrowEventKind.Settled && new Hash256((byte[])values[3]) == default;
        return new EscrowEvent(
            isRootsOnly ? EscrowEventKind.RootsCommitted : kind, isBatch ? null : ((Address)values[0]).ToMember(),
            isBatch ? Money.Zero : new Money((long)(BigInteger)(values.Length == 2 ? values[1] : values[2])),
            isBatch ? new Period((long)(BigInteger)values[0]) : null, log.BlockNumber, log.Index, log.TransactionHash);
    }
}

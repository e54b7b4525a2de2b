using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>Settles rounds through the outbox, and looks at what became of those settled before.</summary>
public sealed class Settler(
    EnergySettlementContract contract, IEthereumClient client, ImmutableArray<MemberId> payees, ExchangeJournal journal, Outbox outbox,
    SettlementCalls calls, PartwiseOutbox parts, SettlementRecovery recovery, int finalBlocks)
{
    private MemberLanes? _lanes;

    /// <summary>Sends for the same account, whose nonces have one owner.</summary>
    public TransactionSender Sender => outbox.Sender;

    public SettlementCadence Cadence => calls.Cadence;

    /// <summary>Settles the round, or finds that it is settled, and returns once the journal has it. In the order of periods.</summary>
    /// <exception cref="EthereumException">Not settled, or not known to be: call again.</exception>
    /// <exception cref="ArgumentException">A member of the round has no lane on the chain.</exception>
    /// <exception cref="JournalException">The journal cannot be written.</exception>
    public async Task<OutboxBatch> SettleAsync(JournalledRound round, CancellationToken cancellation)
    {
        _lanes ??= await contract.LanesAsync(cancellation);
        async Task<bool> IsSettledAsync(CancellationToken stop) => await contract.LastPeriodAsync(stop) >= round.Period;
        var lanes = _lanes;
        return await parts.DeliverAsync(
            new PartwiseBatch(
                BatchKind.Trades, round.Period, calls.WordsOf(round, lanes), () => calls.DataOf(round, lanes),
                chain => BatchPartsContract.EncodeSettle(round.Period, round.BidsRoot, round.TradesRoot, chain)),
            IsSettledAsync, cancellation);
    }

    /// <inheritdoc cref="SettlementRecovery.RunAsync"/>
    public Task<ChainComparison> CompareAsync(bool deep, CancellationToken cancellation) => recovery.RunAsync(deep, cancellation);

    /// <summary>
    /// Writes down which batches are final by now: one whose receipt is so deep in the chain, and all before it, as the contract takes them
    /// in order. A receipt that moved to another block is written down, too.
    /// </summary>
    /// <returns>What the last final one is.</returns>
    public async Task<Period?> FinaliseAsync(CancellationToken cancellation)
    {
        var head = await client.BlockNumberAsync(cancellation);
        var mined = journal.NotFinal(BatchKind.Trades);
        for (var i = mined.Count - 1; i >= 0; i--)
        {
            if (!IsDeep(mined[i], head))
            {
                continue;
            }

            // The head was asked for before: a receipt in the same block now is at least so deep.
            var receipt = await outbox.ReceiptAsync(mined[i].Versions, cancellation);
            if (receipt is null || receipt.BlockNumber != mined[i].Block)
            {
                await outbox.AppendAsync(mined[i].Mine(receipt));
                continue;
            }

            foreach (var batch in mined.Take(i + 1))
            {
                await outbox.AppendAsync(batch.Finalise());
            }

            break;
        }

        return journal.LastFinal(BatchKind.Trades);
    }

    /// <summary>The balance on the chain of everyone who may be paid. What an unfinished batch has moved counts when it is settled.</summary>
    public async Task<IEnumerable<KeyValuePair<MemberId, Money>>> BalancesAsync(CancellationToken cancellation)
    {
        var moved = journal.LastOnChain(BatchKind.Trades) is var last && journal.FirstCleared() is { } first
            ? await parts.MovedAsync(last ?? first.Previous, cancellation) : [];
        var balances = await contract.BalancesAsync([.. payees.Select(Address.FromMember)], cancellation);
        if (moved.IsEmpty)
        {
            return payees.Zip(balances, KeyValuePair.Create);
        }

        _lanes ??= await contract.LanesAsync(cancellation);
        var byLane = moved.ToDictionary(delta => delta.Lane, delta => delta.Delta);
        return payees.Zip(balances, (payee, balance) => KeyValuePair.Create(payee, balance - byLane.GetValueOrDefault(_lanes.LaneOf(payee))));
    }

    public Task<ulong> BlockAsync(CancellationToken cancellation) => client.BlockNumberAsync(cancellation);

    private bool IsDeep(OutboxBatch batch, ulong head) => batch.Block is { } block && block + (ulong)finalBlocks - 1 <= head;
}

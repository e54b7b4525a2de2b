using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>Writes down settlements that the chain has and the journal had no time for: the exchange stopped in between.</summary>
public sealed class SettlementRecovery(ExchangeJournal journal, IEthereumClient client)
{
    /// <summary>Only the last rounds can be in that state: settlement goes in order, and each is written down before the next.</summary>
    public async Task RunAsync(ChainStart chain, CancellationToken cancellation)
    {
        if (journal.FirstCleared() is not { } first)
        {
            return;
        }

        for (var period = chain.LastPeriod; period >= first; period = period.Previous)
        {
            var settlement = journal.Settlement(period);
            if (settlement is { State: SettlementState.Confirmed })
            {
                return;
            }

            var receipt = settlement?.Sent is { } sent ? await client.ReceiptAsync(sent.Hash, cancellation) : null;
            await journal.AppendSettlementAsync(
                (settlement ?? Unknown(period, chain)) with { State = SettlementState.Confirmed, Block = receipt?.BlockNumber, Gas = receipt?.GasUsed });
        }
    }

    private JournalledSettlement Unknown(Period period, ChainStart chain)
    {
        var round = journal.Round(period)!;
        var data = EnergySettlementContract.EncodeSettle(
            round.Batch(), chain.Lanes);
        return new JournalledSettlement(period, SettlementState.Confirmed, Keccak256.Hash(data), null, null, null);
    }
}

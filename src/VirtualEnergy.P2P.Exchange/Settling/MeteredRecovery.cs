using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>Writes down metered batches that the chain has and the journal had no time for: the exchange stopped in between.</summary>
public sealed class MeteredRecovery(ExchangeJournal journal, IEthereumClient client)
{
    /// <exception cref="ExchangeStartException">The contract has a metered period that this journal never sent.</exception>
    public async Task RunAsync(ChainStart chain, CancellationToken cancellation)
    {
        foreach (var deviations in journal.UnsettledDeviations().Where(deviations => deviations.Period <= chain.Metering.Period))
        {
            var sent = journal.MeteredSettlement(deviations.Period)
                ?? throw new ExchangeStartException(
                    $"The contract has settled deviations up to period {chain.Metering.Period}, and those of {deviations.Period} were never sent from this journal. "
                    + "Nothing goes on until someone has found out why.");
            var receipt = await client.ReceiptAsync(sent.Sent.Hash, cancellation);
            await journal.AppendMeteredSettlementAsync(sent with { State = SettlementState.Confirmed, Block = receipt?.BlockNumber, Gas = receipt?.GasUsed });
        }
    }
}

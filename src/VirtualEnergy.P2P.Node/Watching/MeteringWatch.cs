using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Watching;

/// <summary>A metered batch on the chain, and the period that was metered.</summary>
/// <param name="Batch">With the trading period that it stands on.</param>
/// <param name="Period">The metered period, as it was traded and settled before.</param>
internal sealed record SettledMetering(MeteredOnChain Batch, SettledOnChain Period);

/// <summary>Gathers what auditing a metered batch takes: both of its periods from the chain, the round that was traded, and whose meter signs what.</summary>
internal sealed class MeteringWatch(
    JsonRpcClient client, EnergySettlementContract escrow, EscrowReader reader, RoundAuditor rounds, AuditedMarket market, MeteredProofsContract meters)
{
    private readonly MeteredAuditor _auditor = new(market);

    /// <summary>What the chain has of it; null where one of its periods is not among the events.</summary>
    public async Task<SettledMetering?> ReadAsync(SettledMeteredEvent batch, IReadOnlyList<ChainEvent> known, CancellationToken cancellation)
    {
        var settled = known.OfType<PeriodSettled>().Select(happened => happened.Settled).ToList();
        if (settled.FindLast(other => other.Period == batch.StandsOn) is not { } standing || settled.FindLast(other => other.Period == batch.MeteredPeriod) is not { } period)
        {
            return null;
        }

        var lanes = await escrow.LanesAsync(cancellation).ConfigureAwait(false);
        return new SettledMetering(
            await reader.MeteredAsync(batch, standing, known, lanes, batch.BlockNumber, cancellation).ConfigureAwait(false),
            await reader.SettledAsync(period, known, lanes, batch.BlockNumber, cancellation).ConfigureAwait(false));
    }

    /// <summary>The audit of the metered period's round; null where it leaves nothing that deviations can be held against.</summary>
    public RoundAudit? Traded(PublishedRound round, SettledMetering settled) =>
        rounds.Audit(round, settled.Period) is { Recomputed: not null, Committed: not null } audit ? audit : null;

    /// <exception cref="EthereumException">The node does not say whose meter signs what.</exception>
    public async Task<MeteredAudit> AuditAsync(PublishedMetering published, SettledMetering settled, RoundAudit traded, CancellationToken cancellation)
    {
        var forged = new HashSet<int>();
        var signers = _auditor.SignersOf(published);
        for (var i = 0; i < signers.Length; i++)
        {
            if (published.Positions[i] is { Reading: not null, Settled.Position.Member: var member }
                && (signers[i] is not { } signer
                    || !await meters.IsMeterOfAsync(client, escrow.Address, Address.FromMember(member), signer, cancellation).ConfigureAwait(false)))
            {
                forged.Add(i);
            }
        }

        return _auditor.Audit(published, settled.Batch, traded.Recomputed!, traded.Committed!, forged);
    }
}

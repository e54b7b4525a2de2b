using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>Which part of an audit is under way, and how far.</summary>
internal delegate void VerifyProgress(string part, double done, double of);

/// <summary>
/// Audits a span of settled periods: each round against its bids and the chain, what was metered of it against readings and the round, then everyone's balance.
/// </summary>
/// <param name="client">A node, by the auditor's choice.</param>
/// <param name="contract">The community's escrow.</param>
/// <param name="source">The published rounds.</param>
/// <param name="fromBlock">Nothing of the escrow is before it.</param>
/// <param name="receipts">Of meter readings, which must count; their signatures are the exchange's.</param>
internal sealed class VerifyRun(JsonRpcClient client, Address contract, IRoundSource source, ulong fromBlock, IReadOnlyList<HeldReadingReceipt> receipts)
{
    /// <summary>Rounds that are fetched while one is recomputed.</summary>
    private const int Ahead = 8;

    private readonly EnergySettlementContract _escrow = new(client, contract);
    private readonly EscrowReader _reader = new(client, new EnergySettlementContract(client, contract));

    /// <param name="from">The first period; null is the first settled one that there is.</param>
    /// <param name="to">The last period; null is the last.</param>
    /// <exception cref="UserErrorException">The span, the contract or the source cannot be used.</exception>
    public async Task<VerifyResult> RunAsync(Period? from, Period? to, VerifyProgress progress, CancellationToken cancellation)
    {
        var (market, agreed) = await MarketAsync(cancellation).ConfigureAwait(false);
        var head = await client.BlockNumberAsync(cancellation).ConfigureAwait(false);
        var events = await _reader.EventsAsync(
            fromBlock, head, new Told<ulong>(block => progress("chain", block - fromBlock, Math.Max(1, head - fromBlock))), cancellation).ConfigureAwait(false);
        var lanes = await _escrow.LanesAsync(cancellation).ConfigureAwait(false);
        var standing = Standing(events);
        var settled = standing.Values.ToList();
        var span = settled.Where(period => (from is null || period.Period >= from) && (to is null || period.Period <= to)
            && (from is not null || to is not null || source.Periods is not { } known || known.Contains(period.Period))).ToList();
        if (span.Count == 0)
        {
            throw new UserErrorException(settled.Count == 0
                ? $"The contract {contract} has settled nothing yet."
                : $"Nothing to verify: settled are the periods {settled[0].Period} to {settled[^1].Period}{(source.Periods is null ? "" : $", and {source.Name} has {source.Periods.First()} to {source.Periods.Last()}")}.");
        }

        if (!market.IsAgreed(agreed))
        {
            return new VerifyResult(market.Domain.ChainId, contract, source.Name, false, [], [], new VerifiedBalances(0, null, "the rules are not those agreed to"))
            {
                Overall = new AuditFinding(
                    span[0].Period, AuditCheck.Rules, "the market's rules", $"{source.Name} gives rules with the hash {market.Committed.Hash}",
                    $"the contract was deployed with {agreed}"),
            };
        }

        var meterings = new MeteringAudit(
            _reader, market, source,
            new MeterRegister(client, _escrow, new FraudProofsContract(await _escrow.JudgeAsync(cancellation).ConfigureAwait(false)), fromBlock, isLive: false));
        var reader = new PeriodReader(source, _reader, events, standing, lanes, head, mustHaveAll: from is not null || to is not null);
        var moving = new MovingRounds(await _escrow.PeriodsPerBatchAsync(cancellation).ConfigureAwait(false), settled[0].Period);
        var (rounds, metered) = await AuditAsync(market.Domain, new RoundAuditor(market), meterings, reader, span, events, moving, progress, cancellation).ConfigureAwait(false);
        var balances = await new BalanceAudit(client, _escrow, fromBlock).RunAsync(span, settled, lanes, head, progress, cancellation).ConfigureAwait(false);
        return new VerifyResult(market.Domain.ChainId, contract, source.Name, agreed != default, rounds, metered, balances);
    }

    private async Task<(AuditedMarket Market, Hash256 Agreed)> MarketAsync(CancellationToken cancellation)
    {
        var chainId = await client.ChainIdAsync(cancellation).ConfigureAwait(false);
        var described = await source.MarketAsync(cancellation).ConfigureAwait(false);
        if (described.ChainId != chainId || Address.Parse(described.Contract) != contract)
        {
            throw new UserErrorException($"{source.Name} is of the market of contract {described.Contract} on chain {described.ChainId}; asked was for {contract} on chain {chainId}.");
        }

        return (await client.CodeAsync(contract, cancellation).ConfigureAwait(false)).Length == 0
            ? throw new UserErrorException($"No contract lives at {contract} on chain {chainId}: check --contract and --rpc.")
            : (new AuditedMarket(new MarketDomain(chainId, contract), described.Rules), await _escrow.RulesAsync(cancellation).ConfigureAwait(false));
    }

    /// <summary>The settlements that were not rolled back, by period.</summary>
    private static SortedDictionary<Period, SettledEvent> Standing(ImmutableArray<ChainEvent> events)
    {
        var standing = new SortedDictionary<Period, SettledEvent>();
        foreach (var known in events)
        {
            if (known is PeriodSettled { Settled: var settled })
            {
                standing[settled.Period] = settled;
            }
            else if (known is PeriodRolledBack { Period: var undone })
            {
                standing.Remove(undone);
            }
        }

        return standing;
    }

    private async Task<(ImmutableArray<VerifiedRound> Rounds, ImmutableArray<VerifiedMetering> Meterings)> AuditAsync(
        MarketDomain domain, RoundAuditor auditor, MeteringAudit meterings, PeriodReader reader, List<SettledEvent> span, ImmutableArray<ChainEvent> events, MovingRounds moving,
        VerifyProgress progress, CancellationToken cancellation)
    {
        var rounds = ImmutableArray.CreateBuilder<VerifiedRound>(span.Count);
        var metered = ImmutableArray.CreateBuilder<VerifiedMetering>();
        var fetched = new Queue<Task<ReadPeriod>>(span.Take(Ahead).Select(period => reader.ReadAsync(period, cancellation)));
        var promised = new PromiseCheck(domain);
        for (var i = 0; i < span.Count; i++)
        {
            var (published, chain, missing, metering, promises) = await fetched.Dequeue().ConfigureAwait(false);
            if (i + Ahead < span.Count)
            {
                fetched.Enqueue(reader.ReadAsync(span[i + Ahead], cancellation));
            }

            // The first moving period of a span may carry money of periods before it, which nobody asked about.
            var next = moving.Next(chain);
            var audit = published is null ? null : next.Audit(auditor, published);
            moving.Done(chain, audit?.Recomputed);
            rounds.Add(new VerifiedRound(
                span[i].Period, published?.Bids.Length ?? 0, published?.Trades.Length ?? 0, published?.Price, published?.Volume ?? default,
                published is null ? null : chain.Commitment, missing ?? audit?.First ?? (published is null ? null : promised.First(published, promises))));
            if (metering is not null)
            {
                metered.Add(await AuditAsync(meterings, metering, audit, events, cancellation).ConfigureAwait(false));
            }

            progress("rounds", i + 1, span.Count);
        }

        return (rounds.MoveToImmutable(), metered.ToImmutable());
    }

    private async Task<VerifiedMetering> AuditAsync(
        MeteringAudit meterings, ReadMetering read, RoundAudit? round, ImmutableArray<ChainEvent> events, CancellationToken cancellation)
    {
        var (published, chain, finding, why) = read;
        MeteredAudit? audit = null;
        if (published is not null && round is { Recomputed: not null, Committed: not null })
        {
            audit = await meterings.AuditAsync(published, chain, round, events, receipts, cancellation).ConfigureAwait(false);
        }
        else if (published is not null)
        {
            why = "its round is not right, so that there is nothing to hold it against";
        }

        var readings = published?.Positions.Count(position => position.Reading is not null) ?? 0;
        return new VerifiedMetering(
            chain.Event.MeteredPeriod, chain.Event.StandsOn, readings, (published?.Positions.Length ?? 0) - readings, published?.Corrections.Length ?? 0, audit?.Unseen ?? 0,
            Balanced(audit?.First is null ? published : null), published is null ? null : chain.StandsOn.Commitment, finding ?? audit?.First, why);
    }

    // Of what was found good, so that it is no sum of a stranger's numbers.
    private static Energy Balanced(PublishedMetering? published) => (published?.Trades ?? []).Aggregate(Energy.Zero, (sum, trade) => sum + trade.Energy);
}

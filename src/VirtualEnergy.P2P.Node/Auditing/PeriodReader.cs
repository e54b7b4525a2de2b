using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>What was settled of a period and what is published of it.</summary>
/// <param name="Published">Null where it could not be had.</param>
/// <param name="Missing">Then the finding.</param>
/// <param name="Metering">Null where nothing metered is settled of it.</param>
/// <param name="Promises">What homes had promised to others; empty where nothing is published of that.</param>
internal sealed record ReadPeriod(PublishedRound? Published, SettledOnChain Chain, AuditFinding? Missing, ReadMetering? Metering, IReadOnlyCollection<ReservationEvidence> Promises);

/// <summary>The same of its metered batch.</summary>
/// <param name="WhyNot">Why there is nothing to audit, where that is nobody's fault.</param>
internal sealed record ReadMetering(PublishedMetering? Published, MeteredOnChain Chain, AuditFinding? Missing, string? WhyNot);

/// <summary>Fetches what auditing a period takes, from the chain and from the published rounds.</summary>
/// <param name="events">All of the escrow's.</param>
/// <param name="settled">The settlements that stand.</param>
/// <param name="head">The block that the events were read up to.</param>
/// <param name="mustHaveAll">A period that the source does not have is a difference; else only what it has was asked for.</param>
internal sealed class PeriodReader(
    IRoundSource source, EscrowReader reader, ImmutableArray<ChainEvent> events, IReadOnlyDictionary<Period, SettledEvent> settled, MemberLanes lanes, ulong head,
    bool mustHaveAll)
{
    private readonly Dictionary<Period, SettledMeteredEvent> _batches = StandingMeterings.Of(events).ToDictionary(batch => batch.MeteredPeriod);

    public async Task<ReadPeriod> ReadAsync(SettledEvent period, CancellationToken cancellation)
    {
        var chain = await reader.SettledAsync(period, events, lanes, head, cancellation).ConfigureAwait(false);
        var (round, missing) = await PublishedAsync(period.Period, "the round", source.RoundAsync, cancellation).ConfigureAwait(false);
        missing = missing is null ? null : missing with { Evidence = FraudEvidence.Withheld("the heads of the round") };
        var (promises, unreadable) = round is null ? (null, null) : await PromisesAsync(period.Period, cancellation).ConfigureAwait(false);
        return new ReadPeriod(round, chain, missing ?? unreadable, await MeteringAsync(period.Period, chain, cancellation).ConfigureAwait(false), promises ?? []);
    }

    private async Task<(IReadOnlyCollection<ReservationEvidence>? Promises, AuditFinding? Unreadable)> PromisesAsync(Period period, CancellationToken cancellation)
    {
        try
        {
            return (await source.PromisesAsync(period, cancellation).ConfigureAwait(false), null);
        }
        catch (RoundSourceException unreadable) when (unreadable.IsUnreadable)
        {
            return (null, new AuditFinding(period, AuditCheck.Published, "what homes had promised elsewhere", unreadable.Message.TrimEnd('.'), "it is a list of what homes and providers signed"));
        }
    }

    private async Task<ReadMetering?> MeteringAsync(Period period, SettledOnChain traded, CancellationToken cancellation)
    {
        if (!_batches.TryGetValue(period, out var batch))
        {
            return null;
        }

        // Mostly it stands on the metered period itself, and never on one that does not stand.
        var standing = batch.StandsOn == period ? traded
            : settled.TryGetValue(batch.StandsOn, out var other) ? await reader.SettledAsync(other, events, lanes, head, cancellation).ConfigureAwait(false)
            : throw new EthereumTransportException($"The node has a metered batch on period {batch.StandsOn} and not that it was settled.", isTransient: false);
        var chain = await reader.MeteredAsync(batch, standing, events, cancellation).ConfigureAwait(false);
        var (published, missing) = await PublishedAsync(period, "what was metered", source.MeteringAsync, cancellation).ConfigureAwait(false);
        return published is null && !mustHaveAll && source.Periods is not null
            ? new ReadMetering(null, chain, null, $"{source.Name} does not have it; ve rounds save fetches what was metered since")
            : new ReadMetering(published, chain, missing, null);
    }

    private async Task<(T? Published, AuditFinding? Missing)> PublishedAsync<T>(Period period, string what, Func<Period, CancellationToken, Task<T?>> ask, CancellationToken cancellation)
        where T : class
    {
        string why;
        try
        {
            if (await ask(period, cancellation).ConfigureAwait(false) is { } published)
            {
                return (published, null);
            }

            why = $"{source.Name} does not have it";
        }
        catch (RoundSourceException unreadable) when (unreadable.IsUnreadable)
        {
            why = unreadable.Message.TrimEnd('.');
        }

        return (null, new AuditFinding(period, AuditCheck.Published, what, why, "the chain settled it"));
    }
}

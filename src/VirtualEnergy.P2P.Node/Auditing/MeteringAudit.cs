using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>A metered batch on the chain, and the period that was metered.</summary>
/// <param name="Batch">With the trading period that it stands on.</param>
/// <param name="Period">The metered period, as it was traded and settled before.</param>
internal sealed record SettledMetering(MeteredOnChain Batch, SettledOnChain Period);

/// <summary>
/// Audits metered batches one after another, in the order of the chain, and gathers what that takes: both periods of each from the chain, whose meter signs what, and what was settled
/// of earlier periods.
/// </summary>
/// <param name="source">Where earlier metered periods are looked for when one is corrected.</param>
/// <param name="register">Whose meter signs what.</param>
internal sealed class MeteringAudit(EscrowReader reader, AuditedMarket market, IRoundSource source, MeterRegister register)
{
    private readonly MeteredAuditor _auditor = new(market);
    private readonly MeteringHistory _history = new();

    // A receipt is held against one batch, the first that must know it: what is wrong is said once.
    private readonly HashSet<HeldReadingReceipt> _held = [];

    /// <summary>What the chain has of a batch; null where one of its periods is not among the events.</summary>
    /// <param name="batch">From the log.</param>
    /// <param name="settledOf">A period's settlement, as far as it is known.</param>
    /// <param name="known">The escrow's events up to <paramref name="block"/>.</param>
    /// <param name="lanes">The members.</param>
    /// <param name="block">The block whose ring the log is held against.</param>
    public async Task<SettledMetering?> ReadAsync(
        SettledMeteredEvent batch, Func<Period, SettledEvent?> settledOf, IReadOnlyList<ChainEvent> known, MemberLanes lanes, ulong block, CancellationToken cancellation) =>
        settledOf(batch.StandsOn) is not { } standing || settledOf(batch.MeteredPeriod) is not { } period ? null : new SettledMetering(
            await reader.MeteredAsync(batch, standing, known, lanes, block, cancellation).ConfigureAwait(false),
            await reader.SettledAsync(period, known, lanes, block, cancellation).ConfigureAwait(false));

    /// <param name="published">The exchange's word.</param>
    /// <param name="batch">What the chain has.</param>
    /// <param name="traded">The audit of the metered period's round, which leaves something that deviations can be held against.</param>
    /// <param name="known">The escrow's events.</param>
    /// <param name="receipts">Of readings that must count by now.</param>
    /// <exception cref="EthereumException">The node does not say whose meter signs what.</exception>
    public async Task<MeteredAudit> AuditAsync(
        PublishedMetering published, MeteredOnChain batch, RoundAudit traded, IReadOnlyList<ChainEvent> known, IReadOnlyList<HeldReadingReceipt> receipts,
        CancellationToken cancellation)
    {
        var signatures = await SignaturesAsync(published, batch.Event, cancellation).ConfigureAwait(false);
        await LookBackAsync(published, batch.Event, known, cancellation).ConfigureAwait(false);
        var audit = _auditor.Audit(published, batch, traded.Recomputed!, traded.Committed!, signatures, _history, DueIn(published, receipts));
        if (audit.IsCommitted)
        {
            _history.Take(published, batch.Event.Before.Period);
        }

        return audit;
    }

    private List<HeldReadingReceipt> DueIn(PublishedMetering published, IReadOnlyList<HeldReadingReceipt> receipts)
    {
        var present = published.Positions.Select(position => position.Settled.Position.Member).ToHashSet();
        return [.. receipts.Where(receipt => receipt.IsDueIn(published.Period) && present.Contains(receipt.Reading.Member) && _held.Add(receipt))];
    }

    /// <summary>Who signed the readings, and whose signature did not count when the batch was settled.</summary>
    private async Task<ReadingSignatures> SignaturesAsync(PublishedMetering published, SettledMeteredEvent batch, CancellationToken cancellation)
    {
        var signers = _auditor.SignersOf(published);
        var asked = published.Readings.Select((reading, place) => (Reading: reading, Place: place)).Where(entry => entry.Reading is not null).Select(entry => new MeterSignature(
            entry.Place, Address.FromMember(MemberAt(published, entry.Place)), signers[entry.Place], IsOfEarlier: entry.Place >= published.Positions.Length)).ToList();
        return new ReadingSignatures(signers, await register.ForgedAsync(asked, batch.BlockNumber, cancellation).ConfigureAwait(false));
    }

    private static MemberId MemberAt(PublishedMetering published, int place) => place < published.Positions.Length
        ? published.Positions[place].Settled.Position.Member : published.Corrections[place - published.Positions.Length].Correction.Member;

    /// <summary>Where a period is corrected that is before all that was seen, what the source has of it up to there is seen as well, if it is what the chain has.</summary>
    private async Task LookBackAsync(PublishedMetering published, SettledMeteredEvent batch, IReadOnlyList<ChainEvent> known, CancellationToken cancellation)
    {
        var first = published.Corrections.Select(entry => entry.Correction.Period).Where(period => period < published.Period && !_history.Reaches(period)).DefaultIfEmpty(published.Period).Min();
        var until = _history.Last == batch.Before.Period && _history.Since is { } since ? since : published.Period;
        if (first == published.Period || published.Period.Index - first.Index > MeteringHistory.Kept)
        {
            return;
        }

        var earlier = new List<PublishedMetering>();
        foreach (var settled in StandingMeterings.Of(known).Where(other => other.MeteredPeriod >= first && other.MeteredPeriod < until))
        {
            if (await TryReadAsync(settled, cancellation).ConfigureAwait(false) is not { } read)
            {
                earlier.Clear(); // What is between counts as well: only an unbroken row tells who was settled by what.
                continue;
            }

            earlier.Add(read);
        }

        _history.TakeEarlier(earlier);
    }

    private async Task<PublishedMetering?> TryReadAsync(SettledMeteredEvent settled, CancellationToken cancellation)
    {
        try
        {
            return await source.MeteringAsync(settled.MeteredPeriod, cancellation).ConfigureAwait(false) is { } read && _auditor.RootOf(read) == settled.MeterRoot ? read : null;
        }
        catch (Exception unusable) when (unusable is RoundSourceException or OverflowException or ArgumentException or FormatException)
        {
            return null;
        }
    }
}

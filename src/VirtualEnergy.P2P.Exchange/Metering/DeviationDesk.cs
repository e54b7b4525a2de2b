using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Exchange.Metering;

/// <summary>
/// Settles a metered period (market rule 9): takes the readings that count and estimates the others, carries what earlier periods turn out to be wrong by, computes, writes
/// down, publishes, and hands the batch to settlement.
/// </summary>
public sealed class DeviationDesk
{
    private readonly ExchangeOptions _options;
    private readonly DeviationBook _book;
    private readonly MemberDirectory _members;
    private readonly ExchangeJournal _journal;
    private readonly FundsLedger _ledger;
    private readonly MeteredSettler _settler;
    private readonly MarketPublisher _publisher;
    private readonly Topics _topics;
    private readonly ILogger _logger;
    private readonly MeterReadingSigning _signing;

    public DeviationDesk(
        ExchangeOptions options, DeviationBook book, MemberDirectory members, ExchangeJournal journal, FundsLedger ledger, MarketDomain domain,
        MeteredSettler settler, MarketPublisher publisher, Topics topics, ILogger<DeviationDesk> logger)
    {
        (_options, _book, _members, _journal, _ledger) = (options, book, members, journal, ledger);
        (_settler, _publisher, _topics, _logger, _signing) = (settler, publisher, topics, logger, new MeterReadingSigning(domain));
        settler.Revise = ReviseAsync;
    }

    /// <exception cref="JournalException">It cannot be written down: nothing has changed.</exception>
    public async Task SettleAsync(Period period)
    {
        var journalled = new JournalledDeviations(ResultOf(period), _options.Rules.Accounts);
        await _journal.AppendDeviationsAsync(journalled);
        _ledger.ClearDeviations(period, journalled.Batch().Deltas);
        Publish(journalled.Result, _publisher, _topics);
        Tell(journalled);
        _settler.Enqueue(journalled);
        _book.Settle(journalled.Result); // last: whoever closes a gate, or the run, goes by the book
    }

    /// <summary>The same readings, settled by what members have now. Called between two batches, before the chain has the period.</summary>
    private async Task<JournalledDeviations?> ReviseAsync(JournalledDeviations before)
    {
        var (result, certain) = (before.Result, _ledger.Certain(except: before.Period));
        var whole = result.Positions.Select(position => (
            Position: position.Settled.Position with { Carried = position.Settled.Position.Carried + position.Unfunded }, position.Source)).ToList();
        var revised = new JournalledDeviations(Settled(result.Period, result.Prices, whole, result.Corrections, certain), before.Accounts);
        if (revised.Result.MeterRoot == result.MeterRoot)
        {
            return null;
        }

        await _journal.AppendDeviationsAsync(revised);
        _ledger.ReviseDeviations(revised.Period, revised.Batch().Deltas);
        if (_journal.LastMetered() == revised.Period)
        {
            Publish(revised.Result, _publisher, _topics); // what is retained is the last period
        }

        _logger.LogWarning("The deviations of period {Period} are settled anew: a member has less than she was to pay.", revised.Period.Index);
        return revised;
    }

    /// <summary>Retained, as far as a broker's packet carries it; what is larger, of some 10,000 members, is in the API.</summary>
    internal static void Publish(DeviationResult result, MarketPublisher publisher, Topics topics)
    {
        var payload = WireFormat.Write(result);
        if (payload.Length <= WireFormat.MaxRoundResultBytes)
        {
            publisher.SendRetained(topics.DeviationResult, payload);
        }
    }

    private void Tell(JournalledDeviations deviations)
    {
        var readings = deviations.Result.Positions.Count(position => position.Source.Reading is not null);
        var told = new PeriodMetered(
            deviations.Period, readings, deviations.Result.Positions.Length - readings, deviations.Result.Corrections.Length, deviations.Settled().Matched);
        _logger.LogInformation(
            "Period {Period} metered: {Readings} readings, {Estimates} estimates, {Corrections} corrections, {Balanced} Wh balanced.",
            told.Period.Index, told.Readings, told.Estimates, told.Corrections, told.Balanced);
        _options.Progress?.Report(told);
    }

    /// <summary>What the period comes to with what is known now.</summary>
    private DeviationResult ResultOf(Period period)
    {
        var draft = _book.Draft(period, _members.Active);
        var prices = ImbalancePrices.Of(_options.Rules, draft.Price, draft.Supplier);
        var earlier = new EarlierReadings(_journal, _options.Rules.Grid);
        ImmutableArray<PublishedCorrection> corrections = [.. draft.Corrections.Select(entry =>
        {
            var (net, source) = earlier.NetOf(entry.Now);
            return new PublishedCorrection(new Correction(entry.Now.Member, entry.Now.Period, entry.Assumed, net), source);
        })];
        var carried = corrections.ToLookup(correction => correction.Correction.Member, correction => correction.Correction.Difference);
        var positions = draft.Members.Select(member =>
        {
            var (net, source) = earlier.NetOf(member);
            var difference = carried[member.Member].Aggregate(Energy.Zero, (sum, each) => sum + each);
            return (new MeteredPosition(member.Member, net, difference, member.Traded), source);
        }).ToList();
        return Settled(period, prices, positions, corrections, _ledger.Certain());
    }

    /// <param name="period">Metered.</param>
    /// <param name="prices">What is matched costs.</param>
    /// <param name="whole">One a member, by member, as if everybody could pay.</param>
    /// <param name="corrections">What is carried.</param>
    /// <param name="certain">What members have for certain.</param>
    private DeviationResult Settled(
        Period period, ImbalancePrices prices, List<(MeteredPosition Position, MeteredSource Source)> whole, ImmutableArray<PublishedCorrection> corrections,
        IReadOnlyDictionary<MemberId, Money> certain)
    {
        var payable = whole.Select(entry => PayableDeviation.Limit(entry.Position, prices, certain.GetValueOrDefault(entry.Position.Member), whole.Count)).ToList();
        var settled = DeviationCalculator.Settle(payable, prices, _options.Rules.Accounts);
        ImmutableArray<PublishedPosition> published = [.. settled.Positions.Zip(whole, (position, from) =>
            new PublishedPosition(position, from.Position.Carried - position.Position.Carried, from.Source))];
        return new DeviationResult(period, prices, published, corrections, CommittedDeviations.Of(settled, CommitmentsIn(published), _options.Rules.Accounts).Root);
    }

    private Func<MemberId, Hash256> CommitmentsIn(ImmutableArray<PublishedPosition> positions)
    {
        var commitments = positions.Select(position => position.Source.Reading).OfType<MeterReading>().ToDictionary(
            reading => reading.Member, reading => _signing.Commit(ReadingReceipts.Metered(reading), reading.Signature.AsSpan()));
        return member => commitments.GetValueOrDefault(member);
    }
}

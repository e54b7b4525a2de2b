using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Delivery;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>What a journal and a chain must have in common when all is over.</summary>
internal static class JournalAndChain
{
    /// <summary>So many periods back the contract keeps commitments (<see cref="EnergySettlementTerms.WindowPeriods"/>).</summary>
    private const int Window = 96;

    private static readonly TimeSpan Patience = Hang.After;

    public static async Task<long> LastClearedAsync(TestCommunity community)
    {
        await using var journal = Open(community);
        return (journal.LastCleared() ?? TestCommunity.First.Previous).Index;
    }

    public static async Task UntilSettledAsync(TestCommunity community, Period last, CancellationToken cancellation)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (await community.Contract.LastPeriodAsync(cancellation) is var settled && settled != last)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, $"The chain has period {settled}, and {last} was to come.");
        }
    }

    /// <summary>The same rounds, each once; their money and not a transaction more; each round the one that its bids make; every receipted bid in its round.</summary>
    /// <param name="community">Of both.</param>
    /// <param name="last">The last period that was to be settled.</param>
    /// <param name="bidders">With the receipts that they got.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="isByWords">Whether each round was settled by parts of one word each.</param>
    /// <param name="hasLogs">Whether the chain has its logs from the first block on; an Anvil that was restarted has not.</param>
    public static async Task AreTheSameAsync(
        TestCommunity community, Period last, IReadOnlyList<Bidder> bidders, CancellationToken cancellation, bool hasLogs = true, bool isByWords = false)
    {
        await using var journal = Open(community);
        var rounds = journal.Rounds(TestCommunity.First, last);
        var count = (int)(last.Index - TestCommunity.First.Index + 1);
        Assert.Equal(Enumerable.Range(0, count).Select(n => new Period(TestCommunity.First.Index + n)), rounds.Select(round => round.Period));
        Assert.Equal(last, journal.LastCleared());

        var lanes = await community.Contract.LanesAsync(cancellation);
        foreach (var round in rounds.TakeLast(Window))
        {
            var alone = SettlementCommitment.Of(round.Batch(), DeltasHash(round));
            var expected = journal.MeteredStandingOn(round.Period) is { } standing
                ? MeteredBatch.CommitmentOf(alone, journal.Deviations(standing.Period)!.Batch().HashAfter(standing.Before, lanes)) : alone;
            Assert.Equal(expected, await community.Contract.CommitmentOfAsync(round.Period, cancellation));
        }

        if (hasLogs)
        {
            var settled = await community.Contract.SettledEventsAsync(0, cancellation);
            Assert.Equal(
                rounds.Select(round => (round.Period, round.BidsRoot, round.TradesRoot, DeltasHash(round))),
                settled.Select(one => (one.Period, one.BidsRoot, one.TradesRoot, one.DeltasHash)));
        }

        var metered = journal.Batches(BatchKind.Metered, TestCommunity.First, last).Where(batch => batch.IsOnChain).Select(batch => journal.Deviations(batch.Period)!).ToList();
        Assert.Equal(metered.Select(one => one.Period).LastOrDefault(TestCommunity.First.Previous), (await community.Metered.MeteringAsync(cancellation)).Period);
        var sent = await community.Client.TransactionCountAsync(DevAccounts.Settler.Address, pending: true, cancellation);
        if (metered.Count == 0)
        {
            Assert.Equal(isByWords ? (ulong)rounds.Sum(round => 1 + lanes.Pack(round.Batch()).Length) : (ulong)count, sent);
        }

        // A metered batch that came too late for a trading period was refused by the contract, and sent anew.
        Assert.True(sent >= (ulong)(count + metered.Count), $"{sent} transactions cannot have brought {count} rounds and {metered.Count} metered periods.");

        var paid = rounds.SelectMany(round => round.Deltas()).Concat(metered.SelectMany(one => one.Batch().Deltas)).ToLookup(delta => delta.Member, delta => delta.Delta.MicroEur);
        foreach (var key in community.Keys)
        {
            Assert.Equal(100_000_000 + paid[key.Address.ToMember()].Sum(), (await community.Contract.BalanceOfAsync(key.Address, cancellation)).MicroEur);
        }

        var zones = community.Options.Members.ToDictionary(member => member.Id, member => member.Zone);
        foreach (var round in rounds)
        {
            var counted = JournalReplay.Counting(journal.Bids(round.Period));
            Assert.Equal(round.RoundHash, RoundCommitment.Of(RoundCalculator.Clear(round.Period, counted, zones, community.Options.Rules)).RoundHash);
        }

        foreach (var (hash, period) in bidders.SelectMany(bidder => bidder.Receipted))
        {
            Assert.Contains(journal.Bids(period), bid => bid.Signed.Hash == hash);
        }

        Hash256 DeltasHash(JournalledRound round)
        {
            var words = lanes.Pack(round.Batch());
            return isByWords ? words.Skip(1).Aggregate(BatchPart.First([words[0]]), (part, word) => part.Next([word])).Chain : SettlementCommitment.DeltasHash(words);
        }
    }

    private static ExchangeJournal Open(TestCommunity community) => ExchangeJournal.Open(
        community.Options.JournalPath, new JournalIdentity(community.Options.Community, 31337, community.Options.Contract.ToString()), TimeProvider.System);
}

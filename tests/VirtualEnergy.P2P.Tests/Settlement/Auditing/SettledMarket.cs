using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Publishing;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Tests.Settlement.Auditing;

/// <summary>Six members whose signed bids cross, the round that follows, and what an operator publishes and settles of it.</summary>
internal sealed class SettledMarket
{
    public static readonly Period Period = new(1_000);

    private static readonly EthereumKey[] Keys = [.. Enumerable.Range(1, 6).Select(i => EthereumKey.FromBytes([.. Enumerable.Repeat((byte)i, EthereumKey.Size)]))];

    public SettledMarket(MarketRules? rules = null)
    {
        Market = new AuditedMarket(new MarketDomain(31337, Address.Parse("0x" + new string('a', 40))), rules ?? MarketRules.Default);
        Lanes = new MemberLanes([.. Keys.Select(key => key.Address)]);
    }

    public AuditedMarket Market { get; }

    public MemberLanes Lanes { get; }

    public static EthereumKey KeyOf(int i) => Keys[i];

    public static MemberId Member(int i) => Keys[i].Address.ToMember();

    /// <summary>
    /// 0 to 2 buy 300 Wh at 250, 240 and 230 thousand µEUR/kWh and 150 Wh at 100; 3 to 5 sell 400, 401 and 402 Wh from 90, 100 and 110 thousand on.
    /// </summary>
    public SignedBid Bid(int i, Period? period = null, long number = 1) => Sign(i, new Bid(
        Member(i), period ?? Period, number,
        i < 3 ? [new Step(new Price(250_000 - 10_000 * i), new Energy(300)), new Step(new Price(100_000), new Energy(150))] : [],
        i < 3 ? [] : [new Step(new Price(60_000 + 10_000 * i), new Energy(397 + i))]));

    public SignedBid Sign(int i, Bid bid) => new(bid, Market.Bids.Hash(bid), Keys[i].Sign(Market.Bids.Hash(bid)).ToImmutableBytes());

    public static ImmutableArray<byte> Signed(int i, Hash256 hash) => Keys[i].Sign(hash).ToImmutableBytes();

    public Round Clear() => Clear([.. Enumerable.Range(0, 6).Select(i => Bid(i))]);

    public Round Clear(ImmutableArray<SignedBid> bids) => RoundCalculator.Clear(Period, bids, new Dictionary<MemberId, ZoneId>(), Market.Rules);

    public static PublishedRound Publish(Round round) => PublishedRounds.Of(round);

    /// <summary>What the chain has when the operator settles what was published, as it is.</summary>
    public SettledOnChain Settle(PublishedRound said) => Settle(SettlementBatch.Of(PublishedRounds.RoundOf(said, Market.Rules)));

    public SettledOnChain Settle(SettlementBatch batch)
    {
        var words = Lanes.Pack(batch);
        return new SettledOnChain(
            new SettledEvent(batch.Period, batch.BidsRoot, batch.TradesRoot, SettlementCommitment.DeltasHash(words), 7, default), default, CommitmentCheck.Kept, words, Lanes);
    }

    /// <summary>What the chain has when the operator settles what is said of a metered period, as it is, on the period itself; and the round that he committed to.</summary>
    public (MeteredOnChain Batch, SettledRound Traded) Settle(PublishedMetering said, Round round)
    {
        var before = new Metering(said.Period.Previous, said.Period.Previous);
        var batch = new MeteredBatch(said.Period, said.MeterRoot, said.Deltas);
        var words = Lanes.Pack(said.Deltas);
        var chain = new MeteredOnChain(
            new SettledMeteredEvent(said.Period, said.Period, before, said.MeterRoot, SettlementCommitment.DeltasHash(words), 8, default),
            Settle(Publish(round)) with { Metered = batch.HashAfter(before, Lanes) }, words);
        return (chain, new SettledRound(Market.Escrow, chain.StandsOn.Settled, Market.Committed, new CommittedBids(round.Bids), CommittedTrades.Of(round)));
    }

    /// <summary>The same trades with other money for two members.</summary>
    public static ImmutableArray<MemberDelta> Skim(ImmutableArray<MemberDelta> deltas, long microEur) =>
        deltas.SetItem(0, deltas[0] with { Delta = deltas[0].Delta - new Money(microEur) }).SetItem(1, deltas[1] with { Delta = deltas[1].Delta + new Money(microEur) });

    public static PublishedRound With(PublishedRound said, ImmutableArray<Trade> trades) => said with { Trades = trades, Deltas = Netting.DeltasOf(trades, [], default) };
}

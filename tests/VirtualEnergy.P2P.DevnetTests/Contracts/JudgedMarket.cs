using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>An escrow with a judge, a bond and the market's rules, and six members whose signed bids cross.</summary>
internal sealed class JudgedMarket(DevChain chain, Escrow escrow, FraudProofsContract judge, ClearingProofsContract clearing)
{
    public const long Bond = 1_000_000;

    public static readonly Period First = new(Before + 1);

    public static readonly CommittedRules Rules = CommittedRules.Of(MarketRules.Default);

    private readonly MarketDomain _domain = new(DevChain.ChainId, escrow.Contract.Address);

    public Escrow Escrow { get; } = escrow;

    public FraudProofsContract Judge { get; } = judge;

    /// <summary>The judge's expert for the one price.</summary>
    public ClearingProofsContract Clearing { get; } = clearing;

    public TransactionSender Challenger => Escrow.SenderOf(0);

    /// <param name="periodsPerBatch">Balances move in every so many periods.</param>
    public static async Task<JudgedMarket> OfAsync(DevChain chain, int periodsPerBatch = 1)
    {
        var judge = await FraudProofsContract.DeployAsync(chain.Registrar, Cancellation);
        var escrow = await Escrow.OfAsync(chain, members: 6, eachMicroEur: 10_000_000, terms: terms => terms with
        {
            Judge = judge.Address, Challenge = TimeSpan.FromHours(1), Bond = new Money(Bond), Rules = Rules.Hash, PeriodsPerBatch = periodsPerBatch,
        });
        await escrow.Euro.MintAsync(chain.Registrar, chain.Registrar.Address, new Money(Bond), Cancellation);
        await escrow.Euro.ApproveAsync(chain.Registrar, escrow.Contract.Address, new Money(Bond), Cancellation);
        await escrow.Contract.PostBondAsync(chain.Registrar, new Money(Bond), Cancellation);
        return new JudgedMarket(chain, escrow, judge, await judge.ClearingAsync(chain.Client, Cancellation));
    }

    /// <param name="asItStands">Hashed as the bid is, whoever signs: what a forger does.</param>
    public SignedBid Sign(int member, Bid bid, bool asItStands = false)
    {
        var signing = new BidSigning(_domain);
        var key = DevAccounts.Keys[member + 2];
        return asItStands ? new SignedBid(bid, signing.Hash(bid), key.Sign(signing.Hash(bid)).ToImmutableBytes()) : signing.Sign(bid, key);
    }

    /// <summary>What the exchange answers to a bid.</summary>
    /// <param name="besides">Those that are signed with it, before and behind it.</param>
    public ReceiptSignature Receipt(ReceiptedBid receipt, params ReceiptedBid[] besides) =>
        new ReceiptSigning(_domain).Sign([.. besides, receipt, .. besides], DevAccounts.Settler)[besides.Length];

    /// <summary>
    /// Three buy and three sell; on demand one of the buyers prefers green energy, or the sellers offer 403, 404 and 405 Wh at one price and share
    /// in the 900 Wh that are bought.
    /// </summary>
    public Round Clear(bool withPremiums = false, bool sharing = false)
    {
        var bids = Enumerable.Range(0, 6).Select(i => Sign(i, new Bid(
            Escrow.Members[i].ToMember(), First, i + 1,
            i < 3 ? [new Step(new Price(250_000 - 10_000 * i), new Energy(300)), new Step(new Price(100_000), new Energy(150))] : [],
            i < 3 ? [] : [new Step(new Price(sharing ? 110_000 : 60_000 + 10_000 * i), new Energy(400 + i))])
        {
            Preferences = withPremiums && i == 1 ? new Preferences(new Price(1_000), new Price(2_000)) : Preferences.None,
        }));
        return RoundCalculator.Clear(First, bids, new Dictionary<MemberId, ZoneId>(), MarketRules.Default);
    }

    /// <summary>Members 0 to 2 buy and 3 to 5 sell, one step each of a price (µEUR/kWh) and energy (Wh).</summary>
    public Round ClearAll((long Price, long Energy)[] buys, (long Price, long Energy)[] sells)
    {
        ImmutableArray<Step> At((long Price, long Energy) step) => [new Step(new Price(step.Price), new Energy(step.Energy))];
        var bids = buys.Select((step, i) => Sign(i, new Bid(Escrow.Members[i].ToMember(), First, 1, At(step), [])))
            .Concat(sells.Select((step, i) => Sign(3 + i, new Bid(Escrow.Members[3 + i].ToMember(), First, 1, [], At(step)))));
        return RoundCalculator.Clear(First, bids, new Dictionary<MemberId, ZoneId>(), MarketRules.Default);
    }

    /// <summary>An honest round.</summary>
    public Task<(SettledRound Round, ImmutableArray<BigInteger> Words)> SettleAsync(Round round) =>
        SettleAsync(new CommittedBids(round.Bids), CommittedTrades.Of(round), round.Deltas);

    /// <summary>What the operator says came out, with a ledger that follows from it.</summary>
    public Task<(SettledRound Round, ImmutableArray<BigInteger> Words)> SettleAsync(
        ImmutableArray<SignedBid> bids, ImmutableArray<Trade> trades, MoneyAccounts accounts, Price price = default) =>
        SettleAsync(new CommittedBids(bids), new CommittedTrades(trades, LedgerEntry.Book(trades, [], accounts), price), Netting.DeltasOf(trades, [], accounts));

    /// <summary>What the operator says came out, and the money moves as it likes.</summary>
    public Task<(SettledRound Round, ImmutableArray<BigInteger> Words)> SettleAsync(
        ImmutableArray<SignedBid> bids, ImmutableArray<Trade> trades, ImmutableArray<MemberDelta> deltas) =>
        SettleAsync(new CommittedBids(bids), new CommittedTrades(trades, []), deltas);

    public Task<(SettledRound Round, ImmutableArray<BigInteger> Words)> SettleAsync(
        CommittedBids bids, CommittedTrades trades, ImmutableArray<MemberDelta> deltas) =>
        SettleAsync(new SettlementBatch(First, bids.Root, trades.Root, deltas), bids, trades);

    public async Task<(SettledRound Round, ImmutableArray<BigInteger> Words)> SettleAsync(SettlementBatch batch, CommittedBids bids, CommittedTrades trades)
    {
        await Escrow.Contract.SettleAsync(chain.Settler, batch, Cancellation);
        return await SettledAsync(batch, bids, trades);
    }

    public static SettlementBatch Batch(ImmutableArray<SignedBid> signed, ImmutableArray<Trade> traded, out CommittedBids bids, out CommittedTrades trades)
    {
        (bids, trades) = (new CommittedBids(signed), new CommittedTrades(traded, LedgerEntry.Book(traded, [], default)));
        return new SettlementBatch(First, bids.Root, trades.Root, Netting.DeltasOf(traded, [], default));
    }

    /// <summary>The same by the mode in which the contract nets.</summary>
    public async Task<(SettledRound Round, ImmutableArray<BigInteger> Words)> SettleVerifiedAsync(
        ImmutableArray<SignedBid> signed, ImmutableArray<Trade> traded)
    {
        var batch = Batch(signed, traded, out var bids, out var trades);
        await Escrow.Contract.SettleVerifiedAsync(
            chain.Settler, First, batch.BidsRoot, batch.TradesRoot, [.. traded.SelectMany(trade => Payment.Of(trade, default))], Cancellation);
        return await SettledAsync(batch, bids, trades);
    }

    /// <summary>A metered batch comes to stand on the period.</summary>
    public async Task<(SettledRound Round, ImmutableArray<BigInteger> Words)> MeterAsync(SettledRound round)
    {
        var metering = new MeteredSettlementContract(chain.Client, Escrow.Contract);
        var before = await metering.MeteringAsync(Cancellation);
        var batch = new MeteredBatch(First, Keccak256.Hash("meters"u8), []);
        await metering.SettleAsync(chain.Settler, batch, Cancellation);
        var lanes = await Escrow.Contract.LanesAsync(Cancellation);
        return (round with { Settled = round.Settled with { Metered = batch.HashAfter(before, lanes) } }, []);
    }

    public Task RefusesAsync(Func<FraudProofsContract, Task> proof) => Escrow.RefusesAsync("NoFraud", [], () => proof(Judge));

    public Task RefusesAsync(Func<ClearingProofsContract, Task> proof) => Escrow.RefusesAsync("NoFraud", [], () => proof(Clearing));

    public Task ProvesAsync(Func<FraudProofsContract, Task> proof) => ProvesAsync(proof(Judge));

    public Task ProvesAsync(Func<ClearingProofsContract, Task> proof) => ProvesAsync(proof(Clearing));

    private async Task ProvesAsync(Task proof)
    {
        await proof;
        Assert.True((await Escrow.Contract.StateAsync(Cancellation)).Frozen);
    }

    private async Task<(SettledRound Round, ImmutableArray<BigInteger> Words)> SettledAsync(SettlementBatch batch, CommittedBids bids, CommittedTrades trades)
    {
        var lanes = await Escrow.Contract.LanesAsync(Cancellation);
        var settled = new SettledPeriod(First, bids.Root, trades.Root, SettlementCommitment.DeltasHash(batch, lanes));
        return (new SettledRound(Escrow.Contract.Address, settled, Rules, bids, trades), lanes.Pack(batch));
    }
}

using System.Numerics;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.DevnetTests.Ethereum;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>A member demands parts of a round on the chain: a running exchange shows each in time, one that is gone loses its case.</summary>
/// <remarks>Without deviations: what of them stands on a round changes what has to be demanded.</remarks>
public sealed class DataDemandTests
{
    /// <summary>An answer has a minute, which no machine here needs; the exchange looks every six seconds.</summary>
    private static readonly TimeSpan Challenge = 4 * Hang.After;

    private static readonly BigInteger Stake = BigInteger.Pow(10, 17);

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_exchange_shows_what_is_demanded_and_is_not_slashed()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation, Challenge);
        await using var exchange = await ExchangeHost.StartAsync(community.Options with { Rounds = 1, Deviations = false }, TimeProvider.System, _cancellation);
        var round = await TradedAsync(community, exchange);
        using var client = new JsonRpcClient(community.Options.Rpc, TimeProvider.System);
        using var member = new TransactionSender(client, DevAccounts.Keys[5], 31337, TimeProvider.System, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(10) });
        var judge = new FraudProofsContract(await community.Contract.JudgeAsync(_cancellation));
        foreach (var (part, place) in ((RoundPart, int)[])[(RoundPart.Heads, 0), (RoundPart.Bid, 1), (RoundPart.Trade, 0), (RoundPart.Entry, 1)])
        {
            await judge.DemandAsync(member, round, part, place, Stake, _cancellation);
        }

        await UntilAnsweredAsync(client, judge);
        Assert.True((await community.Contract.StateAsync(_cancellation)).Settles);
    }

    /// <summary>The chain's last block has the answer and is replaced by an empty one.</summary>
    [Fact]
    public async Task An_answer_that_the_chain_loses_is_given_again()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation, Challenge);
        await using var exchange = await ExchangeHost.StartAsync(community.Options with { Rounds = 1, Deviations = false }, TimeProvider.System, _cancellation);
        var round = await TradedAsync(community, exchange);
        using var client = new JsonRpcClient(community.Options.Rpc, TimeProvider.System);
        using var member = new TransactionSender(client, DevAccounts.Keys[5], 31337, TimeProvider.System, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(10) });
        var judge = new FraudProofsContract(await community.Contract.JudgeAsync(_cancellation));
        await judge.DemandAsync(member, round, RoundPart.Heads, 0, Stake, _cancellation);
        await UntilAnsweredAsync(client, judge);
        var first = await client.BlockNumberAsync(_cancellation);
        await community.AskChainAsync("anvil_reorg", 1, Array.Empty<object>());

        // The stake is back with the judge, until it is answered in another block.
        await UntilAnsweredAsync(client, judge);
        Assert.True(await client.BlockNumberAsync(_cancellation) > first);
        Assert.True((await community.Contract.StateAsync(_cancellation)).Settles);
    }

    [Fact]
    public async Task What_nobody_shows_is_withheld_and_the_round_rolled_back()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation, Challenge);
        SettledRound round;
        await using (var exchange = await ExchangeHost.StartAsync(community.Options with { Rounds = 1, Deviations = false }, TimeProvider.System, _cancellation))
        {
            round = await TradedAsync(community, exchange);
        }

        using var client = new JsonRpcClient(community.Options.Rpc, TimeProvider.System, new JsonRpcOptions { KnownErrors = FraudProofsContract.Errors });
        using var member = new TransactionSender(client, DevAccounts.Keys[5], 31337, TimeProvider.System, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(10) });
        var judge = new FraudProofsContract(await community.Contract.JudgeAsync(_cancellation));

        // Nothing but what the chain shows is needed to ask for the heads.
        await judge.DemandHeadsAsync(member, round.Escrow, round.Settled, Stake, _cancellation);
        var early = await Assert.ThrowsAsync<EthereumRevertException>(() => judge.ProveWithheldAsync(member, round.Escrow, round.Settled, RoundPart.Heads, 0, _cancellation));
        Assert.Equal("StillTime", early.ErrorName);
        await AnvilChain.PassAsync(community.Options.Rpc, Challenge / 4);
        await judge.ProveWithheldAsync(member, round.Escrow, round.Settled, RoundPart.Heads, 0, _cancellation);
        Assert.True((await community.Contract.StateAsync(_cancellation)).Frozen);

        var deltas = Netting.DeltasOf(round.Trades.Trades, [], default);
        await community.Contract.RollbackAsync(member, new SettlementBatch(round.Settled.Period, round.Bids.Root, round.Trades.Root, deltas), _cancellation);
        Assert.All(
            await community.Contract.BalancesAsync([.. community.Keys.Select(key => key.Address)], _cancellation),
            balance => Assert.Equal(new Money(100_000_000), balance));
    }

    /// <summary>Every stake leaves the judge with its answer. Nothing tells the test of that, so it looks, as long as the chain gives time.</summary>
    private async Task UntilAnsweredAsync(JsonRpcClient client, FraudProofsContract judge)
    {
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(_cancellation);
        answered.CancelAfter(Challenge / 4);
        while (await client.BalanceAsync(judge.Address, answered.Token) != BigInteger.Zero)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), answered.Token);
        }
    }

    /// <summary>Lets both homes trade once, and puts together what the exchange committed to as anyone can who has the two bids.</summary>
    private async Task<SettledRound> TradedAsync(TestCommunity community, ExchangeHost exchange)
    {
        var period = TestCommunity.First;
        for (var home = 0; home < 2; home++)
        {
            await using var node = await TestNode.ConnectAsync(exchange.Broker, "test", community.Keys[home].Address.ToMember(), _cancellation);
            await node.UntilOpenAsync(period, _cancellation);
            Assert.True((await node.AskAsync(community.Bid(home, period), _cancellation)).Accepted);
        }

        await community.Progress.NextAsync<RoundSettled>(_cancellation);
        var rules = community.Options.Rules;
        var zones = community.Options.Members.ToDictionary(member => member.Id, member => member.Zone);
        var cleared = RoundCalculator.Clear(period, [community.Bid(0, period), community.Bid(1, period)], zones, rules);
        var batch = SettlementBatch.Of(cleared);
        var settled = new SettledPeriod(
            period, batch.BidsRoot, batch.TradesRoot, SettlementCommitment.DeltasHash(batch, await community.Contract.LanesAsync(_cancellation)));
        return new SettledRound(
            community.Contract.Address, settled, CommittedRules.Of(rules), new CommittedBids(cleared.Bids), CommittedTrades.Of(cleared));
    }
}

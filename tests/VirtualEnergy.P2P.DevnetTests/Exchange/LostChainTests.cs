using System.Net;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>Chains that lose what they had, and chains that have what is not the exchange's.</summary>
public sealed class LostChainTests
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("an older state")]
    [InlineData("a reorganisation")]
    public async Task Batches_that_the_chain_lost_are_sent_again_byte_for_byte_and_in_order(string how)
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await using var exchange = await ExchangeHost.StartAsync(community.Options with { Rounds = 4, Deviations = false }, TimeProvider.System, _cancellation);
        await community.SettleAsync(exchange, 1, _cancellation);
        var snapshot = (await community.AskChainAsync("evm_snapshot")).GetString()!;
        await community.SettleAsync(exchange, 2, _cancellation);
        await community.SettleAsync(exchange, 3, _cancellation);
        var before = await community.Contract.SettledEventsAsync(0, _cancellation);
        Assert.Equal(3, before.Length);

        await (how == "an older state" ? community.AskChainAsync("evm_revert", snapshot) : community.AskChainAsync("anvil_reorg", 2, Array.Empty<object>()));
        Assert.Equal(TestCommunity.Nth(1), await community.Contract.LastPeriodAsync(_cancellation));
        await community.TradeAsync(exchange.Broker, TestCommunity.Nth(4), _cancellation);
        var lost = await community.Progress.NextAsync<SettlementLost>(_cancellation);
        await exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation);

        Assert.Equal((TestCommunity.Nth(2), TestCommunity.Nth(3)), (lost.Period, lost.To));
        var after = await community.Contract.SettledEventsAsync(0, _cancellation);
        Assert.Equal([TestCommunity.Nth(1), TestCommunity.Nth(2), TestCommunity.Nth(3), TestCommunity.Nth(4)], after.Select(settled => settled.Period));
        Assert.Equal(before.Select(settled => settled.TransactionHash), after.Take(3).Select(settled => settled.TransactionHash));
        var summary = exchange.Summary();
        Assert.Equal((4, 4), (summary.Periods, summary.SettledRounds));
        // Four times 100 Wh at 200 000 µEUR/kWh are 80 000 µEUR.
        Assert.Equal(new Money(99_920_000), summary.Balances[community.Keys[0].Address.ToMember()]);
    }

    /// <summary>The chain goes back to before a metered batch that was seen to be mined, while its log could not be read yet.</summary>
    [Fact]
    public async Task A_metered_batch_that_the_chain_lost_before_its_log_was_read_is_sent_again()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await using var door = await ChainDoor.OpenAsync(community.Options.Rpc, _cancellation);
        var (stopped, stops) = (0, false);
        door.Stops = (request, isAnswered) => !isAnswered && Volatile.Read(ref stops) && request.Contains("eth_getLogs", StringComparison.Ordinal) && Interlocked.Increment(ref stopped) > 0;
        await using var exchange = await ExchangeHost.StartAsync(community.MeteredOptions with { Rpc = door.Address, Rounds = 2 }, TimeProvider.System, _cancellation);
        await using var homes = await MeteredHomes.ConnectAsync(community, exchange.Broker, 2, _cancellation);
        await homes.TradeAsync(TestCommunity.Nth(1));
        await community.Progress.NextAsync<RoundSettled>(_cancellation);
        var snapshot = (await community.AskChainAsync("evm_snapshot")).GetString()!;
        Volatile.Write(ref stops, true);
        await homes.MeterAsync(TestCommunity.Nth(1), 110, -110);
        while ((await community.Metered.MeteringAsync(_cancellation)).Period != TestCommunity.Nth(1))
        {
        }

        // It is asked for the log of what it knows as mined.
        for (var before = Volatile.Read(ref stopped); Volatile.Read(ref stopped) < before + 2;)
        {
            await Task.Yield();
        }

        await community.AskChainAsync("evm_revert", snapshot);
        Volatile.Write(ref stops, false);
        await homes.TradeAsync(TestCommunity.Nth(2));
        await homes.MeterAsync(TestCommunity.Nth(2), 110, -110);
        await exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation);

        Assert.Equal([TestCommunity.Nth(1), TestCommunity.Nth(2)], (await community.Metered.EventsAsync(0, _cancellation)).Select(metered => metered.MeteredPeriod));
        // Two rounds of 110 Wh at 200 µEUR a Wh.
        Assert.Equal(new Money(100_000_000 - 44_000), await community.Contract.BalanceOfAsync(community.Keys[0].Address, _cancellation));
    }

    [Fact]
    public async Task What_a_chain_lost_while_the_exchange_was_down_is_sent_again_at_the_start()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        // Without deviations: one under way when the exchange goes down would take its place among the transactions at the next start.
        var options = community.Options with { Rounds = 2, Deviations = false };
        var snapshot = (await community.AskChainAsync("evm_snapshot")).GetString()!;
        await using (var exchange = await ExchangeHost.StartAsync(options, TimeProvider.System, _cancellation))
        {
            await community.SettleAsync(exchange, 1, _cancellation);
            await community.SettleAsync(exchange, 2, _cancellation);
        }

        var before = await community.Contract.SettledEventsAsync(0, _cancellation);
        await community.AskChainAsync("evm_revert", snapshot);
        await using var again = await ExchangeHost.StartAsync(options, TimeProvider.System, _cancellation);
        await again.Completion.WaitAsync(TestCommunity.Patience, _cancellation);

        var after = await community.Contract.SettledEventsAsync(0, _cancellation);
        Assert.Equal(before.Select(settled => (settled.Period, settled.TransactionHash)), after.Select(settled => (settled.Period, settled.TransactionHash)));
    }

    [Fact]
    public async Task A_batch_of_somebody_else_stops_settlement_by_name_and_never_the_market()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await using (var exchange = await ExchangeHost.StartAsync(community.Options, TimeProvider.System, _cancellation))
        {
            await community.SettleAsync(exchange, 1, _cancellation);
            await SettleForeignAsync(community, TestCommunity.Nth(2));
            await community.TradeAsync(exchange.Broker, TestCommunity.Nth(2), _cancellation);
            var stopped = await community.Progress.NextAsync<SettlementStopped>(_cancellation);
            Assert.StartsWith($"The contract settled another batch for period {TestCommunity.Nth(2)} than the journal has", stopped.Why, StringComparison.Ordinal);

            await community.TradeAsync(exchange.Broker, TestCommunity.Nth(3), _cancellation);
            Assert.Equal(TestCommunity.Nth(3), (await community.Progress.NextAsync<RoundCleared>(_cancellation)).Period);
            await SaysStoppedAsync(exchange);
        }

        // A restart changes nothing: the market runs, nothing is settled.
        await using var again = await ExchangeHost.StartAsync(community.Options, TimeProvider.System, _cancellation);
        await community.TradeAsync(again.Broker, TestCommunity.Nth(4), _cancellation);
        await SaysStoppedAsync(again);
        Assert.Equal(1, again.Summary().SettledRounds);
        Assert.Equal(2, (await community.Contract.SettledEventsAsync(0, _cancellation)).Length);
    }

    /// <summary>Two rounds are planned; somebody else settles the second, so that nothing is left to wait for.</summary>
    [Fact]
    public async Task A_run_with_an_end_ends_with_the_reason_where_settlement_has_stopped()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await using var exchange = await ExchangeHost.StartAsync(community.Options with { Rounds = 2 }, TimeProvider.System, _cancellation);
        await community.SettleAsync(exchange, 1, _cancellation);
        await SettleForeignAsync(community, TestCommunity.Nth(2));
        await community.TradeAsync(exchange.Broker, TestCommunity.Nth(2), _cancellation);
        var stopped = await Assert.ThrowsAsync<SettlementStoppedException>(() => exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation));
        Assert.Contains($"The contract settled another batch for period {TestCommunity.Nth(2)} than the journal has", stopped.Message, StringComparison.Ordinal);
        await SaysStoppedAsync(exchange);
    }

    [Fact]
    public async Task Of_two_exchanges_with_one_key_the_one_whose_batch_came_second_stops()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        var other = community.Options with { JournalPath = community.Options.JournalPath + ".other", Progress = null, Rounds = 1 };
        await using var second = await ExchangeHost.StartAsync(community.Options, TimeProvider.System, _cancellation);
        await using (var first = await ExchangeHost.StartAsync(other, TimeProvider.System, _cancellation))
        {
            // Only one home bids here, so the round is empty and its roots are others.
            await using var node = await TestNode.ConnectAsync(first.Broker, "test", community.Keys[0].Address.ToMember(), _cancellation);
            await node.UntilOpenAsync(TestCommunity.Nth(1), _cancellation);
            Assert.True((await node.AskAsync(community.Bid(0, TestCommunity.Nth(1), wattHours: 50), _cancellation)).Accepted);
            await using var withdrawn = await TestNode.ConnectAsync(first.Broker, "test", community.Keys[1].Address.ToMember(), _cancellation);
            await withdrawn.UntilOpenAsync(TestCommunity.Nth(1), _cancellation);
            Assert.True((await withdrawn.AskAsync(community.Bid(1, TestCommunity.Nth(1), wattHours: 50), _cancellation)).Accepted);
            await first.Completion.WaitAsync(TestCommunity.Patience, _cancellation);
        }

        await community.TradeAsync(second.Broker, TestCommunity.Nth(1), _cancellation);
        var stopped = await community.Progress.NextAsync<SettlementStopped>(_cancellation);
        Assert.Contains("somebody else settles with this exchange's key", stopped.Why, StringComparison.Ordinal);
        Assert.Single(await community.Contract.SettledEventsAsync(0, _cancellation));
    }

    [Fact]
    public async Task A_second_exchange_on_the_same_journal_refuses_in_one_line_and_a_kill_frees_it()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await using (var first = await ExchangeProcess.StartAsync(community, _cancellation))
        {
            var (code, error) = await ExchangeProcess.FailAsync(ExchangeProcess.ArgumentsOf(community), _cancellation);
            Assert.Equal(2, code);
            Assert.Equal($"The journal {community.Options.JournalPath} is in use by another exchange: stop that one, or give this one a journal of its own.", error.TrimEnd());
            first.Kill();
        }

        await using var again = await ExchangeProcess.StartAsync(community, _cancellation);
    }

    private async Task SettleForeignAsync(TestCommunity community, Period period)
    {
        using var sender = new TransactionSender(community.Client, DevAccounts.Settler, 31337, TimeProvider.System);
        await community.Contract.SettleAsync(sender, new SettlementBatch(period, default, default, []), _cancellation);
    }

    private async Task SaysStoppedAsync(ExchangeHost exchange)
    {
        using var http = new HttpClient { BaseAddress = new Uri(exchange.ViewerAddress) };
        using var health = await http.GetAsync("/health", _cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Contains("Settlement has stopped, the market goes on.", await health.Content.ReadAsStringAsync(_cancellation), StringComparison.Ordinal);
        Assert.Contains("\"stopped\":\"The contract settled another batch", await http.GetStringAsync("/api/chain", _cancellation), StringComparison.Ordinal);
    }
}

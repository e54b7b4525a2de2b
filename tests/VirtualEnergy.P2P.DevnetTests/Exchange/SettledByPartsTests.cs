using System.Collections.Immutable;
using System.Net.Http.Json;
using System.Text.Json;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>Communities whose money does not move with one transaction; here a limit lets one slot of six through, so fourteen homes take three parts.</summary>
public sealed class SettledByPartsTests
{
    private const int Count = 14;
    private static readonly SettlementOptions OneSlot = new() { MostGas = SettlementGas.Least };

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    /// <summary>
    /// Home 0 buys 1 300 Wh at 20 ct from the thirteen others, 100 Wh each. Then she takes 130 Wh too much, and each of the others feeds 10 Wh more in: all of that
    /// is balanced inside, at the round's price.
    /// </summary>
    [Fact]
    public async Task Trades_and_deviations_settle_by_parts_and_everything_follows_from_bids_and_readings()
    {
        await using var community = await TestCommunity.StartAsync(Count, _cancellation, challenge: TimeSpan.FromHours(1));
        await using var exchange = await ExchangeHost.StartAsync(community.MeteredOptions with { Rounds = 2, Settlement = OneSlot }, TimeProvider.System, _cancellation);
        await using var homes = await MeteredHomes.ConnectAsync(community, exchange.Broker, Count, _cancellation);
        for (var n = 1; n <= 2; n++)
        {
            await homes.TradeAsync(TestCommunity.Nth(n));
            await homes.MeterAsync(TestCommunity.Nth(n), [1_430, .. Enumerable.Repeat((long?)-110, Count - 1)]);
        }

        await exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation);
        Assert.Equal(TestCommunity.Nth(2), await community.Contract.LastPeriodAsync(_cancellation));
        Assert.Equal(TestCommunity.Nth(2), (await community.Metered.MeteringAsync(_cancellation)).Period);
        Assert.Equal([(false, 3), (true, 3), (false, 3), (true, 3)], (await EventsAsync(community)).OfType<PartWasSettled>()
            .GroupBy(part => (part.Period, part.IsMetered)).OrderBy(batch => batch.Key.Period).ThenBy(batch => batch.Key.IsMetered).Select(batch => (batch.Key.IsMetered, batch.Count())));

        // Two rounds of 1 430 Wh at 200 µEUR a Wh; a thirteenth of that for each of the others.
        Assert.Equal(new Money(100_000_000 - 572_000), await community.Contract.BalanceOfAsync(community.Keys[0].Address, _cancellation));
        Assert.Equal(new Money(100_000_000 + 44_000), await community.Contract.BalanceOfAsync(community.Keys[13].Address, _cancellation));

        using var http = new HttpClient { BaseAddress = new Uri(exchange.ViewerAddress) };
        var statement = await http.GetFromJsonAsync<JsonElement>($"/api/members/{community.Options.Members[0].Id}/statement", _cancellation);
        Assert.Equal(100_000_000 - 572_000, statement.GetProperty("closingMicroEur").GetInt64());
        await using var verify = DemoProcess.Ve(
            new Dictionary<string, string>(), "verify", "--rpc", community.Options.Rpc.ToString(), "--contract", community.Options.Contract.ToString(),
            "--exchange", exchange.ViewerAddress, "--json");
        Assert.True(await verify.ExitAsync() == 0, string.Join('\n', verify.Output.Concat(verify.Errors)));
        var result = JsonSerializer.Deserialize<JsonElement>(Assert.Single(verify.Output));
        Assert.True(result.GetProperty("good").GetBoolean() && result.GetProperty("balances").GetProperty("compared").GetBoolean());
        Assert.All(result.GetProperty("rounds").EnumerateArray(), round => Assert.Equal("commitment", round.GetProperty("chain").GetString()));
    }

    /// <summary>The chain goes back to where the second round had one part of three, or none. It gets the same parts, and the same rounds.</summary>
    [Theory]
    [InlineData("evm_revert")]
    [InlineData("anvil_reorg")]
    public async Task Parts_that_the_chain_lost_are_sent_again_byte_for_byte(string how)
    {
        await using var community = await TestCommunity.StartAsync(Count, _cancellation);
        community.KeepMembers(0, 6, 13);
        var options = community.Options with { Rounds = 3, Deviations = false, Settlement = OneSlot };
        await using var exchange = await ExchangeHost.StartAsync(options, TimeProvider.System, _cancellation);
        await TradeAsync(community, exchange, 1);
        var snapshot = (await community.AskChainAsync("evm_snapshot")).GetString()!;
        await TradeAsync(community, exchange, 2);
        var before = await EventsAsync(community);

        // The last three blocks have parts two and three and what settled by them.
        await (how == "evm_revert" ? community.AskChainAsync(how, snapshot) : community.AskChainAsync(how, 3, Array.Empty<object>()));
        Assert.Equal(TestCommunity.Nth(1), await community.Contract.LastPeriodAsync(_cancellation));
        await TradeAsync(community, exchange, 3);
        await exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation);

        var after = await EventsAsync(community);
        Assert.Equal(12, after.Length);
        Assert.Equal(before.Select(known => known.Transaction), after.Take(8).Select(known => known.Transaction));
        Assert.Equal([TestCommunity.Nth(1), TestCommunity.Nth(2), TestCommunity.Nth(3)], after.OfType<PeriodSettled>().Select(known => known.Settled.Period));
        // Two offer what one buys, so the price is theirs: three times 100 Wh at 150 000 µEUR/kWh are 45 000 µEUR.
        Assert.Equal(new Money(99_955_000), await community.Contract.BalanceOfAsync(community.Keys[0].Address, _cancellation));
        Assert.Equal(new Money(99_955_000), exchange.Summary().Balances[community.Keys[0].Address.ToMember()]);
    }

    /// <summary>
    /// The first part of the first period's deviations is there when the chain is away for more than half of the time for challenges: the rest comes too late.
    /// That part is undone, trading goes on, and all of it settles on the second period.
    /// </summary>
    [Fact]
    public async Task Deviations_that_cannot_be_finished_are_undone_and_settled_on_the_next_period()
    {
        await using var community = await TestCommunity.StartAsync(Count, _cancellation, challenge: TimeSpan.FromMinutes(10));
        await using var door = await ChainDoor.OpenAsync(community.Options.Rpc, _cancellation);
        var (sent, isShut) = (0, true);
        // Three parts and what settles by them, and a part of the deviations.
        door.Stops = (request, isAnswered) => !isAnswered && request.Contains("eth_sendRawTransaction", StringComparison.Ordinal)
            && Volatile.Read(ref isShut) && Interlocked.Increment(ref sent) > 5;
        var options = community.MeteredOptions with { Rpc = door.Address, Rounds = 2, Settlement = OneSlot };
        await using var exchange = await ExchangeHost.StartAsync(options, TimeProvider.System, _cancellation);
        await using var homes = await MeteredHomes.ConnectAsync(community, exchange.Broker, Count, _cancellation);
        await homes.TradeAsync(TestCommunity.Nth(1));
        await homes.MeterAsync(TestCommunity.Nth(1), [1_430, .. Enumerable.Repeat((long?)-110, Count - 1)]);
        await homes.TradeAsync(TestCommunity.Nth(2));
        var start = TimeProvider.System.GetTimestamp();
        while (!(await EventsAsync(community)).OfType<PartWasSettled>().Any(part => part.IsMetered))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TestCommunity.Patience, "No part of the deviations was settled.");
        }

        await community.PassAsync(TimeSpan.FromMinutes(6));
        Volatile.Write(ref isShut, false);
        await homes.MeterAsync(TestCommunity.Nth(2), [1_300, .. Enumerable.Repeat((long?)-100, Count - 1)]);
        await exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation);

        Assert.Single((await EventsAsync(community)).OfType<PartWasUndone>());
        Assert.Equal((TestCommunity.Nth(1), TestCommunity.Nth(2)), Assert.Single(await community.Metered.EventsAsync(0, _cancellation)) is var metered ? (metered.MeteredPeriod, metered.StandsOn) : default);
        // Two rounds of 1 300 Wh at 200 µEUR a Wh, and 130 Wh more.
        Assert.Equal(new Money(100_000_000 - 546_000), await community.Contract.BalanceOfAsync(community.Keys[0].Address, _cancellation));
    }

    /// <summary>Somebody else settles a part with the exchange's key: it says so, and the market goes on.</summary>
    [Fact]
    public async Task Parts_of_somebody_else_stop_settlement_by_name()
    {
        await using var community = await TestCommunity.StartAsync(2, _cancellation);
        await using var exchange = await ExchangeHost.StartAsync(community.Options with { Deviations = false }, TimeProvider.System, _cancellation);
        await community.SettleAsync(exchange, 1, _cancellation);
        var foreign = BatchPart.First([1]); // one unit to the first lane
        await community.SendAsSettlerAsync(BatchPartsContract.EncodePart(TestCommunity.Nth(2), isMetered: false, foreign), _cancellation);
        await community.TradeAsync(exchange.Broker, TestCommunity.Nth(2), _cancellation);
        var stopped = await community.Progress.NextAsync<SettlementStopped>(_cancellation);
        Assert.StartsWith("The contract has parts of a batch that is not this journal's", stopped.Why, StringComparison.Ordinal);

        await community.UndoAsSettlerAsync([foreign], _cancellation);
        Assert.Equal(TestCommunity.Nth(2), (await community.Progress.NextAsync<RoundSettled>(_cancellation)).Period);
    }

    /// <summary>Homes 0, 6 and 13 trade in the n-th period, and the chain has it.</summary>
    private async Task TradeAsync(TestCommunity community, ExchangeHost exchange, int n)
    {
        foreach (var home in (int[])[0, 6, 13])
        {
            await using var node = await TestNode.ConnectAsync(exchange.Broker, community.Options.Community, community.Keys[home].Address.ToMember(), _cancellation);
            await node.UntilOpenAsync(TestCommunity.Nth(n), _cancellation);
            Assert.True((await node.AskAsync(community.Bid(home, TestCommunity.Nth(n)), _cancellation)).Accepted);
        }

        while (await community.Progress.NextAsync<RoundSettled>(_cancellation) is var settled && settled.Period != TestCommunity.Nth(n))
        {
            // Rounds that the chain lost settle again first.
        }
    }

    private async Task<ImmutableArray<ChainEvent>> EventsAsync(TestCommunity community) => await new EscrowReader(community.Client, community.Contract)
        .EventsAsync(0, await community.Client.BlockNumberAsync(_cancellation), null, _cancellation);
}

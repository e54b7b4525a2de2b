using System.Net.Http.Json;
using System.Text.Json;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Statements;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>From the meter to the chain to the member's statement.</summary>
public sealed class DeviationTests
{
    private static readonly Period First = TestCommunity.First;
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    /// <summary>
    /// Three rounds of 300 Wh at 20 ct: home 0 buys, homes 1 to 3 sell 100 each. Spread 1 ct: long gets 190 µEUR a Wh, short pays 210. One reading is missing and comes
    /// late, one is corrected, one disputed and then dismissed; money comes in and goes out.
    /// </summary>
    [Fact]
    public async Task Trades_deviations_deposits_and_withdrawals_make_every_members_balance_to_the_last_unit()
    {
        await using var community = await TestCommunity.StartAsync(homes: 5, _cancellation);
        community.SpreadDeviations(new Price(10_000));
        await using var exchange = await ExchangeHost.StartAsync(community.MeteredOptions with { Rounds = 3 }, TimeProvider.System, _cancellation);
        await using var homes = await MeteredHomes.ConnectAsync(community, exchange.Broker, count: 4, _cancellation);

        // +50, −20, nothing from home 2, −40. S = 50, L = 60: home 1 has 20·50/60 = 16⅔ → 17, home 3 33⅓ → 33.
        await homes.TradeAsync(First);
        await homes.MeterAsync(First, 350, -120, null, -140);
        await community.WithdrawAsync(1, new Money(1_000_000), _cancellation);
        await community.DepositAsync(2, new Money(2_500_000), _cancellation);
        await homes.TradeAsync(First.Next);
        var metered = await community.Progress.NextAsync<PeriodMetered>(_cancellation);
        Assert.Equal((First, 3, 1, 0, (Int128)50), (metered.Period, metered.Readings, metered.Estimates, metered.Corrections, metered.Balanced));

        // Home 0 corrects 350 to 330 (−20), home 2 comes late with −70 where −100 was assumed (+30), home 3 disputes −140, and what she traded counts (+40).
        // S = 70, L = 20: home 2 has 30·20/70 = 8 rest 40 → 9, home 3 11 rest 30 → 11.
        Assert.Null((await homes[0].AskAsync(community.Reading(0, First, 330, number: 2), _cancellation)).Reason);
        Assert.Null((await homes[2].AskAsync(community.Reading(2, First, -70), _cancellation)).Reason);
        Assert.Equal("stale-number", (await homes[0].AskAsync(community.Reading(0, First, 300), _cancellation)).Reason);
        Assert.Equal("wrong-signature", (await homes[1].AskAsync(community.Dispute(2, First) with { Member = homes[1].Member }, _cancellation)).Reason);
        Assert.Equal("disputed", (await homes[3].AskAsync(community.Dispute(3, First), _cancellation)).Reason);
        await homes.MeterAsync(First.Next, 300, -100, -100, -100);
        metered = await community.Progress.NextAsync<PeriodMetered>(_cancellation);
        Assert.Equal((First.Next, 4, 0, 3, (Int128)20), (metered.Period, metered.Readings, metered.Estimates, metered.Corrections, metered.Balanced));

        // The operator dismisses the dispute: −40 for home 3. Home 0 takes 10 too much. S = 10, L = 40.
        Assert.Null((await homes[3].AskAsync(community.Dispute(3, First, dismisses: true), _cancellation)).Reason);
        await homes.TradeAsync(First.Next.Next);
        await homes.MeterAsync(First.Next.Next, 310, -100, -100, -100);
        await exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation);

        // Trades: −60 000 and +20 000 a round. Deviations in the order of periods: home 0 pays 50 · 210, gets 20 · 190, pays 10 · 210; and so on.
        await StatesAsync(community, exchange.ViewerAddress, 0, trades: -180_000, deviations: -10_500 + 3_800 - 2_100, deposits: 100_000_000, withdrawals: 0);
        await StatesAsync(community, exchange.ViewerAddress, 1, trades: 60_000, deviations: 17 * 190, deposits: 100_000_000, withdrawals: 1_000_000);
        await StatesAsync(community, exchange.ViewerAddress, 2, trades: 60_000, deviations: -9 * 210, deposits: 102_500_000, withdrawals: 0);
        await StatesAsync(community, exchange.ViewerAddress, 3, trades: 60_000, deviations: 33 * 190 - 11 * 210 + 10 * 190, deposits: 100_000_000, withdrawals: 0);

        // 80 Wh were balanced at a spread of 20 µEUR a Wh.
        Assert.Equal(new Money(100_001_600), await community.Contract.BalanceOfAsync(community.Keys[4].Address, _cancellation));
        await EveryPeriodIsMeteredOnceAsync(community, 3);

        // What the API says of a period is what the chain has, and what follows from it.
        using var http = new HttpClient { BaseAddress = new Uri(exchange.ViewerAddress) };
        var view = await http.GetFromJsonAsync<JsonElement>($"/api/deviations/{First.Index}", _cancellation);
        var events = await community.Metered.EventsAsync(0, _cancellation);
        Assert.Equal(events[0].MeterRoot.ToString(), view.GetProperty("meterRoot").GetString());
        Assert.Equal("mined", view.GetProperty("settlement").GetProperty("state").GetString());
        Assert.Equal(["reading", "reading", "estimate", "reading"], community.Options.Members.Select(member =>
            view.GetProperty("positions").EnumerateArray().Single(position => position.GetProperty("member").GetString() == member.Id.Value).GetProperty("source").GetProperty("kind").GetString()!));
    }

    /// <summary>Home 0 has 100 euros and is short of what would cost 2 500; the others' deviations are settled all the same.</summary>
    [Fact]
    public async Task Who_cannot_pay_for_her_deviation_stops_nobodys()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        var options = community.MeteredOptions with { Rounds = 1, Members = [.. community.Options.Members.Select(member => member with { ConnectionWatts = 10_000_000 })] };
        await using (var exchange = await ExchangeHost.StartAsync(options, TimeProvider.System, _cancellation))
        {
            await using var homes = await MeteredHomes.ConnectAsync(community, exchange.Broker, count: 2, _cancellation);
            await homes.TradeAsync(First, each: 100);
            await homes.MeterAsync(First, 2_000_100, -2_000_100);
            await exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation);

            // After 20 000 for the trade she has 99 980 000; less 2 for rounding, at 200 µEUR a Wh: 499 899 Wh.
            using var http = new HttpClient { BaseAddress = new Uri(exchange.ViewerAddress) };
            var position = (await http.GetFromJsonAsync<JsonElement>($"/api/deviations/{First.Index}", _cancellation)).GetProperty("positions").EnumerateArray()
                .Single(each => each.GetProperty("member").GetString() == homes[0].Member.Value);
            Assert.Equal((499_899, 2_000_000 - 499_899), (position.GetProperty("matchedWh").GetInt64(), position.GetProperty("unfundedWh").GetInt64()));
            Assert.Equal(2_000_000 - 499_899, position.GetProperty("supplierWh").GetInt64());
            Assert.Equal(new Money(99_980_000 - 499_899 * 200), await community.Contract.BalanceOfAsync(community.Keys[0].Address, _cancellation));
        }
    }

    /// <summary>
    /// While the exchange does not see the chain, home 0 asks for her money but for 21 000: after the trade's 20 000 she has 1 000, and owes 2 000 for what she took too
    /// much. The rest comes out of what she asked for.
    /// </summary>
    [Fact]
    public async Task Who_takes_her_money_out_in_between_stops_nobodys_deviation_either()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation, challenge: TimeSpan.FromMinutes(10));
        await using var chain = await ChainDoor.OpenAsync(community.Options.Rpc, _cancellation);
        await using var exchange = await ExchangeHost.StartAsync(community.MeteredOptions with { Rpc = chain.Address, Rounds = 1 }, TimeProvider.System, _cancellation);
        await using var homes = await MeteredHomes.ConnectAsync(community, exchange.Broker, count: 2, _cancellation);
        chain.IsShut = true;
        await homes.TradeAsync(First, each: 100);
        await homes.MeterAsync(First, 110, -120);
        await community.Progress.NextAsync<PeriodMetered>(_cancellation); // what she owes is counted by what she has now
        await community.Progress.NextAsync<SettlementDelayed>(_cancellation);
        await community.WithdrawAsync(0, new Money(100_000_000 - 21_000), _cancellation);
        chain.IsShut = false;
        await exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation);

        await StatesAsync(community, exchange.ViewerAddress, 0, trades: -20_000, deviations: -2_000, deposits: 100_000_000, withdrawals: 100_000_000 - 22_000);
        await StatesAsync(community, exchange.ViewerAddress, 1, trades: 20_000, deviations: 2_000, deposits: 100_000_000, withdrawals: 0);
    }

    [Fact]
    public async Task A_meter_with_a_key_of_its_own_signs_and_the_members_key_does_not()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        var meter = Settlement.Ethereum.EthereumKey.FromBytes([.. Enumerable.Repeat((byte)77, 32)]);
        await community.RegisterMeterAsync(0, meter.Address, _cancellation);
        var options = community.Options with { Members = [community.Options.Members[0] with { Meter = meter.Address.ToMember() }, community.Options.Members[1]] };
        await using var exchange = await ExchangeHost.StartAsync(options, TimeProvider.System, _cancellation);
        await using var homes = await MeteredHomes.ConnectAsync(community, exchange.Broker, count: 2, _cancellation);
        await homes.TradeAsync(First, each: 100);
        Assert.Equal("wrong-signature", (await homes[0].AskUntilKnownAsync(community.Reading(0, First, 100), _cancellation)).Reason);
        Assert.Null((await homes[0].AskAsync(community.Reading(0, First, 100, key: meter), _cancellation)).Reason);
        Assert.Equal("over-capacity", (await homes[1].AskAsync(community.Reading(1, First, -2_501), _cancellation)).Reason);
    }

    /// <summary>Everybody has bid for the second period before a reading of the first is sent; its gate stays open for them.</summary>
    [Fact]
    public async Task A_gate_by_the_members_holds_for_the_readings_of_nodes_that_are_there()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await using var exchange = await ExchangeHost.StartAsync(community.MeteredOptions with { Rounds = 2 }, TimeProvider.System, _cancellation);
        await using var homes = await MeteredHomes.ConnectAsync(community, exchange.Broker, count: 2, _cancellation);
        await homes[0].GreetAsync(_cancellation);
        await homes[1].GreetAsync(_cancellation);
        await homes.TradeAsync(First);
        await homes.TradeAsync(First.Next);
        await homes.MeterAsync(First, 110, -120);
        var metered = await community.Progress.NextAsync<PeriodMetered>(_cancellation);
        Assert.Equal((First, 2, 0, (Int128)10), (metered.Period, metered.Readings, metered.Estimates, metered.Balanced));
    }

    [Fact]
    public async Task Deviations_wait_for_a_late_chain_and_each_stands_on_its_own_period()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation, challenge: TimeSpan.FromMinutes(10));
        await using var chain = await ChainDoor.OpenAsync(community.Options.Rpc, _cancellation);
        await using var exchange = await ExchangeHost.StartAsync(community.MeteredOptions with { Rpc = chain.Address, Rounds = 3 }, TimeProvider.System, _cancellation);
        await using var homes = await MeteredHomes.ConnectAsync(community, exchange.Broker, count: 2, _cancellation);
        chain.IsShut = true;
        for (var period = First; period.Index < First.Index + 3; period = period.Next)
        {
            await homes.TradeAsync(period, each: 100);
            await homes.MeterAsync(period, 110, -120);
        }

        await community.Progress.NextAsync<SettlementDelayed>(_cancellation);
        chain.IsShut = false;
        await exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation);

        // Each time 100 Wh traded and 10 balanced at 200 µEUR a Wh.
        await StatesAsync(community, exchange.ViewerAddress, 0, trades: -60_000, deviations: -6_000, deposits: 100_000_000, withdrawals: 0);
        await StatesAsync(community, exchange.ViewerAddress, 1, trades: 60_000, deviations: 6_000, deposits: 100_000_000, withdrawals: 0);
        await EveryPeriodIsMeteredOnceAsync(community, 3);
    }

    /// <summary>Killed when the readings are receipted, and again when the next round is on its way; what was receipted counts, and nothing settles twice.</summary>
    [Fact]
    public async Task A_receipted_reading_survives_a_kill_and_no_deviation_settles_twice()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation, challenge: TimeSpan.FromMinutes(10));
        for (var period = First; period.Index < First.Index + 3; period = period.Next)
        {
            await using var process = await ExchangeProcess.StartAsync(community, _cancellation);
            await using var homes = await MeteredHomes.ConnectAsync(community, process.Broker, count: 2, _cancellation);
            await homes.TradeAsync(period, each: 100);
            await homes.MeterAsync(period, 110, -120);
            process.Kill();
        }

        await using var again = await ExchangeProcess.StartAsync(community, _cancellation);
        await using (var homes = await MeteredHomes.ConnectAsync(community, again.Broker, count: 2, _cancellation))
        {
            await homes.TradeAsync(new Period(First.Index + 3), each: 100);
            await homes.MeterAsync(new Period(First.Index + 3), 100, -100);
        }

        await again.UntilSettledAsync(rounds: 4, _cancellation);
        await UntilAsync(async () => (await community.Metered.MeteringAsync(_cancellation)).Period.Index >= First.Index + 2);
        await StatesAsync(community, again.Address, 0, trades: -80_000, deviations: -6_000, deposits: 100_000_000, withdrawals: 0);
        await EveryPeriodIsMeteredOnceAsync(community, atLeast: 3);
    }

    /// <summary>The equation, by kind of entry and as a whole, against the statement and the chain.</summary>
    private async Task StatesAsync(TestCommunity community, string exchange, int home, long trades, long deviations, long deposits, long withdrawals)
    {
        using var http = new HttpClient { BaseAddress = new Uri(exchange) };
        var statement = Statement.Read(await http.GetByteArrayAsync($"/api/members/{community.Keys[home].Address}/statement", _cancellation));
        Assert.Null(statement.FirstError());
        long Sum(string kind) => statement.Lines.Where(line => line.Kind == kind && line.Block is not null).Sum(line => line.Amount.MicroEur);
        Assert.Equal((trades, deviations, deposits, -withdrawals), (Sum("trades"), Sum("deviation"), Sum("deposit"), Sum("withdrawal") + Sum("withdrawal-reduced")));
        var chain = await community.Contract.BalanceOfAsync(community.Keys[home].Address, _cancellation);
        Assert.Equal(chain, statement.Closing);
        Assert.Equal(trades + deviations + deposits - withdrawals, chain.MicroEur);
    }

    private async Task EveryPeriodIsMeteredOnceAsync(TestCommunity community, int atLeast)
    {
        var events = await community.Metered.EventsAsync(0, _cancellation);
        Assert.InRange(events.Length, atLeast, atLeast + 1);
        Assert.Equal(Enumerable.Range(0, events.Length).Select(i => First.Index + i), events.Select(entry => entry.MeteredPeriod.Index));
        Assert.Equal(events.Length, events.Select(entry => entry.StandsOn).Distinct().Count());
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TestCommunity.Patience, "It never came to be.");
        }
    }
}

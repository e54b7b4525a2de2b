using System.Net.Http.Json;
using System.Text.Json;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Statements;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>A member's statement where money moves every fourth period: what the chain has moved and what waits stand apart, exact at every moment.</summary>
public sealed class StatementTests
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    /// <summary>
    /// The first period is divisible by four, so the fourth moves the money of all four. Each round 100 Wh at 200 µEUR a Wh, and home 0 takes 10 Wh more, which home 1 has over: −20 000 and
    /// −2 000 for home 0. Deviations move at once.
    /// </summary>
    [Fact]
    public async Task With_four_periods_a_batch_what_has_moved_and_what_waits_stand_apart_and_add_up_at_every_moment()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation, challenge: TimeSpan.FromMinutes(10), periodsPerBatch: 4);
        await using var exchange = await ExchangeHost.StartAsync(
            community.MeteredOptions with { Rounds = 6, Settlement = new SettlementOptions { PeriodsPerBatch = 4 } }, TimeProvider.System, _cancellation);
        await using var homes = await MeteredHomes.ConnectAsync(community, exchange.Broker, count: 2, _cancellation);
        for (var n = 1; n <= 5; n++)
        {
            await homes.TradeAsync(TestCommunity.Nth(n));
            await community.Progress.NextAsync<RoundSettled>(_cancellation);
            await StatesAsync(community, exchange.ViewerAddress, rounds: n, metered: n - 1);
            await homes.MeterAsync(TestCommunity.Nth(n), 110, -110);
            await community.Progress.NextAsync<DeviationsSettled>(_cancellation);
            await StatesAsync(community, exchange.ViewerAddress, rounds: n, metered: n);
        }

        // Money that is asked for in between comes out of what has moved.
        await community.WithdrawAsync(0, new Money(1_000_000), _cancellation);
        var statement = await StatesAsync(community, exchange.ViewerAddress, rounds: 5, metered: 5, asked: 1_000_000);
        Assert.Equal(
            ["deposit", "deviation", "deviation", "deviation", "trades", "trades", "trades", "trades", "deviation", "deviation", "withdrawal", "trades"],
            statement.Lines.Select(line => line.Kind));
        Assert.Single(statement.Lines.Where(line => line.Block is not null && line.Kind == "trades").Select(line => line.Block).Distinct());

        var member = community.Keys[0].Address.ToString();
        await using var ve = DemoProcess.Ve(NoEnvironment, "statement", "--exchange", exchange.ViewerAddress, "--member", member);
        Assert.Equal(0, await ve.ExitAsync());
        Assert.Contains(ve.Output, line => line.Contains($"trades (committed, money moves with period {TestCommunity.Nth(8)})", StringComparison.Ordinal));
        Assert.Contains(ve.Output, line => line.Contains("with what waits", StringComparison.Ordinal) && line.Contains("−0.020000", StringComparison.Ordinal));

        // A span has whole batches, and begins where the one before ended: 100 euros less three deviations.
        await using var span = DemoProcess.Ve(NoEnvironment, "statement", "--exchange", exchange.ViewerAddress, "--member", member, "--from", $"{TestCommunity.Nth(4)}", "--to", $"{TestCommunity.Nth(4)}", "--json");
        Assert.Equal(0, await span.ExitAsync());
        var batch = JsonSerializer.Deserialize<JsonElement>(span.Output[^1]);
        Assert.Equal(100_000_000 - 6_000, batch.GetProperty("openingMicroEur").GetInt64());
        Assert.Equal(5, batch.GetProperty("entries").GetArrayLength());
    }

    /// <summary>What home 0 has by hand, on the chain, in her statement and in what the exchange lets her bid with.</summary>
    private async Task<Statement> StatesAsync(TestCommunity community, string exchange, int rounds, int metered, long asked = 0)
    {
        using var http = new HttpClient { BaseAddress = new Uri(exchange) };
        var member = community.Keys[0].Address;
        var answer = await http.GetByteArrayAsync($"/api/members/{member}/statement", _cancellation);
        var statement = Statement.Read(answer);
        Assert.Null(statement.FirstError());

        var moved = rounds / 4 * 4;
        Assert.Equal(100_000_000 - asked - 20_000 * moved - 2_000 * metered, (await community.Contract.BalanceOfAsync(member, _cancellation)).MicroEur);
        Assert.Equal(await community.Contract.BalanceOfAsync(member, _cancellation), statement.Closing);
        Assert.Equal(-20_000 * (rounds - moved), statement.Pending.MicroEur);
        Assert.Equal(-20_000 * (rounds - moved), JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("committedMicroEur").GetInt64());
        Assert.All(statement.Lines.Where(line => line.Block is null), line => Assert.Equal(TestCommunity.Nth(moved + 4).Index, line.MovesWith));
        var funds = await http.GetFromJsonAsync<JsonElement>($"/api/members/{member}/funds", _cancellation);
        Assert.Equal(funds.GetProperty("availableMicroEur").GetInt64(), (statement.Closing + statement.Pending).MicroEur);
        return statement;
    }
}

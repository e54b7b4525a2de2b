using System.Net.Http.Json;
using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Commitments;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>The exchange as a process of its own, ended by SIGKILL.</summary>
public sealed class CrashTests
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_receipted_bid_survives_a_kill_and_no_round_settles_twice()
    {
        await using var community = await TestCommunity.StartAsync(homes: 3, _cancellation);
        var (first, second) = (TestCommunity.First, TestCommunity.First.Next);

        await using (var process = await ExchangeProcess.StartAsync(community, _cancellation))
        {
            for (var home = 0; home < 3; home++)
            {
                Assert.True(await BidAsync(community, process, home, first));
            }

            Assert.True(await BidAsync(community, process, 0, second));
            process.Kill();
        }

        await using var again = await ExchangeProcess.StartAsync(community, _cancellation);
        Assert.True(again.WorkingSetBytes < 200_000_000, $"The idle exchange takes {again.WorkingSetBytes / 1_000_000} MB.");
        TestContext.Current.TestOutputHelper?.WriteLine($"Idle exchange: {again.WorkingSetBytes / 1_000_000} MB resident.");
        Assert.True(await BidAsync(community, again, 1, second));
        Assert.True(await BidAsync(community, again, 2, second));

        var rounds = await again.UntilSettledAsync(rounds: 2, _cancellation);
        Assert.All(rounds, round => Assert.Equal(3, round.GetProperty("bids").GetInt32()));
        Assert.Equal(2, rounds.Select(round => round.GetProperty("transaction").GetString()).Distinct().Count());
        Assert.Equal(second, await community.Contract.LastPeriodAsync(_cancellation));
        Assert.Equal(2, (await community.Contract.SettledEventsAsync(0, _cancellation)).Length);
    }

    /// <summary>Once while the gate is open, once when it has just closed: what was promised is revealed, and the round is the one that follows from it.</summary>
    [Fact]
    public async Task A_promised_seed_survives_a_kill_and_the_round_is_the_one_it_makes()
    {
        const int Homes = 6;
        await using var community = await TestCommunity.StartAsync(Homes + 1, _cancellation);
        community.ClearBy(MechanismKind.Muda);
        var (first, second) = (TestCommunity.First, TestCommunity.First.Next);

        Hash256? promisedFirst;
        await using (var process = await ExchangeProcess.StartAsync(community, _cancellation))
        {
            promisedFirst = (await OpenAsync(community, process, first)).SeedCommitment;
            for (var home = 0; home < Homes - 1; home++)
            {
                Assert.True(await BidAsync(community, process, home, LotBid(community, home, first)));
            }

            process.Kill();
        }

        Hash256? promisedSecond;
        await using (var process = await ExchangeProcess.StartAsync(community, _cancellation))
        {
            Assert.Equal(promisedFirst, (await OpenAsync(community, process, first)).SeedCommitment);
            Assert.True(await BidAsync(community, process, Homes - 1, LotBid(community, Homes - 1, first)));
            promisedSecond = (await OpenAsync(community, process, second)).SeedCommitment;
            for (var home = 0; home < Homes; home++)
            {
                Assert.True(await BidAsync(community, process, home, LotBid(community, home, second)));
            }

            // The last bid closed the gate; whether the round is written down by now is a race that must not matter.
            process.Kill();
        }

        await using var again = await ExchangeProcess.StartAsync(community, _cancellation);
        Assert.Equal(2, (await again.UntilSettledAsync(rounds: 2, _cancellation)).Length);
        await FollowsAsync(community, again, first, Homes, promisedFirst);
        await FollowsAsync(community, again, second, Homes, promisedSecond);
    }

    [Fact]
    public async Task A_start_without_configuration_says_in_one_line_what_is_missing()
    {
        var (code, error) = await ExchangeProcess.FailAsync([], _cancellation);
        Assert.Equal(2, code);
        Assert.StartsWith("Exchange:", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    private Task<bool> BidAsync(TestCommunity community, ExchangeProcess process, int home, Period period) =>
        BidAsync(community, process, home, community.Bid(home, period));

    // The period is open as soon as the one before is cleared; wrong-period until then.
    private async Task<bool> BidAsync(TestCommunity community, ExchangeProcess process, int home, SignedBid signed)
    {
        await using var node = await TestNode.ConnectAsync(process.Broker, "test", community.Keys[home].Address.ToMember(), _cancellation);
        await node.UntilOpenAsync(signed.Bid.Period, _cancellation);
        return (await node.AskAsync(signed, _cancellation)).Accepted;
    }

    private async Task<RoundAnnouncement> OpenAsync(TestCommunity community, ExchangeProcess process, Period period)
    {
        await using var node = await TestNode.ConnectAsync(process.Broker, "test", community.Keys[0].Address.ToMember(), _cancellation);
        return await node.UntilOpenAsync(period, _cancellation);
    }

    /// <summary>The even homes buy, the odd ones sell, each at a price of its own.</summary>
    private static SignedBid LotBid(TestCommunity community, int home, Period period)
    {
        var buys = home % 2 == 0;
        Step step = new(new Price(buys ? 250_000 + home * 100 : 150_000 + home * 100), new Energy(100));
        return community.Sign(home, new Bid(community.Keys[home].Address.ToMember(), period, 1, buys ? [step] : [], buys ? [] : [step]));
    }

    /// <summary>The revealed seed is the promised one, and the round's hash is that of the round which the bids and this seed make.</summary>
    private async Task FollowsAsync(TestCommunity community, ExchangeProcess process, Period period, int homes, Hash256? promised)
    {
        using var http = new HttpClient { BaseAddress = new Uri(process.Address) };
        var roots = (await http.GetFromJsonAsync<JsonElement>($"/api/rounds/{period.Index}", _cancellation)).GetProperty("roots");
        Assert.True(Hash256.TryParse(roots.GetProperty("seed").GetString(), out var seed));
        Assert.True(SeedCommitment.Holds(Assert.NotNull(promised), period, seed));

        var bids = Enumerable.Range(0, homes).Select(home => LotBid(community, home, period));
        var round = RoundCalculator.Clear(period, bids, new Dictionary<MemberId, ZoneId>(), community.Options.Rules, seed);
        Assert.Equal(RoundCommitment.Of(round).RoundHash.ToString(), roots.GetProperty("roundHash").GetString());
        TestContext.Current.TestOutputHelper?.WriteLine($"Period {period}: {round.Trades.Length} trades by lot.");
    }
}

using VirtualEnergy.P2P.Market;
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

    [Fact]
    public async Task A_start_without_configuration_says_in_one_line_what_is_missing()
    {
        var (code, error) = await ExchangeProcess.FailAsync([], _cancellation);
        Assert.Equal(2, code);
        Assert.StartsWith("Exchange:", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    // The period is open as soon as the one before is cleared; wrong-period until then.
    private async Task<bool> BidAsync(TestCommunity community, ExchangeProcess process, int home, Period period)
    {
        await using var node = await TestNode.ConnectAsync(process.Broker, "test", community.Keys[home].Address.ToMember(), _cancellation);
        await node.UntilOpenAsync(period, _cancellation);
        return (await node.AskAsync(community.Bid(home, period), _cancellation)).Accepted;
    }
}

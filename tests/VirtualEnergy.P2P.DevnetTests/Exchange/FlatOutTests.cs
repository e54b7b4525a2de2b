using System.Globalization;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

public sealed class FlatOutTests
{
    private const int Homes = 20;
    private const int Rounds = 24;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    /// <summary>What a round takes is told and not judged: it is the machine's.</summary>
    [Fact]
    public async Task Rounds_of_twenty_homes_flat_out_are_all_settled()
    {
        await using var community = await TestCommunity.StartAsync(Homes, _cancellation);
        await using var exchange = await ExchangeHost.StartAsync(community.Options with { Rounds = Rounds }, TimeProvider.System, _cancellation);
        var nodes = await Task.WhenAll(community.Keys.Select(
            key => TestNode.ConnectAsync(exchange.Broker, "test", key.Address.ToMember(), _cancellation)));

        var start = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(nodes.Select((node, home) => BidEachRoundAsync(community, node, home)));
        await exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation);
        var perRound = TimeProvider.System.GetElapsedTime(start) / Rounds;

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{perRound.TotalMilliseconds:0.0} ms a round, {exchange.Summary().GasPerTrade:0} gas a trade"));
        Assert.Equal(Rounds, exchange.Summary().SettledRounds);
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    private async Task BidEachRoundAsync(TestCommunity community, TestNode node, int home)
    {
        for (var i = 0; i < Rounds; i++)
        {
            var period = new Period(TestCommunity.First.Index + i);
            await node.UntilOpenAsync(period, _cancellation);
            Assert.True((await node.AskAsync(community.Bid(home, period, wattHours: home == 0 ? 1_900 : 100), _cancellation)).Accepted);
        }
    }
}

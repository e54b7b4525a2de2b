using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>The members' lines to the broker: they trade, and their meters say what they like.</summary>
internal sealed class MeteredHomes(TestCommunity community, ImmutableArray<TestNode> nodes, CancellationToken cancellation) : IAsyncDisposable
{
    public TestNode this[int home] => nodes[home];

    public static async Task<MeteredHomes> ConnectAsync(TestCommunity community, BrokerAddress broker, int count, CancellationToken cancellation)
    {
        var nodes = ImmutableArray.CreateBuilder<TestNode>();
        for (var home = 0; home < count; home++)
        {
            nodes.Add(await TestNode.ConnectAsync(broker, "test", community.Keys[home].Address.ToMember(), cancellation));
        }

        return new MeteredHomes(community, nodes.ToImmutable(), cancellation);
    }

    /// <summary>Home 0 buys as much as the others sell, and the round is cleared.</summary>
    public async Task TradeAsync(Period period, long each = 100)
    {
        await nodes[0].UntilOpenAsync(period, cancellation);
        for (var home = 0; home < nodes.Length; home++)
        {
            Assert.True((await nodes[home].AskAsync(community.Bid(home, period, wattHours: home == 0 ? each * (nodes.Length - 1) : each), cancellation)).Accepted);
        }
    }

    /// <summary>Net energies by home, + import; null is silent. Returns when all are receipted.</summary>
    public async Task MeterAsync(Period period, params long?[] nets)
    {
        for (var home = 0; home < nets.Length; home++)
        {
            if (nets[home] is { } net)
            {
                Assert.Null((await nodes[home].AskUntilKnownAsync(community.Reading(home, period, net), cancellation)).Reason);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }
}

using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Zones;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Zones;

public sealed class ZoneNetworkTests
{
    private static readonly ZoneId A = new("a"), B = new("b");

    [Fact]
    public void Networks_that_say_the_same_are_equal_in_whatever_order_they_say_it()
    {
        ZoneLine[] lines = [new(A, B, new Price(100)), new(B, A, default, new Energy(5)), new(A, A, default)];

        Assert.Equal(new ZoneNetwork(lines), new ZoneNetwork(lines.Reverse().Take(3).Where(line => line.Buyer != line.Seller)));
        Assert.Equal(new ZoneNetwork(lines).GetHashCode(), new ZoneNetwork(lines.Reverse()).GetHashCode());
        Assert.NotEqual(new ZoneNetwork(lines), new ZoneNetwork(lines[..1]));
        Assert.Equal(MarketRules.Default, MarketRules.Default with { Network = new ZoneNetwork([]) });
        Assert.True(new ZoneNetwork(lines[2..]).IsCopperPlate);
    }

    [Fact]
    public void What_no_line_states_is_free_and_without_limit()
    {
        var network = new ZoneNetwork([new(A, B, new Price(100), new Energy(5))]);

        Assert.Equal((new Price(100), new Energy(5)), (network.Fee(A, B), network.Capacity(A, B)));
        Assert.Equal((default, null), (network.Fee(B, A), network.Capacity(B, A)));
        Assert.Equal(new Price(350), network.DeliveredLimit(new Price(250), seller: B, buyer: A));
    }

    [Fact]
    public void A_network_that_cannot_be_is_refused()
    {
        ZoneLine[][] wrong =
        [
            [new(A, B, new Price(-1))], [new(A, B, new Price(ZoneNetwork.MaxFee.MicroEurPerKWh + 1))], [new(A, B, default, new Energy(-1))],
            [new(A, A, default, new Energy(1))], [new(A, B, default), new(A, B, new Price(1))],
            [.. Enumerable.Range(0, ZoneNetwork.MaxLines + 1).Select(i => new ZoneLine(A, new ZoneId($"{i}"), new Price(1)))],
        ];

        Assert.All(wrong, lines => Assert.Throws<ArgumentException>(() => new ZoneNetwork(lines)));
    }

    [Fact]
    public void A_mechanism_without_zones_refuses_a_network()
    {
        ZoneNetwork.CopperPlate.RequireCopperPlate("huang");

        Assert.Contains("huang", Assert.Throws<ArgumentException>(() => new ZoneNetwork([new(A, B, new Price(100))]).RequireCopperPlate("huang")).Message, StringComparison.Ordinal);
    }
}

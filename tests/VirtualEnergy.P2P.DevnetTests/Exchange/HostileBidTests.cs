using System.Text;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>Everything that a hostile member can send over the real broker: each gets its reason, and the round goes on.</summary>
public sealed class HostileBidTests
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_bad_bid_gets_its_reason_and_the_round_goes_on_for_the_others()
    {
        await using var community = await TestCommunity.StartAsync(homes: 3, _cancellation);
        await using var exchange = await ExchangeHost.StartAsync(community.Options with { Rounds = 1 }, TimeProvider.System, _cancellation);
        await using var bad = await ConnectAsync(community, exchange, 2);
        var member = bad.Member;
        var first = TestCommunity.First;
        Step step = new(new Price(100_000), new Energy(100));

        async Task Refused(string reason, SignedBid signed)
        {
            var receipt = await bad.AskAsync(signed, _cancellation);
            Assert.Equal((false, reason, signed.Bid.Number), (receipt.Accepted, receipt.Reason, receipt.Number));
            Assert.False(string.IsNullOrEmpty(receipt.Detail));
        }

        async Task RefusedRaw(string reason, string payload) =>
            Assert.Equal(reason, (await bad.AskAsync(Encoding.UTF8.GetBytes(payload), _cancellation)).Reason);

        var good = community.Bid(2, first, number: 10);
        await bad.UntilOpenAsync(first, _cancellation);
        await Refused("wrong-signature", good with { Signature = [.. good.Signature[..64], (byte)(good.Signature[64] ^ 7)] });
        await Refused("wrong-signature", good with { Signature = community.Bid(1, first, number: 10).Signature });
        await Refused("wrong-period", community.Bid(2, first.Next, number: 11));
        await Refused("gate-closed", community.Bid(2, first.Previous, number: 12));

        var rising = Enumerable.Range(0, 16).Select(i => new Step(new Price(200_000 + 100 * i), new Energy(1)));
        var falling = Enumerable.Range(0, 17).Select(i => new Step(new Price(100_000 - 100 * i), new Energy(1)));
        await Refused("too-many-steps", community.Sign(2, new Bid(member, first, 13, [.. falling], [.. rising])));
        await Refused("steps-crossing", community.Sign(2, new Bid(member, first, 14, [step], [step])));
        await Refused("off-tick", community.Sign(2, new Bid(member, first, 15, [new Step(new Price(100_001), new Energy(1))], [])));
        await Refused("price-out-of-range", community.Sign(2, new Bid(member, first, 16, [new Step(new Price(4_000_100), new Energy(1))], [])));
        await Refused("over-capacity", community.Sign(2, new Bid(member, first, 17, [new Step(new Price(100), new Energy(long.MaxValue))], [])));
        await Refused("energy-not-positive", community.Sign(2, new Bid(member, first, 18, [new Step(new Price(100), new Energy(0))], [])));

        var signature = "0x" + new string('1', 130);
        await RefusedRaw("energy-not-positive", $$"""{"member":"{{member}}","period":{{first}},"number":19,"buy":[[100,-5]],"sell":[],"signature":"{{signature}}"}""");
        await RefusedRaw("malformed", $$"""{"member":"{{member}}","period":{{first}},"number":20,"buy":[[100,99999999999999999999]],"sell":[],"signature":"{{signature}}"}""");
        await RefusedRaw("malformed", $$"""{"member":"{{member}}","period":{{first}},"number":99999999999999999999,"buy":[],"sell":[],"signature":"{{signature}}"}""");
        await RefusedRaw("malformed", "not JSON");
        await RefusedRaw("malformed", $$"""{"member":"{{community.Keys[0].Address}}","period":{{first}},"number":1,"buy":[],"sell":[],"signature":"{{signature}}"}""");
        await RefusedRaw("too-large", new string(' ', 20_000));

        Assert.True((await bad.AskAsync(good, _cancellation)).Accepted);
        Assert.True((await bad.AskAsync(good, _cancellation)).Accepted); // the same again: the same receipt, no effect
        await Refused("stale-number", community.Bid(2, first, number: 10, wattHours: 55));

        // Ten megabytes end the sender's connection before they are read; nobody else notices.
        await using (var huge = await ConnectAsync(community, exchange, 2))
        {
            var sending = huge.SendAsync(new byte[10 * 1024 * 1024], _cancellation);
            await huge.Cut.WaitAsync(TestCommunity.Patience, _cancellation);
            await huge.DisposeAsync(); // or it would send the same on its next connection
            await Assert.ThrowsAsync<ObjectDisposedException>(() => sending);
        }

        for (var home = 0; home < 2; home++)
        {
            await using var node = await ConnectAsync(community, exchange, home);
            Assert.True((await node.AskAsync(community.Bid(home, first), _cancellation)).Accepted);
        }

        var cleared = await community.Progress.NextAsync<RoundCleared>(_cancellation);
        Assert.Equal(3, cleared.Bids);
        Assert.Equal(new Energy(100), cleared.Volume);
        await exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation);
        Assert.Equal(first, await community.Contract.LastPeriodAsync(_cancellation));
    }

    private Task<TestNode> ConnectAsync(TestCommunity community, ExchangeHost exchange, int home) =>
        TestNode.ConnectAsync(exchange.Broker, "test", community.Keys[home].Address.ToMember(), _cancellation);
}

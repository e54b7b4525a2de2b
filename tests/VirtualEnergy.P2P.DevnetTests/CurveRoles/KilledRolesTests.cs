using System.Text.Json;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.DevnetTests.Messaging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves.Roles;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.CurveRoles;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.CurveRoles;

/// <summary>
/// Roles as processes of their own, killed (SIGKILL) after a bid and before its price. The broker and the agents live on, and a
/// price for the old bid, rightly signed, arrives all the same.
/// </summary>
public sealed class KilledRolesTests : IAsyncLifetime
{
    private const int Top = 900;
    private const int Street = 901;
    private const int Agent = 1;

    private readonly EmbeddedTestBroker _broker = new();
    private CurveTestBed _bed = null!;
    private long _watts = 5;

    private static CancellationToken Cancellation => CurveTestBed.Cancellation;

    public async ValueTask InitializeAsync()
    {
        await _broker.StartAsync();
        _bed = new CurveTestBed(_broker.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _bed.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Auctioneer_killed_between_bid_and_price_is_bid_at_anew_and_nobody_acts_on_the_price_of_the_old_bid()
    {
        // An hour between two prices: the first bid is answered at once, the second waits for as long as this process lives.
        await using var first = Auctioneer(interval: 3_600_000);
        await first.LineAsync("\"event\":\"started\"");
        var agent = await AgentAsync(CurveTestBed.Id(Top));
        var answered = await agent.Events.NextAsync<PriceFollowed>(price => price.Price.Price == 50_000);
        var raw = await _bed.RawAsync(Top, asMatcher: true);
        var market = await CurveRolesTestBase.MarketAsync(raw, TopicsOf(Top));

        Interlocked.Exchange(ref _watts, 6);
        var unanswered = await agent.Events.NextAsync<BidSent>(bid => bid.Bid.BidNumber > answered.Price.BidNumber);
        first.Kill();

        // A price for the bid before, newer than all that came: as one that was on its way.
        await PublishAsync(raw, market, Top, Agent, new NumberedPrice(answered.Price.BidNumber, 90_000));
        await using var second = Auctioneer(interval: 20);
        var numbers = await RecoveredAsync(agent.Events, unanswered.Bid.BidNumber, price: 60_000);
        Assert.True(numbers.Bid > unanswered.Bid.BidNumber && unanswered.Bid.BidNumber > answered.Price.BidNumber);

        // Shares of a period that came before the kill, if one did, and of those after it: each once, and later ones only.
        var after = await agent.Events.NextAsync<AllocationTaken>(taken => taken.Allocation.BidNumber >= numbers.Bid);
        Assert.True(numbers.LastPeriod is not { } last || after.Allocation.Period > last);
    }

    [Fact]
    public async Task Concentrator_killed_between_its_bid_and_the_price_goes_on_above_its_numbers_and_passes_no_old_price_down()
    {
        var top = await _bed.AuctioneerAsync(Top);
        await using var first = Concentrator();
        await first.LineAsync("\"event\":\"started\"");
        var agent = await AgentAsync(CurveTestBed.Id(Street));
        var answered = await agent.Events.NextAsync<PriceFollowed>(price => price.Price.Price == 50_000);
        var raw = await _bed.RawAsync(Top, asMatcher: true);
        var market = await CurveRolesTestBase.MarketAsync(raw, TopicsOf(Top));

        // The auctioneer is away, so the second sum goes up and no price comes.
        await top.Node.DisposeAsync();
        Interlocked.Exchange(ref _watts, 6);
        var unanswered = await agent.Events.NextAsync<BidSent>(bid => bid.Bid.BidNumber > answered.Price.BidNumber);
        var sum = NumberIn(await first.LineAsync("\"most\":6"));
        first.Kill();

        // The price for that sum comes while nobody is there to hear it; the broker keeps it for the concentrator.
        await PublishAsync(raw, market, Top, Street, new NumberedPrice(sum, 90_000));
        await using var second = Concentrator();
        await _bed.AuctioneerAsync(Top);
        var numbers = await RecoveredAsync(agent.Events, unanswered.Bid.BidNumber, price: 60_000);
        Assert.True(numbers.Bid > unanswered.Bid.BidNumber);
        Assert.True(NumberIn(await second.LineAsync("\"most\":6")) > sum);
        Assert.DoesNotContain(second.Output, line => line.Contains("\"price\":0.09,", StringComparison.Ordinal));
    }

    /// <summary>Until the agent follows this price. On the way it bids anew, and follows nothing that does not answer its latest bid.</summary>
    private static async Task<(long Bid, Period? LastPeriod)> RecoveredAsync(RecordedEvents events, long bid, long price)
    {
        Period? allocated = null;
        while (true)
        {
            switch (await events.NextAsync<RoleEvent>())
            {
                case BidSent sent:
                    Assert.True(sent.Bid.BidNumber > bid, $"{sent.Bid.BidNumber} after {bid}");
                    bid = sent.Bid.BidNumber;
                    break;
                case AllocationTaken taken:
                    Assert.True(allocated is not { } last || taken.Allocation.Period > last);
                    allocated = taken.Allocation.Period;
                    break;
                case PriceFollowed followed:
                    Assert.Equal(bid, followed.Price.BidNumber);
                    if (followed.Price.Price == price)
                    {
                        return (bid, allocated);
                    }

                    break;
            }
        }
    }

    private Task<RecordedRole<AgentNode>> AgentAsync(MemberId parent) => _bed.AgentAsync(Agent, parent, () => CurveTestBed.Falling(Interlocked.Read(ref _watts)));

    private DemoProcess Auctioneer(int interval) => Start(
        Top, "auctioneer", "--price-steps", "11", "--minimum-price", "0", "--maximum-price", "0.1", "--period", "1", "--interval", $"{interval}", "--agent-interval", "20");

    private DemoProcess Concentrator() => Start(Street, "concentrator", "--parent", CurveTestBed.Id(Top).Value, "--interval", "20", "--agent-interval", "20");

    private DemoProcess Start(int key, string role, params string[] options) => DemoProcess.Ve(
        new Dictionary<string, string> { ["VE_KEY"] = Convert.ToHexStringLower(CurveTestBed.Key(key).ToBytes()) },
        ["curve", role, "--broker", $"mqtt://127.0.0.1:{_broker.Port}", "--community", ITestBroker.Community, "--json", .. options]);

    private static CurveTopics TopicsOf(int matcher) => new Topics(ITestBroker.Community).Curve(CurveTestBed.Id(matcher));

    private static Task PublishAsync(MqttLink link, CurveMarketMessage market, int matcher, int agent, NumberedPrice price)
    {
        var signing = new CurveSigning(new MarketDomain(market.ChainId, Address.Parse(market.Contract)));
        var (from, to, sequence) = (CurveTestBed.Id(matcher), CurveTestBed.Id(agent), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 1);
        var signature = CurveSigning.Sign(signing.Hash(from, to, sequence, price), CurveTestBed.Key(matcher));
        return link.PublishAsync(TopicsOf(matcher).Prices(to), WireFormat.Write(new CurvePriceMessage(from, to, sequence, price, signature)), cancellation: Cancellation);
    }

    private static long NumberIn(string line) => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("number").GetInt64();
}

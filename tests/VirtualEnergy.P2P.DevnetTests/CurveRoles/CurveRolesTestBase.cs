using VirtualEnergy.P2P.DevnetTests.Messaging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.CurveRoles;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.CurveRoles;

/// <summary>A curve market over a real broker. Each derived class runs all of it against its own kind.</summary>
public abstract class CurveRolesTestBase : IAsyncLifetime
{
    // Roles by the number of their key: two matchers, then agents.
    protected const int Top = 900;
    protected const int Street = 901;

    /// <summary>User names for which a broker that checks passwords has to know one.</summary>
    public static IReadOnlyList<string> Matchers => [TopId.Value, StreetId.Value];

    private ITestBroker _broker = null!;

    private protected CurveTestBed Bed { get; private set; } = null!;

    private protected int Port => _broker.Port;

    protected static MemberId TopId => CurveTestBed.Id(Top);

    protected static MemberId StreetId => CurveTestBed.Id(Street);

    protected static CancellationToken Cancellation => CurveTestBed.Cancellation;

    public async ValueTask InitializeAsync()
    {
        _broker = CreateBroker();
        await _broker.StartAsync();
        Bed = new CurveTestBed(_broker.Port, MatchersPassword);
    }

    public async ValueTask DisposeAsync()
    {
        if (Bed is not null)
        {
            await Bed.DisposeAsync();
        }

        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected virtual string? MatchersPassword => null;

    protected abstract ITestBroker CreateBroker();

    [Fact]
    public async Task Price_and_whole_watt_hours_reach_every_agent_through_two_levels()
    {
        // The sum: 5 − i thrice and 9 − i, less 12 flat: 12 − 4 i is zero at step 3. A period of an hour in two seconds would
        // round all to 0 Wh, so demands are in kW here: 3 s of 3 × 2 kW and 6 kW are 5/3 Wh and 5 Wh.
        var auctioneer = await Bed.AuctioneerAsync(Top, periodSeconds: 3);
        var street = await Bed.ConcentratorAsync(Street, TopId);
        var flat = DemandCurve.Flat(CurveTestBed.Basis, Demand.FromWatts(-12_000));
        var agents = new[]
        {
            await Bed.AgentAsync(1, StreetId, Kilowatts(5)),
            await Bed.AgentAsync(2, StreetId, Kilowatts(5)),
            await Bed.AgentAsync(3, StreetId, Kilowatts(9)),
            await Bed.AgentAsync(4, TopId, Kilowatts(5)),
            await Bed.AgentAsync(5, TopId, flat),
        };

        var taken = new long[] { 2_000, 2_000, 6_000, 2_000, -12_000 };
        for (var i = 0; i < agents.Length; i++)
        {
            var followed = await agents[i].Events.NextAsync<PriceFollowed>(price => price.Price.Price == 30_000);
            Assert.Equal(Demand.FromWatts(taken[i]), followed.Demand);
        }

        var close = (await auctioneer.Events.NextAsync<PeriodClosed>(closed => closed.Close is { Price: 30_000, Allocations.Length: 3 })).Close;
        Assert.Equal(Energy.Zero, close.Boundary);
        var split = await street.Events.NextAsync<AllocationSplit>(shared => shared.Allocation.Period == close.Period);
        Assert.Equal(close.Allocations.Single(given => given.Agent == StreetId).Allocation.Energy, Total(split.Shares.Select(share => share.Allocation.Energy)));
        var energies = await Task.WhenAll(agents.Select(async agent =>
            (await agent.Events.NextAsync<AllocationTaken>(allocation => allocation.Allocation.Period == close.Period)).Allocation.Energy));
        Assert.Equal(Energy.Zero, Total(energies));
        Assert.Equal(new Energy(-10), energies[4]); // 12 kW for 3 s
    }

    [Fact]
    public async Task Invalid_curve_is_refused_alone_its_sender_is_told_and_the_cluster_goes_on()
    {
        var auctioneer = await Bed.AuctioneerAsync(Top);
        var agent = await Bed.AgentAsync(1, TopId, CurveTestBed.Falling());
        await agent.Events.NextAsync<PriceFollowed>(price => price.Price.Price == 50_000);
        var raw = await Bed.RawAsync(2);
        var topics = new Topics(ITestBroker.Community).Curve(TopId);
        var (told, refusals) = await RefusalsAsync(raw, topics.Refusals(CurveTestBed.Id(2)));
        var market = await MarketAsync(raw, topics);

        // Each is signed as it should be, so that the curve is what is wrong with it.
        (string Code, byte[] Payload)[] bad =
        [
            ("length", Signed(market, 2, 1, [5, 4, 3])),
            ("increasing", Signed(market, 2, 2, [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])),
            ("out-of-range", Signed(market, 2, 3, [.. Enumerable.Repeat(1_000_000_001L, 11)])),
            ("not-finite", NotFinite(market, 4)),
            ("malformed", "{]"u8.ToArray()),
            ("too-large", new byte[WireFormat.MaxCurveBytes + 1]),
            ("wrong-signature", Signed(market, 2, 5, [5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5], signer: 3)),
            ("other-session", Signed(market with { Session = market.Session - 1 }, 2, 6, [5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5])),
        ];
        foreach (var (code, payload) in bad)
        {
            await raw.PublishAsync(topics.Bids(CurveTestBed.Id(2)), payload, cancellation: Cancellation);
            Assert.Equal(code, (await told.ReadAsync(Cancellation).AsTask().WaitAsync(CurveTestBed.Patience, Cancellation)).Refusal.Code);
        }

        // The cluster has heard nothing of it, and still answers.
        Assert.Equal(bad.Length, refusals());
        Assert.Equal(bad.Length, auctioneer.Events.Rest().OfType<AgentRefused>().Count());
        Assert.Empty(agent.Events.Rest().OfType<PriceFollowed>());
        var other = await Bed.AgentAsync(4, TopId, CurveTestBed.Falling(7)); // 12 − 2 i: zero at step 6
        await other.Events.NextAsync<PriceFollowed>(price => price.Price.Price == 60_000);
        await agent.Events.NextAsync<PriceFollowed>(price => price.Price.Price == 60_000);
    }

    [Fact]
    public async Task Agent_that_leaves_in_order_is_out_of_the_price_at_once()
    {
        await Bed.AuctioneerAsync(Top);
        var stays = await Bed.AgentAsync(1, TopId, CurveTestBed.Falling());
        var leaves = await Bed.AgentAsync(2, TopId, CurveTestBed.Falling(9)); // 14 − 2 i: zero at step 7
        await stays.Events.NextAsync<PriceFollowed>(price => price.Price.Price == 70_000);
        await leaves.Node.DisposeAsync();
        await stays.Events.NextAsync<PriceFollowed>(price => price.Price.Price == 50_000);
    }

    [Fact]
    public async Task Agent_and_concentrator_take_part_again_after_a_cut()
    {
        await Bed.AuctioneerAsync(Top);
        await using var agentsLine = new CuttableLine(Port);
        await using var streetsLine = new CuttableLine(Port);
        await Bed.ConcentratorAsync(Street, TopId, throughPort: streetsLine.Port);
        var watts = 5L;
        var agent = await Bed.AgentAsync(1, StreetId, () => CurveTestBed.Falling(Interlocked.Read(ref watts)), agentsLine.Port);
        await agent.Events.NextAsync<PriceFollowed>(price => price.Price.Price == 50_000);

        // Its bid changes while it is cut off, and arrives when it is back.
        agentsLine.Cut();
        Interlocked.Exchange(ref watts, 6);
        agentsLine.Mend();
        await agent.Events.NextAsync<PriceFollowed>(price => price.Price.Price == 60_000);

        streetsLine.Cut();
        Interlocked.Exchange(ref watts, 8);
        streetsLine.Mend();
        await agent.Events.NextAsync<PriceFollowed>(price => price.Price.Price == 80_000);
    }

    [Fact]
    public async Task Concentrator_that_was_killed_and_started_again_is_bid_at_anew()
    {
        await Bed.AuctioneerAsync(Top);
        var street = await Bed.ConcentratorAsync(Street, TopId);
        var agent = await Bed.AgentAsync(1, StreetId, CurveTestBed.Falling());
        var first = await agent.Events.NextAsync<PriceFollowed>(price => price.Price.Price == 50_000);

        // It forgets everything: its agents, its numbers, its session.
        await street.Node.DisposeAsync();
        await Bed.ConcentratorAsync(Street, TopId);
        var again = await agent.Events.NextAsync<PriceFollowed>(price => price.Price.Price == 50_000);
        Assert.True(again.Price.BidNumber > first.Price.BidNumber);
    }

    [Fact]
    public async Task Auctioneer_that_was_started_again_is_bid_at_anew()
    {
        var top = await Bed.AuctioneerAsync(Top);
        await Bed.ConcentratorAsync(Street, TopId);
        var agent = await Bed.AgentAsync(1, StreetId, CurveTestBed.Falling());
        await agent.Events.NextAsync<PriceFollowed>(price => price.Price.Price == 50_000);
        await top.Node.DisposeAsync();

        // This time it aims at −2 W: where the agent's curve is that, at step 7.
        await Bed.AuctioneerAsync(Top, terms: new ClusterTerms { Basis = CurveTestBed.Basis, Objective = ObjectiveAgent.SetPoint(CurveTestBed.Basis, Demand.FromWatts(-2)) });
        await agent.Events.NextAsync<PriceFollowed>(price => price.Price.Price == 70_000);
    }

    [Fact]
    public async Task Only_who_is_on_the_whitelist_takes_part()
    {
        await Bed.AuctioneerAsync(Top, options: new MatcherOptions { Interval = 20, AgentInterval = 20, Whitelist = [CurveTestBed.Id(1)] });
        var stranger = await Bed.AgentAsync(2, TopId, CurveTestBed.Falling(9));
        Assert.Equal("not-allowed", (await stranger.Events.NextAsync<OwnBidRefused>()).Refusal.Code);
        var agent = await Bed.AgentAsync(1, TopId, CurveTestBed.Falling());
        Assert.Equal(50_000, (await agent.Events.NextAsync<PriceFollowed>()).Price.Price);
    }

    private static DemandCurve Kilowatts(long atTheLowest) =>
        DemandCurve.Create(CurveTestBed.Basis, [.. Enumerable.Range(0, 11).Select(step => Demand.FromWatts(1_000 * (atTheLowest - step)))]);

    private static Energy Total(IEnumerable<Energy> energies) => energies.Aggregate(Energy.Zero, (sum, energy) => sum + energy);

    private static byte[] NotFinite(CurveMarketMessage market, long number)
    {
        var text = System.Text.Encoding.UTF8.GetString(Signed(market, 2, number, [5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5]));
        return System.Text.Encoding.UTF8.GetBytes(text.Replace("5000000000,4000000000", "\"NaN\",4000000000", StringComparison.Ordinal));
    }

    internal static byte[] Signed(CurveMarketMessage market, int agent, long number, long[] watts, int? signer = null)
    {
        var signing = new Settlement.Signing.CurveSigning(new Settlement.Signing.MarketDomain(market.ChainId, Settlement.Ethereum.Address.Parse(market.Contract)));
        Demand[] demands = [.. watts.Select(demand => new Demand(demand * Demand.NanoWattsPerWatt))];
        var expires = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + market.BidLifetime;
        var id = CurveTestBed.Id(agent);
        var hash = signing.Hash(id, market.Matcher, market.Session, number, expires, demands);
        return WireFormat.Write(new CurveBidMessage(
            id, market.Matcher, market.Session, number, expires, [.. demands], Settlement.Signing.CurveSigning.Sign(hash, CurveTestBed.Key(signer ?? agent))));
    }

    internal static async Task<CurveMarketMessage> MarketAsync(MqttLink link, CurveTopics topics)
    {
        var found = new TaskCompletionSource<CurveMarketMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        await link.SubscribeAsync(topics.Market, (message, _) =>
        {
            if (WireFormat.TryReadCurveMarket(message.Payload.Span, out var market, out string? _))
            {
                found.TrySetResult(market);
            }

            return Task.CompletedTask;
        }, Cancellation);
        return await found.Task.WaitAsync(CurveTestBed.Patience, Cancellation);
    }

    private static async Task<(System.Threading.Channels.ChannelReader<CurveRefusalMessage> Told, Func<int> Count)> RefusalsAsync(MqttLink link, string topic)
    {
        var count = 0;
        var told = System.Threading.Channels.Channel.CreateUnbounded<CurveRefusalMessage>();
        await link.SubscribeAsync(topic, (message, _) =>
        {
            Interlocked.Increment(ref count);
            return WireFormat.TryReadCurveRefusal(message.Payload.Span, out var refusal, out string? error)
                ? told.Writer.WriteAsync(refusal, Cancellation).AsTask() : throw new InvalidDataException(error);
        }, Cancellation);
        return (told.Reader, () => Volatile.Read(ref count));
    }
}

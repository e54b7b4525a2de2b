using System.Runtime.InteropServices;
using System.Text.Json;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.DevnetTests.Messaging;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.CurveRoles;
using VirtualEnergy.P2P.Node.Households;
using VirtualEnergy.P2P.Node.Planning;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.CurveRoles;

/// <summary>Homes with plants, batteries and appliances as agents of a curve market on a real broker, by a clock that the test moves.</summary>
public sealed class CurveHomesTests
{
    private const int Top = 900;
    private const int Street = 901;
    private const int Seconds = 900;

    /// <summary>Longer than the test waits for anything: no period begins before the test lets it.</summary>
    private static readonly TimeSpan Lead = 2 * CurveTestBed.Patience;

    private static readonly MarketBasis Basis = MarketBasis.Create(101, 0, 500_000); // half a cent a step
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));
    private static readonly MarketRules Rules = MarketRules.Default with { TickMicroEurPerKWh = 5_000, Floor = new Price(0), Cap = new Price(500_000) };

    [Fact]
    public async Task Homes_trade_through_the_cluster_run_by_their_allocations_and_bid_from_the_state_that_follows()
    {
        // From six in the evening on: the sun goes, and batteries that are half full serve their homes and their neighbours.
        var community = GeneratedCommunity.Create(5, seed: 1, GeneratedCommunity.DefaultFirstDay);
        var first = new Period(community.First.Index + 72);
        var clock = new MovableClock(Start(first) - Lead);
        await using var broker = new EmbeddedTestBroker();
        await broker.StartAsync();
        await using var bed = new CurveTestBed(broker.Port, time: clock);
        var top = await bed.AuctioneerAsync(Top, terms: new ClusterTerms { Basis = Basis, PeriodSeconds = Seconds, BidLifetime = 3_600_000 });
        await bed.ConcentratorAsync(Street, CurveTestBed.Id(Top));
        var homes = new List<Follower>();
        for (var i = 0; i < community.Households.Length; i++)
        {
            var description = community.Households[i].Describe();
            var agent = await bed.HomeAsync(i, CurveTestBed.Id(i < 3 ? Street : Top), description, Tariff, Lead);
            homes.Add(new Follower(agent.Events, new HomeAgent(new PlannedHome(description, []), Rules, Tariff)));
        }

        var (traded, moved) = (0L, 0L);
        for (var period = first; period.Index < first.Index + 8; period = period.Next)
        {
            // What each home should bid, from a twin of it that never saw a broker, and the price of all of them.
            DemandCurve[] curves = [.. homes.Select(home => home.CurveIn(period))];
            var found = Equilibrium.Of(curves.Aggregate(DemandCurve.Flat(Basis, Demand.Zero), (sum, curve) => sum.Plus(curve)), Demand.Zero);
            var price = found.PriceOn(Basis);
            await Task.WhenAll(homes.Zip(curves, (home, curve) => home.AgreedAsync(curve, price)));

            clock.MoveTo(Start(period));
            var close = (await top.Events.NextAsync<PeriodClosed>(closed => closed.Close.Period == period)).Close;
            Assert.Equal(price, close.Price);
            var energies = await Task.WhenAll(homes.Select(home => home.RanAsync(period)));
            Assert.Equal(close.Boundary, energies.Aggregate(Energy.Zero, (sum, ran) => sum + ran.Traded));
            Assert.Equal(Energy.Zero, close.Boundary); // from 0 to 50 ct the curves always cross: the supplier gives at 28 and takes at 9
            traded += energies.Sum(ran => Math.Max(0, ran.Traded.WattHours));
            moved += energies.Sum(ran => Math.Abs(ran.Storage.WattHours));
            clock.MoveTo(Start(period.Next) - Lead);
        }

        Assert.True(traded > 0, "nothing was traded");
        Assert.True(moved > 0, "no battery was charged or emptied");
    }

    [Fact]
    public async Task Command_with_a_homes_file_takes_broker_community_and_home_from_it()
    {
        await using var broker = new EmbeddedTestBroker();
        await broker.StartAsync();
        await using var bed = new CurveTestBed(broker.Port);
        await bed.AuctioneerAsync(Top, terms: new ClusterTerms { Basis = Basis, PeriodSeconds = Seconds });
        var folder = Directory.CreateTempSubdirectory("ve-home-");
        try
        {
            var file = Path.Combine(folder.FullName, "home.json");
            new HomeConfig
            {
                Broker = $"mqtt://127.0.0.1:{broker.Port}", Community = ITestBroker.Community, Household = new HouseholdSource { Homes = 5, Name = "Home 02" },
            }.Write(file);
            await using var agent = DemoProcess.Ve(
                new Dictionary<string, string> { ["VE_KEY"] = Convert.ToHexStringLower(CurveTestBed.Key(1).ToBytes()) }, "curve", "agent", "--home", file, "--json");
            Assert.Contains(CurveTestBed.Id(1).Value, await agent.LineAsync("\"event\":\"started\""), StringComparison.Ordinal);
            var bid = Json(await agent.LineAsync("\"event\":\"bid\""));
            Assert.True(bid.GetProperty("most").GetDecimal() > 0, "a home without a plant consumes");

            // Alone it is its own market: where its curve has come to nothing.
            var price = Json(await agent.LineAsync("\"event\":\"price\""));
            Assert.Equal(0, price.GetProperty("demand").GetDecimal());
            agent.Signal(PosixSignal.SIGINT);
            Assert.Equal(0, await agent.ExitAsync());
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static JsonElement Json(string line) => JsonSerializer.Deserialize<JsonElement>(line);
    }

    private static DateTimeOffset Start(Period period) => DateTimeOffset.FromUnixTimeSeconds(period.Index * Seconds);

    /// <summary>Reads a home's events beside a twin of the home.</summary>
    private sealed class Follower(RecordedEvents events, HomeAgent twin)
    {
        private BidSent? _bid;
        private PriceFollowed? _followed;

        public DemandCurve CurveIn(Period period)
        {
            var (buy, sell) = twin.BidFor(period);
            return StepCurve.Of(new Bid(default, period, 0, buy, sell), Basis, Seconds);
        }

        /// <summary>Until the home has bid the curve and follows the price, which answers that bid.</summary>
        public async Task AgreedAsync(DemandCurve curve, long price)
        {
            try
            {
                while (_bid?.Bid.Curve.Equals(curve) != true || _followed?.Price.BidNumber != _bid.Bid.BidNumber || _followed.Price.Price != price)
                {
                    Read(await events.NextAsync<RoleEvent>());
                }
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Wanted {price} for {curve.Maximum} to {curve.Minimum}; bid {_bid}, of {_bid?.Bid.Curve.Maximum} to {_bid?.Bid.Curve.Minimum}; followed {_followed}.");
            }
        }

        /// <summary>Until the home has run the period: by its allocation, and just as the twin.</summary>
        public async Task<Delivery> RanAsync(Period period)
        {
            AllocationTaken? taken = null;
            while (true)
            {
                var next = await events.NextAsync<RoleEvent>();
                Read(next);
                taken = next as AllocationTaken ?? taken;
                if (next is HomeRan { Delivery: var ran })
                {
                    Assert.Equal((period, period), (taken?.Allocation.Period, ran.Period));
                    var expected = twin.Deliver(period, new Price(taken!.Allocation.Price), taken.Allocation.Energy);
                    Assert.Equal(
                        (expected.Traded, expected.Net, expected.Appliances, expected.Production, expected.Storage, expected.BatteryFill),
                        (ran.Traded, ran.Net, ran.Appliances, ran.Production, ran.Storage, ran.BatteryFill));
                    return ran;
                }
            }
        }

        private void Read(RoleEvent next)
        {
            _bid = next as BidSent ?? _bid;
            if (next is PriceFollowed followed)
            {
                Assert.Equal(_bid!.Bid.BidNumber, followed.Price.BidNumber);
                _followed = followed;
            }
        }
    }
}

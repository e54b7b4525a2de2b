using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves.Roles;

/// <summary>PowerMatcher's own cases of messages between agents, a concentrator and an auctioneer, step by step as they are written.</summary>
public sealed class SequenceVectorsTests
{
    private const long Forever = 1_000_000;

    private static readonly MemberId Upwards = new("concentrator");

    public static TheoryData<string> Ids => ["seq-bidnumber-sync", "seq-bidnumber-async", "seq-unknown-bidnumber-ignored", "seq-ratelimit"];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Sequence_goes_as_PowerMatcher_has_it(string id)
    {
        var vector = Sequences().Single(sequence => sequence.GetProperty("id").GetString() == id);
        var cluster = new Cluster(vector);
        foreach (var step in vector.GetProperty("steps").EnumerateArray())
        {
            cluster.Take(step);
        }

        if (vector.GetProperty("expect") is { ValueKind: JsonValueKind.Array } expected)
        {
            Assert.All(expected.EnumerateArray(), cluster.Check);
        }

        Assert.True(cluster.Checks > 0 || vector.GetProperty("expect").ValueKind == JsonValueKind.Array, "nothing was checked");
    }

    [Fact]
    public void Every_sequence_is_tested() =>
        Assert.Equal(Ids.Select(row => row.Data).Order(), Sequences().Select(sequence => sequence.GetProperty("id").GetString()!).Order());

    private static List<JsonElement> Sequences()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.Shared("vectors/powermatcher.json")));
        return [.. file.RootElement.Clone().GetProperty("vectors").EnumerateArray().Where(vector => vector.GetProperty("op").GetString() == "sequence")];
    }

    /// <summary>The topology of the vectors: agents, one concentrator, one auctioneer. Prices in billionths.</summary>
    private sealed class Cluster
    {
        private readonly MarketBasis _basis;
        private readonly Concentrator _concentrator;
        private readonly Auctioneer _auctioneer;
        private readonly Dictionary<int, NumberedPrice> _told = [];
        private readonly List<long> _rounds = [];
        private NumberedCurve? _sent;
        private bool _isSent;
        private long _now;

        public Cluster(JsonElement vector)
        {
            var stated = vector.GetProperty("marketBasis");
            _basis = MarketBasis.Create(stated.GetProperty("priceSteps").GetInt32(), Billionths(stated, "minimumPrice"), Billionths(stated, "maximumPrice"));
            var interval = vector.GetProperty("steps").EnumerateArray().Select(step => step.TryGetProperty("minTimeBetweenUpdatesMs", out var ms) ? ms.GetInt64() : 0).Max();
            var rules = new AgentBookRules { BidLifetime = Forever };
            _concentrator = new Concentrator(new AgentBook(_basis, rules), new UpdateLimit(interval), new BidSeries(Forever));
            _auctioneer = new Auctioneer(new AgentBook(_basis, rules), new UpdateLimit(0));
        }

        public int Checks { get; private set; }

        public void Take(JsonElement step)
        {
            if (step.TryGetProperty("t", out var time))
            {
                _now = time.GetInt64();
                _isSent = false;
            }

            if (step.TryGetProperty("demand", out var demand))
            {
                var curve = DemandCurve.Create(_basis, [.. demand.EnumerateArray().Select(watts => Demand.FromWatts(watts.GetInt64()))]);
                Assert.Null(_concentrator.Bid(Agent(step), new NumberedCurve(step.GetProperty("bidNumber").GetInt64(), curve, Forever), _now));
            }

            if (step.TryGetProperty("t", out _))
            {
                Send();
            }
            else if (step.TryGetProperty("run", out var role))
            {
                if (role.GetString() == "concentrator")
                {
                    Send();
                }
                else
                {
                    var prices = _auctioneer.Update(_now, new Period(0));
                    Tell(Assert.Single(prices).Price);
                }
            }
            else if (step.TryGetProperty("priceFromParent", out _))
            {
                var number = step.GetProperty("bidNumber") is { ValueKind: JsonValueKind.Number } stated ? stated.GetInt64() : _sent!.Value.BidNumber;
                Tell(new NumberedPrice(number, Billionths(step, "priceFromParent")));
            }
            else if (step.TryGetProperty("check", out var checks))
            {
                Assert.All(checks.EnumerateArray(), Check);
                CheckRule(step.GetProperty("rule").GetString()!);
            }
            else if (step.TryGetProperty("expect", out var expected))
            {
                CheckSending(expected.GetString()!);
            }
        }

        public void Check(JsonElement expected)
        {
            Checks++;
            var agent = expected.GetProperty("agent").GetInt32();
            if (expected.TryGetProperty("priceUpdate", out var none))
            {
                Assert.Equal(JsonValueKind.Null, none.ValueKind);
                Assert.DoesNotContain(agent, _told.Keys);
                return;
            }

            Assert.Equal(expected.GetProperty("bidNumber").GetInt64(), _told[agent].BidNumber);
            if (expected.TryGetProperty("price", out _))
            {
                Assert.Equal(Billionths(expected, "price"), _told[agent].Price);
            }
        }

        private void CheckRule(string rule)
        {
            var before = _rounds.Count > 0 ? _rounds[^1] : long.MinValue;
            _rounds.Add(_told[0].Price);
            switch (rule)
            {
                case "price(0)==price(1)":
                    Assert.Equal(_told[0].Price, _told[1].Price);
                    break;
                case "price(0) changed":
                    Assert.NotEqual(before, _told[0].Price);
                    break;
                case "all prices equal and changed":
                    Assert.Single(_told.Values.Select(told => told.Price).Distinct());
                    Assert.NotEqual(before, _told[0].Price);
                    break;
                default:
                    Assert.Fail($"{rule} has no check");
                    break;
            }
        }

        private void CheckSending(string expected)
        {
            Checks++;
            switch (expected)
            {
                case "bid sent immediately" or "bid sent":
                    Assert.True(_isSent);
                    break;
                case "nothing sent; task scheduled at t=2001":
                    Assert.Equal((false, 2001L), (_isSent, _concentrator.DueAt));
                    break;
                default:
                    Assert.Fail($"{expected} has no check");
                    break;
            }
        }

        private void Send()
        {
            if (_concentrator.Update(_now) is { } bid)
            {
                (_sent, _isSent) = (bid, true);
                Assert.Null(_auctioneer.Bid(Upwards, bid, _now));
            }
        }

        private void Tell(NumberedPrice price)
        {
            foreach (var told in _concentrator.Translate(price, _now))
            {
                _told[int.Parse(told.Agent.Value, System.Globalization.CultureInfo.InvariantCulture)] = told.Price;
            }
        }

        private static MemberId Agent(JsonElement step) => new(step.GetProperty("agent").GetRawText());

        private static long Billionths(JsonElement owner, string property) => (long)(owner.GetProperty(property).GetDecimal() * 1_000_000_000);
    }
}

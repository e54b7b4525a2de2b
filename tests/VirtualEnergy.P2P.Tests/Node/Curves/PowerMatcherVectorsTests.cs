using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Node.Curves;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Curves;

/// <summary>PowerMatcher's own cases: prices, sums, point curves, peak shaving. Every case is answered or has its reason here.</summary>
public sealed class PowerMatcherVectorsTests
{
    /// <summary>Cases of other parts of the system.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["sequence"] = "messages between agents, concentrators and an auctioneer over time: SequenceVectorsTests",
        ["efiBufferBid"] = "how a buffer's running modes become a bid is the flexibility engine's, not the curve market's",
        ["efiScenario"] = "prose about an EFI buffer agent's timers and messages: the flexibility engine's",
    };

    public static TheoryData<string> Operations =>
        ["clear", "clearCsv", "intersect", "balance", "aggregate", "price", "pointbid", "bid", "demandAtIndex", "demandAtPrice",
         "transpose", "marketBasis", "arrayBuilder", "extremes", "peakShavePrice", "peakShaveBid", "sortPricePoints"];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Every_case_of_an_operation_is_answered_as_PowerMatcher_answers_it(string operation)
    {
        var cases = Vectors().Where(vector => Text(vector, "op") == operation).ToList();
        Assert.NotEmpty(cases);
        Assert.All(cases, vector => Check(operation, vector, vector.GetProperty("expect")));
    }

    [Fact]
    public void Every_operation_is_tested_or_has_a_reason()
    {
        var operations = Vectors().Select(vector => Text(vector, "op")).ToList();
        Assert.True(operations.Count >= 79, $"only {operations.Count} cases");
        Assert.Empty(operations.Except(Operations.Select(row => row.Data)).Except(Elsewhere.Keys));
    }

    private static void Check(string operation, JsonElement vector, JsonElement expect)
    {
        switch (operation)
        {
            case "clear" or "clearCsv" or "aggregate" or "balance":
                CheckClearing(vector, expect, CurveClearing.Clear(Read(vector)));
                break;
            case "intersect":
                CheckClearing(vector, expect, CurveClearing.Clear(ReadJson(WithBids(vector, $"[{vector.GetProperty("demand").GetRawText()}]"))));
                break;
            case "pointbid":
                CheckCurve(expect, ReadBid(vector, $$"""{"points":{{vector.GetProperty("points").GetRawText()}}}"""));
                break;
            case "bid":
                CheckCurve(expect, ReadBid(vector, vector.GetProperty("demand").GetRawText()));
                break;
            case "arrayBuilder":
                // A builder repeats its last demand up to the last step; one demand too many makes the curve too long.
                var prefix = vector.GetProperty("prefix").EnumerateArray().Select(demand => demand.GetRawText()).ToList();
                var missing = vector.GetProperty("marketBasis").GetProperty("priceSteps").GetInt32() - prefix.Count;
                CheckCurve(expect, ReadBid(vector, $"[{string.Join(',', prefix.Concat(Enumerable.Repeat(prefix[^1], Math.Max(0, missing))))}]"));
                break;
            case "demandAtIndex":
                Assert.Equal(Demand(expect, "demand"), Curve(vector)[vector.GetProperty("index").GetInt32()]);
                break;
            case "demandAtPrice":
                Assert.Equal(Demand(expect, "demand"), Curve(vector).At(Billionths(vector.GetProperty("price"))));
                break;
            case "extremes":
                Assert.Equal((Demand(expect, "maximumDemand"), Demand(expect, "minimumDemand")), (Curve(vector).Maximum, Curve(vector).Minimum));
                break;
            case "transpose":
                Assert.Equal(Demands(expect, "demand"), Curve(vector).Shifted(Demand(vector, "offset")).Demands.ToArray());
                break;
            case "marketBasis":
                CheckBasis(vector, expect);
                break;
            case "price":
                CheckPrice(vector, expect);
                break;
            case "peakShaveBid":
                Assert.Equal(Demands(expect, "demand"), Shaving(vector).Clip(Curve(vector), default).Demands.ToArray());
                break;
            case "peakShavePrice":
                var curve = Curve(vector);
                var sent = Shaving(vector).Clip(curve, default);
                var index = PeakShaving.PriceFor(curve, sent, curve.Basis.IndexOf(Billionths(vector.GetProperty("price"))));
                Assert.Equal(Billionths(expect.GetProperty("price")), curve.Basis.PriceOf(index));
                break;
            case "sortPricePoints":
                Assert.Equal(Points(expect.GetProperty("points")), PointCurve.Sort(Points(vector.GetProperty("points"))));
                break;
            default:
                Assert.Fail($"{operation} has no check");
                break;
        }
    }

    private static void CheckClearing(JsonElement vector, JsonElement expect, CurveResult result)
    {
        if (expect.TryGetProperty("price", out var price))
        {
            // Some cases state the price of the nearest step, others the price itself.
            var rule = vector.TryGetProperty("priceRule", out var stated) && stated.ValueKind == JsonValueKind.String;
            Assert.Equal(price.GetDecimal(), rule ? result.Basis.PriceOf(result.PriceIndex) / 1e9m : result.Price);
        }

        foreach (var property in new[] { "aggregatedDemand", "demand" })
        {
            if (expect.TryGetProperty(property, out _))
            {
                Assert.Equal(Demands(expect, property), result.Aggregated.Demands.ToArray());
            }
        }

        if (vector.TryGetProperty("invalidBidCount", out var invalid))
        {
            Assert.Equal((vector.GetProperty("bidCount").GetInt32(), invalid.GetInt32()), (result.Allocations.Length, result.Rejected.Length));
        }

        if (vector.TryGetProperty("reference", out var reference) && reference.TryGetProperty("index", out var index))
        {
            Assert.Equal(index.GetInt32(), result.PriceIndex);
            Assert.InRange(result.Price - reference.GetProperty("price").GetDecimal(), -0.000_000_000_001m, 0.000_000_000_001m);
        }

        if (expect.TryGetProperty("demandAtPrice", out _))
        {
            var bids = Read(vector).Bids;
            Assert.Equal(Demands(expect, "demandAtPrice"), bids.Select(bid => bid.Curve![result.PriceIndex]));
        }

        Assert.True(result.Shaved is null && result.Allocations.Count(allocation => allocation is null) == result.Rejected.Length);
    }

    private static void CheckCurve(JsonElement expect, CurveBid bid)
    {
        if (expect.TryGetProperty("error", out var error))
        {
            Assert.Equal(error.GetString() is "length" or "overflow" ? "length" : "increasing", bid.Fault);
            return;
        }

        Assert.Null(bid.Fault);
        if (expect.TryGetProperty("demand", out _))
        {
            // Ours is the line rounded to a nW, theirs a double near it: the two are one nW apart at most.
            Assert.All(Demands(expect, "demand").Zip(bid.Curve!.Demands.ToArray()), pair => Assert.InRange((pair.Second - pair.First).NanoWatts, -1, 1));
        }

        if (expect.TryGetProperty("maximumDemand", out _))
        {
            Assert.Equal((Demand(expect, "maximumDemand"), Demand(expect, "minimumDemand")), (bid.Curve!.Maximum, bid.Curve.Minimum));
        }
    }

    private static void CheckBasis(JsonElement vector, JsonElement expect)
    {
        var stated = vector.GetProperty("marketBasis");
        var valid = MarketBasis.TryCreate(
            stated.GetProperty("priceSteps").GetInt32(), Billionths(stated.GetProperty("minimumPrice")), Billionths(stated.GetProperty("maximumPrice")), out _, out var fault);
        var expected = expect.TryGetProperty("error", out var error) ? (error.GetString() == "priceSteps" ? CurveFault.PriceSteps : CurveFault.MaximumPrice) : default;
        Assert.Equal((expected == default, expected), (valid, fault));
    }

    private static void CheckPrice(JsonElement vector, JsonElement expect)
    {
        var price = vector.GetProperty("price");
        if (price.ValueKind == JsonValueKind.String)
        {
            // Integers know no NaN: it is caught where text is read.
            Assert.Equal("not-finite", ReadBid(vector, """{"points":[["NaN",0]]}""").Fault);
            return;
        }

        var basis = ReadJson(WithBids(vector, "[]")).Basis;
        Assert.Equal(expect.TryGetProperty("price", out _), basis.Contains(Billionths(price)));
        if (expect.TryGetProperty("price", out var expected))
        {
            Assert.Equal(vector.GetProperty("reference").GetProperty("index").GetInt32(), basis.IndexOf(Billionths(price)));
            Assert.Equal(Billionths(expected), basis.PriceOf(basis.IndexOf(Billionths(price))));
        }
    }

    private static CurveCase Read(JsonElement vector)
    {
        if (!vector.TryGetProperty("bidsCsv", out var csv))
        {
            return ReadJson(vector.GetRawText());
        }

        var basis = vector.GetProperty("marketBasis");
        using var file = File.OpenRead(RepositoryFiles.Shared("vectors/" + csv.GetString()));
        return Assert.Single(CurveFile.Read(file, csv.GetString()!, new CsvBasis(
            basis.GetProperty("priceSteps").GetInt32(), basis.GetProperty("minimumPrice").GetDecimal(), basis.GetProperty("maximumPrice").GetDecimal())).Cases);
    }

    private static CurveCase ReadJson(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        return Assert.Single(CurveFile.Read(stream, "case", new CsvBasis()).Cases);
    }

    private static string WithBids(JsonElement vector, string bids) =>
        $$"""{"marketBasis":{{vector.GetProperty("marketBasis").GetRawText()}},"bids":{{bids}},"targetDemand":{{(vector.TryGetProperty("targetDemand", out var target) ? target.GetRawText() : "0")}}}""";

    private static CurveBid ReadBid(JsonElement vector, string bid) => Assert.Single(ReadJson(WithBids(vector, $"[{bid}]")).Bids);

    private static DemandCurve Curve(JsonElement vector) =>
        ReadBid(vector, vector.TryGetProperty("points", out var points) ? $$"""{"points":{{points.GetRawText()}}}""" : vector.GetProperty("demand").GetRawText()).Curve!;

    private static PeakShaving Shaving(JsonElement vector) => new(Demand(vector, "floor"), Demand(vector, "ceiling"));

    private static PricePoint[] Points(JsonElement points) =>
        [.. points.EnumerateArray().Select(point => new PricePoint(Billionths(point[0]), new Demand(Billionths(point[1]))))];

    private static Demand[] Demands(JsonElement owner, string property) =>
        [.. owner.GetProperty(property).EnumerateArray().Select(demand => new Demand(Billionths(demand)))];

    private static Demand Demand(JsonElement owner, string property) => new(Billionths(owner.GetProperty(property)));

    private static long Billionths(JsonElement number) => (long)decimal.Round(number.GetDecimal() * 1_000_000_000, MidpointRounding.AwayFromZero);

    private static string Text(JsonElement vector, string property) => vector.GetProperty(property).GetString()!;

    private static List<JsonElement> Vectors()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.Shared("vectors/powermatcher.json")));
        return [.. file.RootElement.Clone().GetProperty("vectors").EnumerateArray()];
    }
}

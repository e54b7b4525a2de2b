using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Curves;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Curves;

public sealed class CurveFileTests
{
    private const string Basis = """{"priceSteps":3,"minimumPrice":0,"maximumPrice":0.2}""";

    [Fact]
    public void Answer_has_price_sum_refusals_and_allocations()
    {
        // 3 + (−2 where 0.1 is reached): 3, 1, 1 … and bid 1 has two demands for three steps.
        Assert.Equal(
            """{"price":0.2,"priceIndex":2,"aggregated":[3,1,1],"rejected":[{"index":1,"reason":"length"}],"allocations":[3,null,-2],"boundary":1}""",
            Answer($$"""{"marketBasis":{{Basis}},"bids":[[3,3,3],[1,1],{"points":[[0.1,0],[0.1,-2]]}]}"""));
    }

    [Theory]
    [InlineData("[1,NaN,0]", "not-finite")]
    [InlineData("[Infinity,1,0]", "not-finite")]
    [InlineData("[1,1,-Infinity]", "not-finite")]
    [InlineData("[1,null,0]", "not-finite")]
    [InlineData("[1,2,0]", "increasing")]
    [InlineData("[1,1,0,0]", "length")]
    [InlineData("[]", "length")]
    [InlineData("[1e400,1,0]", "out-of-range")]
    [InlineData("[1e10,1,0]", "out-of-range")]
    [InlineData("[1,\"x\",0]", "malformed")]
    [InlineData("\"flat\"", "malformed")]
    [InlineData("{\"points\":[]}", "no-points")]
    [InlineData("{\"points\":[[0.3,0]]}", "price-out-of-range")]
    [InlineData("{\"points\":[[0.1,0],[0.2,5]]}", "increasing")]
    [InlineData("{\"points\":[[0.1,0,0]]}", "malformed")]
    [InlineData("{\"points\":[[NaN,0]]}", "not-finite")]
    public void Faulty_bid_is_left_out_alone(string bid, string reason)
    {
        var result = CurveClearing.Clear(Read($$"""{"marketBasis":{{Basis}},"bids":[{{bid}},[2,0,-2],[4,4,4]],"note":"NaN \" Infinity"}"""));
        Assert.Equal([(0, reason)], result.Rejected.AsEnumerable());
        Assert.Equal([6_000_000_000, 4_000_000_000, 2_000_000_000], result.Aggregated.Demands.ToArray().Select(demand => demand.NanoWatts));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("{", "not JSON")]
    [InlineData("{}", "marketBasis")]
    [InlineData("""{"marketBasis":{"priceSteps":0,"minimumPrice":0,"maximumPrice":1},"bids":[]}""", "price steps")]
    [InlineData("""{"marketBasis":{"priceSteps":2.5,"minimumPrice":0,"maximumPrice":1},"bids":[]}""", "priceSteps")]
    [InlineData("""{"marketBasis":{"priceSteps":2,"minimumPrice":1,"maximumPrice":1},"bids":[]}""", "maximum price")]
    [InlineData("""{"marketBasis":{"priceSteps":2,"minimumPrice":0},"bids":[]}""", "maximumPrice")]
    [InlineData("""{"marketBasis":{"priceSteps":2,"minimumPrice":0,"maximumPrice":1}}""", "bids")]
    [InlineData("""{"marketBasis":{"priceSteps":2,"minimumPrice":0,"maximumPrice":1},"bids":[],"targetDemand":2e9}""", "targetDemand")]
    [InlineData("""[{"marketBasis":{"priceSteps":2,"minimumPrice":0,"maximumPrice":1},"bids":[]},3]""", "cluster 1")]
    public void Faulty_file_is_one_clear_error(string json, string part)
    {
        var error = Assert.Throws<UserErrorException>(() => Read(json));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("5;0;-5\n3;3;3\r\n\n1;0;0\n")]
    [InlineData("5,0,-5\n3,3,3\n1,0,0")]
    [InlineData("5,0;0;-5\n3;3;3\n1;0;0")] // a decimal comma where fields are separated by semicolons
    public void Csv_has_a_curve_a_line(string csv)
    {
        var result = CurveClearing.Clear(Read(csv));
        Assert.Equal([9_000_000_000, 3_000_000_000, -2_000_000_000], result.Aggregated.Demands.ToArray().Select(demand => demand.NanoWatts));

        // Prices 0, 1, 2; zero is 3/5 of the way from step 1 to step 2.
        Assert.Equal(1.6m, result.Price);
        Assert.Equal(2, result.PriceIndex);
    }

    [Fact]
    public void Csv_takes_the_length_that_most_lines_have_and_refuses_the_others()
    {
        var result = CurveClearing.Clear(Read("1;0\n2;1;0\n5;4;x\n5;4;NaN\n9;9;9\n"));
        Assert.Equal([(0, "length"), (2, "malformed"), (3, "not-finite")], result.Rejected.AsEnumerable());
        Assert.Equal(3, result.Basis.PriceSteps);
    }

    [Fact]
    public void Decimals_are_exact_to_a_nanowatt_and_the_rest_is_rounded_away_from_zero()
    {
        var cluster = Read($$"""{"marketBasis":{{Basis}},"bids":[[24.444444444444443,0.0000000005,-0.0000000005]]}""");
        Assert.Equal([24_444_444_444, 1, -1], cluster.Bids[0].Curve!.Demands.ToArray().Select(demand => demand.NanoWatts));
    }

    [Fact]
    public void Bids_whose_sum_could_leave_64_bits_are_left_out()
    {
        var result = CurveClearing.Clear(Read($$"""{"marketBasis":{{Basis}},"bids":[{{string.Join(',', Enumerable.Repeat("[1e9,1e9,1e9]", 6))}}]}"""));
        Assert.Equal([(4, "sum-out-of-range"), (5, "sum-out-of-range")], result.Rejected.AsEnumerable());
    }

    [Fact]
    public void Array_of_clusters_is_answered_in_its_order()
    {
        var (cases, isArray) = CurveFile.Read(Stream($$"""[{"marketBasis":{{Basis}},"bids":[[1,1,1]]},{"marketBasis":{{Basis}},"bids":[[-1,-1,-1]]}]"""), "file", new CsvBasis());
        Assert.True(isArray);
        Assert.Equal([0.2m, 0m], cases.Select(cluster => CurveClearing.Clear(cluster).Price));
    }

    [Fact]
    public void Peak_shaving_moves_the_agents_to_a_price_within_the_bounds()
    {
        // PowerMatcher's case: 2 to −8 W over prices 0 to 10, floor −1, ceiling 1. Target −8 drives the market to the last
        // step; the agents get the price at which they give 1 W.
        var cluster = Read("""{"marketBasis":{"priceSteps":11,"minimumPrice":0,"maximumPrice":10},"bids":[[2,1,0,-1,-2,-3,-4,-5,-6,-7,-8]],"targetDemand":-8}""");
        var result = CurveClearing.Clear(cluster, new FlowBounds(Demand.FromWatts(-1), Demand.FromWatts(1), null));
        Assert.Equal((3m, 3), (result.Price, result.PriceIndex));
        Assert.Equal(10m, result.Shaved!.MarketPrice);
        Assert.Equal(Demand.FromWatts(-1), result.Boundary);
        Assert.Equal([1, 1, 0, -1, -1, -1, -1, -1, -1, -1, -1], result.Aggregated.Demands.ToArray().Select(demand => demand.NanoWatts / 1_000_000_000));
    }

    [Fact]
    public void Measured_flow_that_the_agents_do_not_explain_takes_room()
    {
        // Target 2 is met at step 0; 5 W are measured, so 3 W are nobody's here, and of the 4 W below the ceiling 1 is left.
        var cluster = Read("""{"marketBasis":{"priceSteps":11,"minimumPrice":0,"maximumPrice":10},"bids":[[2,1,0,-1,-2,-3,-4,-5,-6,-7,-8]],"targetDemand":2}""");
        var result = CurveClearing.Clear(cluster, new FlowBounds(Demand.FromWatts(-100), Demand.FromWatts(4), Demand.FromWatts(5)));
        Assert.Equal(Demand.FromWatts(3), result.Shaved!.Uncontrolled);
        Assert.Equal((1, Demand.FromWatts(1)), (result.PriceIndex, result.Boundary));
    }

    private static CurveCase Read(string text) => Assert.Single(CurveFile.Read(Stream(text), "file", new CsvBasis()).Cases);

    private static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));

    private static string Answer(string json)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            CurveReport.WriteJson(writer, CurveClearing.Clear(Read(json)));
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}

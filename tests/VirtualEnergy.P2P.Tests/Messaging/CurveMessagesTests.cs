using System.Text;
using CsCheck;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Messaging;

public sealed class CurveMessagesTests
{
    [Fact]
    public void Every_curve_bid_comes_back_as_it_was_written() =>
        MessageGens.CurveBid.Sample(bid => WireFormat.TryReadCurveBid(WireFormat.Write(bid), bid.Agent, bid.Matcher, out var read, out _) && read == bid);

    [Fact]
    public void All_other_messages_come_back_as_they_were_written()
    {
        MessageGens.CurveMarket.Sample(market => WireFormat.TryReadCurveMarket(WireFormat.Write(market), out var read, out _) && read == market);
        MessageGens.CurveRefusal.Sample(refusal => WireFormat.TryReadCurveRefusal(WireFormat.Write(refusal), out var read, out _) && read == refusal);
        MessageGens.CurvePrice.Sample(price => WireFormat.TryReadCurvePrice(WireFormat.Write(price), out var read, out _) && read == price);
        MessageGens.CurveAllocation.Sample(given => WireFormat.TryReadCurveAllocation(WireFormat.Write(given), out var read, out _) && read == given);
    }

    [Fact]
    public void Largest_curve_there_is_fits_into_a_payload() =>
        Assert.InRange(
            WireFormat.Write(new CurveBidMessage(
                MessageGens.CurveAgent, MessageGens.CurveMatcher, long.MaxValue, long.MaxValue, long.MaxValue,
                [.. Enumerable.Repeat(new Demand(long.MinValue), WireFormat.MaxCurveSteps)], [.. new byte[65]])).Length,
            40_000, WireFormat.MaxCurveBytes);

    [Theory]
    [InlineData("\"number\":7", "\"number\":0", "malformed", "number must be an integer from 1")]
    [InlineData("\"agent\":\"0xa", "\"agent\":\"0xb", "malformed", "agent is not the agent of the topic")]
    [InlineData("\"matcher\":\"0xb", "\"matcher\":\"0xa", "malformed", "matcher is not the matcher of the topic")]
    [InlineData("[1,0]", "[1,0.5]", "malformed", "demandNanoWatts[1] must be an integer")]
    [InlineData("[1,0]", "[1,null]", "not-finite", "demandNanoWatts[1] is no finite number")]
    [InlineData("[1,0]", "[\"NaN\",0]", "not-finite", "demandNanoWatts[0] is no finite number")]
    [InlineData("[1,0]", "[1,\"-Infinity\"]", "not-finite", "demandNanoWatts[1] is no finite number")]
    [InlineData("[1,0]", "[1,\"zero\"]", "malformed", "demandNanoWatts[1] must be an integer")]
    [InlineData("[1,0]", "[1,1e400]", "malformed", "demandNanoWatts[1] must be an integer")]
    [InlineData("[1,0]", "{}", "malformed", "demandNanoWatts must be an array")]
    [InlineData("\"expiresAt\":9", "\"expiresAt\":-9", "malformed", "expiresAt must be an integer from 0")]
    public void What_is_no_curve_bid_is_refused_and_the_detail_says_where(string good, string bad, string code, string detail)
    {
        var written = Encoding.UTF8.GetString(WireFormat.Write(new CurveBidMessage(
            MessageGens.CurveAgent, MessageGens.CurveMatcher, 5, 7, 9, [new Demand(1), new Demand(0)], [.. new byte[65]])));
        Assert.Contains(good, written, StringComparison.Ordinal);
        Assert.False(WireFormat.TryReadCurveBid(
            Encoding.UTF8.GetBytes(written.Replace(good, bad, StringComparison.Ordinal)), MessageGens.CurveAgent, MessageGens.CurveMatcher, out _, out var refusal));
        Assert.Equal(code, refusal.Code);
        Assert.StartsWith(detail, refusal.Detail, StringComparison.Ordinal);
        Assert.InRange(refusal.Detail.Length, 1, WireFormat.MaxDetailLength);
    }

    [Fact]
    public void More_steps_than_a_basis_may_have_are_a_wrong_length()
    {
        var bid = new CurveBidMessage(MessageGens.CurveAgent, MessageGens.CurveMatcher, 5, 7, 9, [.. new Demand[WireFormat.MaxCurveSteps + 1]], [.. new byte[65]]);
        Assert.False(WireFormat.TryReadCurveBid(WireFormat.Write(bid), bid.Agent, bid.Matcher, out _, out var refusal));
        Assert.Equal(("length", 7L), (refusal.Code, refusal.Number));
    }

    [Theory]
    [InlineData("\"priceSteps\":5", "\"priceSteps\":2001", "priceSteps must be an integer from 1 to 2000")]
    [InlineData("\"priceSteps\":5", "\"priceSteps\":0", "priceSteps must be an integer from 1 to 2000")]
    [InlineData("\"maximumMicroEurPerKWh\":400", "\"maximumMicroEurPerKWh\":3", "maximumMicroEurPerKWh must be an integer from 4")] // 5 steps, a unit each
    [InlineData("\"periodSeconds\":900", "\"periodSeconds\":7", "periodSeconds must be a whole part of an hour")]
    [InlineData("\"bidLifetimeMilliseconds\":1000", "\"bidLifetimeMilliseconds\":999", "bidLifetimeMilliseconds must be an integer from 1000")]
    [InlineData("\"contract\":\"0x", "\"contract\":\"0y", "contract must be 0x")]
    public void Terms_that_no_cluster_can_have_are_refused(string good, string bad, string detail)
    {
        var written = Encoding.UTF8.GetString(WireFormat.Write(new CurveMarketMessage(
            MessageGens.CurveMatcher, 5, true, 1, MessageGens.CurveAgent.Value, MarketBasis.Create(5, 0, 400), 1_000, 900, [.. new byte[65]])));
        Assert.Contains(good, written, StringComparison.Ordinal);
        Assert.False(WireFormat.TryReadCurveMarket(Encoding.UTF8.GetBytes(written.Replace(good, bad, StringComparison.Ordinal)), out _, out var error));
        Assert.StartsWith(detail, error, StringComparison.Ordinal);
    }
}

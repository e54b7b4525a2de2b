using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Messaging;

/// <summary>What anybody may send: each is answered with a reason that says what and where, and nothing throws.</summary>
public sealed class HostileInputTests
{
    private static readonly MemberId Ada = new("0x" + new string('a', 40));
    private static readonly string Signature = "0x" + new string('1', 130);

    public static TheoryData<string, string> MalformedBids => new()
    {
        { "", "Not JSON" },
        { "hello", "Not JSON" },
        { "[]", "Not a JSON object" },
        { "null", "Not a JSON object" },
        { "{", "Not JSON" },
        { Bid() + "{}", "Not JSON" },
        { Bid().Replace("\"number\":7", "\"number\":7,\"number\":8", StringComparison.Ordinal), "Not JSON with each field once" },
        { new string('[', 5_000), "Not JSON" },
        { "{\"a\":" + new string('[', 9) + new string(']', 9) + "}", "Not JSON" },
        { Bid(period: "-1"), "period must be an integer" },
        { Bid(period: "1.0"), "period must be an integer" },
        { Bid(period: "1e3"), "period must be an integer" },
        { Bid(period: "\"1\""), "period must be an integer" },
        { Bid(period: "9223372036854775808"), "period must be an integer from 0 to 9223372036854775807" },
        { Bid(number: "-7"), "number must be an integer from 0" },
        { Bid(number: "null"), "number must be an integer from 0" },
        { Bid(number: new string('9', 5_000)), "number must be an integer from 0" },
        { Bid(buy: "{}"), "buy must be an array" },
        { Bid(buy: "[1]"), "buy[0] must be [price in µEUR/kWh, energy in Wh]" },
        { Bid(buy: "[[1,2],[1,2,3]]"), "buy[1] must be [price" },
        { Bid(buy: "[[1,2],[1]]"), "buy[1] must be [price" },
        { Bid(buy: "[[1,2],[1,2.5]]"), "buy[1][1] must be an integer" },
        { Bid(buy: "[[99999999999999999999,2]]"), "buy[0][0] must be an integer" },
        { Bid(sell: "[[1,-99999999999999999999]]"), "sell[0][1] must be an integer" },
        { Bid(sell: "[[true,2]]"), "sell[0][0] must be an integer" },
        { Bid(member: "0x12"), "member must be 0x and 40 lower-case" },
        { Bid(member: "0x" + new string('A', 40)), "member must be 0x and 40 lower-case" },
        { Bid(member: "0x" + new string('b', 40)), "member is not the member of the topic" },
        { Bid(member: "\\ud800"), "member is not Unicode text" },
        { Bid(signature: "0x" + new string('1', 128)), "signature must be 0x and 130" },
        { Bid(signature: "0x" + new string('g', 130)), "signature must be 0x and 130" },
        { Bid(signature: new string('1', 10_000)), "signature must be a text of at most" },
        { "{}", "period is missing" },
    };

    [Theory]
    [MemberData(nameof(MalformedBids))]
    public void A_payload_that_is_no_bid_is_malformed_and_the_detail_says_where(string payload, string detail)
    {
        Assert.False(WireFormat.TryReadBid(Encoding.UTF8.GetBytes(payload), Ada, out _, out var refusal));
        Assert.Equal(RejectionReason.Malformed, refusal.Reason);
        Assert.Contains(detail, refusal.Detail, StringComparison.Ordinal);
        Assert.InRange(refusal.Detail.Length, 1, WireFormat.MaxDetailLength);
    }

    [Fact]
    public void A_refusal_carries_period_and_number_where_they_could_be_read()
    {
        Assert.False(WireFormat.TryReadBid(Encoding.UTF8.GetBytes(Bid(buy: "[1]")), Ada, out _, out var refusal));
        Assert.Equal((new Period(5), 7L), (refusal.Period, refusal.Number));
    }

    [Fact]
    public void Ten_megabytes_are_too_large_and_are_not_looked_into()
    {
        Assert.False(WireFormat.TryReadBid(new byte[10_000_000], Ada, out _, out var refusal));
        Assert.Equal(RejectionReason.TooLarge, refusal.Reason);
        Assert.Equal("The payload has 10000000 bytes; at most 16384 are read.", refusal.Detail);
    }

    [Fact]
    public void More_steps_than_can_be_read_are_too_many_steps()
    {
        var steps = "[" + string.Join(',', Enumerable.Repeat("[1,1]", 257)) + "]";

        Assert.False(WireFormat.TryReadBid(Encoding.UTF8.GetBytes(Bid(sell: steps)), Ada, out _, out var refusal));
        Assert.Equal(RejectionReason.TooManySteps, refusal.Reason);
    }

    [Fact]
    public void What_is_well_formed_but_wrong_is_left_to_admission()
    {
        // Crossing steps and a negative energy: admission has its own reasons for them.
        Assert.True(WireFormat.TryReadBid(Encoding.UTF8.GetBytes(Bid(buy: "[[9,-5]]", sell: "[[1,5]]")), Ada, out var message, out _));
        Assert.Equal(new Energy(-5), message.Bid.Buy[0].Energy);
    }

    [Fact]
    public void A_field_that_nobody_knows_is_ignored() =>
        Assert.True(WireFormat.TryReadBid(Encoding.UTF8.GetBytes(Bid().Insert(1, "\"later\":{\"x\":[1]},")), Ada, out _, out _));

    [Theory]
    [InlineData("""{"accepted":true,"reason":"malformed"}""", "reason must be there exactly when the bid is refused")]
    [InlineData("""{"accepted":false}""", "reason must be there exactly when the bid is refused")]
    [InlineData("""{"accepted":"yes"}""", "accepted must be true or false")]
    public void A_receipt_that_contradicts_itself_is_refused(string payload, string detail)
    {
        Assert.False(WireFormat.TryReadReceipt(Encoding.UTF8.GetBytes(payload), out _, out var error));
        Assert.Contains(detail, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"periodSeconds\":900", "\"periodSeconds\":7", "rules.periodSeconds must be 300, 900, 1800 or 3600")]
    [InlineData("\"tickMicroEurPerKWh\":100", "\"tickMicroEurPerKWh\":0", "rules.tickMicroEurPerKWh must be an integer from 1")]
    [InlineData("\"capMicroEurPerKWh\":4000000", "\"capMicroEurPerKWh\":-500001", "rules.capMicroEurPerKWh must be an integer from -500000")]
    [InlineData("\"kThousandths\":500", "\"kThousandths\":1001", "rules.kThousandths must be an integer from 0 to 1000")]
    [InlineData("\"community\":\"hamlet\"", "\"community\":\"a/b\"", "community cannot be a level of a topic")]
    public void A_market_with_impossible_rules_is_refused(string good, string bad, string detail)
    {
        var market = new MarketDescription("hamlet", 31337, Ada.Value, Ada.Value, MarketRules.Default);
        var written = Encoding.UTF8.GetString(WireFormat.Write(market));
        Assert.Contains(good, written, StringComparison.Ordinal);

        Assert.False(WireFormat.TryReadMarket(Encoding.UTF8.GetBytes(written.Replace(good, bad, StringComparison.Ordinal)), out _, out var error));
        Assert.Contains(detail, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_negative_meter_value_is_refused()
    {
        var payload = $$"""{"member":"{{Ada}}","period":1,"number":1,"importWh":-1,"exportWh":0,"productionWh":0,"chargeWh":0,"dischargeWh":0,"signature":"{{Signature}}"}""";

        Assert.False(WireFormat.TryReadMeterReading(Encoding.UTF8.GetBytes(payload), out _, out var error));
        Assert.StartsWith("importWh must be an integer from 0", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_instant_without_its_zone_is_refused()
    {
        var payload = """{"period":1,"deliveryStart":"2026-07-01T10:15:00","gateClosesAt":"2026-07-01T10:15:00Z"}""";

        Assert.False(WireFormat.TryReadAnnouncement(Encoding.UTF8.GetBytes(payload), out _, out var error));
        Assert.StartsWith("deliveryStart must be an ISO 8601 instant in UTC", error, StringComparison.Ordinal);
    }

    private static string Bid(
        string? member = null, string period = "5", string number = "7", string buy = "[]", string sell = "[]", string? signature = null) =>
        $$"""{"member":"{{member ?? Ada.Value}}","period":{{period}},"number":{{number}},"buy":{{buy}},"sell":{{sell}},"signature":"{{signature ?? Signature}}"}""";
}

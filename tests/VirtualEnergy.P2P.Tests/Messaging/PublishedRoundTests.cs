using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Publishing;
using VirtualEnergy.P2P.Tests.Settlement.Auditing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Messaging;

/// <summary>Published rounds are read as the API writes them, and nothing that a file or a server says gets further than one line.</summary>
public sealed class PublishedRoundTests
{
    private static readonly SettledMarket Market = new();

    [Fact]
    public void What_the_API_writes_is_read_back()
    {
        var round = WithEverything();
        Assert.True(WireFormat.TryReadPublishedRound(PublishedRounds.JsonOf(round), out var read, out var error), error);
        Assert.Equal(round.Bids.Select(bid => (bid.Signed.Bid, bid.Signed.Hash, bid.Zone, bid.IsGreen)), read.Bids.Select(bid => (bid.Signed.Bid, bid.Signed.Hash, bid.Zone, bid.IsGreen)));
        Assert.Equal(round.Bids.SelectMany(bid => bid.Signed.Signature), read.Bids.SelectMany(bid => bid.Signed.Signature));
        Assert.Equal(round.Trades, read.Trades);
        Assert.Equal(round.Charges, read.Charges);
        Assert.Equal(round.Deltas, read.Deltas);
        Assert.Equal(
            (round.Period, round.Price, round.Interval, round.Volume, round.BidsRoot, round.TradesRoot, round.RoundHash, round.Seed),
            (read.Period, read.Price, read.Interval, read.Volume, read.BidsRoot, read.TradesRoot, read.RoundHash, read.Seed));
    }

    [Fact]
    public void A_round_in_which_nothing_traded_has_no_price()
    {
        Assert.True(WireFormat.TryReadPublishedRound(PublishedRounds.JsonOf(PublishedRounds.Of(Market.Clear([]))), out var read, out var error), error);
        Assert.Null(read.Price);
        Assert.Null(read.Interval);
    }

    [Theory]
    [InlineData("\"period\":1000", "\"period\":-1", "round.period must be an integer from 0")]
    [InlineData("\"hash\":\"0x", "\"hash\":\"0y", "bids[0].hash must be 0x and 64")]
    [InlineData("\"signature\":\"0x", "\"signature\":\"0x00", "bids[0].signature must be 0x and 130")]
    [InlineData("\"member\":\"0x", "\"member\":\"0X", "bids[0].member must be 0x and 40 lower-case")]
    [InlineData("\"green\":false", "\"green\":0", "bids[0].green must be true or false")]
    [InlineData("\"clearing\":{\"priceMicroEurPerKWh\":", "\"clearing\":{\"priceMicroEurPerKWh\":1.5,\"x\":", "clearing.priceMicroEurPerKWh must be an integer")]
    [InlineData("\"bidsRoot\":", "\"root\":", "roots.bidsRoot is missing")]
    [InlineData("\"clearing\":{", "\"clearing\":[{", "Not JSON")]
    [InlineData("\"trades\":[{", "\"trades\":[7,{", "trades[0] must be an object")]
    [InlineData("\"deltaMicroEur\":", "\"deltaMicroEur\":1e", "deltas[0].deltaMicroEur must be an integer")]
    [InlineData("\"charges\":[]", "\"charges\":[],\"charges\":[]", "Not JSON with each field once")]
    public void What_is_wrong_is_named(string text, string instead, string expected)
    {
        var json = Encoding.UTF8.GetString(PublishedRounds.JsonOf(PublishedRounds.Of(Market.Clear())));
        Assert.Contains(text, json, StringComparison.Ordinal);
        var place = json.IndexOf(text, StringComparison.Ordinal);
        Assert.False(WireFormat.TryReadPublishedRound(Encoding.UTF8.GetBytes(json.Remove(place, text.Length).Insert(place, instead)), out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bid_of_more_steps_than_are_read_is_refused()
    {
        var steps = string.Join(',', Enumerable.Repeat("[1,1]", WireFormat.MaxReadableSteps + 1));
        var json = Encoding.UTF8.GetString(PublishedRounds.JsonOf(PublishedRounds.Of(Market.Clear()))).Replace("\"sell\":[]", $"\"sell\":[{steps}]", StringComparison.Ordinal);
        Assert.False(WireFormat.TryReadPublishedRound(Encoding.UTF8.GetBytes(json), out _, out var error));
        Assert.Contains("at most 32 steps", error, StringComparison.Ordinal);
    }

    [Fact]
    public void More_bytes_than_a_round_may_have_are_not_looked_at()
    {
        Assert.False(WireFormat.TryReadPublishedRound(new byte[WireFormat.MaxPublishedRoundBytes + 1], out _, out var error));
        Assert.Contains("at most 67108864 are read", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Cutting_a_round_off_anywhere_is_refused_and_never_throws()
    {
        var json = PublishedRounds.JsonOf(PublishedRounds.Of(Market.Clear()));
        Assert.All(Enumerable.Range(0, json.Length), length => Assert.False(WireFormat.TryReadPublishedRound(json.AsSpan(0, length), out _, out _)));
    }

    private static PublishedRound WithEverything()
    {
        var said = PublishedRounds.Of(Market.Clear());
        var hers = said.Bids[0].Signed;
        var preferring = hers with { Bid = hers.Bid with { Preferences = new Preferences(new Price(1), new Price(2), SettledMarket.Member(1), new Price(3)) } };
        return said with
        {
            Bids = said.Bids.SetItem(0, new PublishedBid(preferring, new ZoneId("north"), IsGreen: true)),
            Trades = said.Trades.SetItem(0, said.Trades[0] with { GridFee = new Price(8_000), Spread = new Price(5), Quality = Quality.Green | Quality.Partner }),
            Charges = [new Charge(SettledMarket.Member(2), new Money(250))],
            Seed = said.RoundHash,
        };
    }
}

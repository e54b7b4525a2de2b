using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Messaging;

public sealed class TopicTests
{
    private static readonly MemberId Ada = new("0x" + new string('a', 40));
    private readonly Topics _topics = new("hamlet");

    [Fact]
    public void A_topic_gives_back_its_member()
    {
        Assert.True(_topics.TryParseBids(_topics.Bids(Ada), out var bidder) && bidder == Ada);
        Assert.True(_topics.TryParseReceipts(_topics.Receipts(Ada), out var receiver) && receiver == Ada);
        Assert.True(_topics.TryParseMeters(_topics.Meters(Ada), out var metered) && metered == Ada);
        Assert.True(_topics.TryParseStatus(_topics.Status(Ada), out var node) && node == Ada);
    }

    [Fact]
    public void A_curve_bids_topic_gives_back_its_agent_at_its_own_matcher_only()
    {
        var (one, other) = (_topics.Curve(Ada), _topics.Curve(new MemberId("0x" + new string('b', 40))));
        Assert.True(one.TryParseBids(one.Bids(Ada), out var agent) && agent == Ada);
        Assert.All(
            [other.Bids(Ada), one.AllBids, one.Prices(Ada), one.Market, one.Bids(new MemberId("ada")), one.Bids(Ada) + "/x", ""],
            topic => Assert.False(one.TryParseBids(topic, out _)));
    }

    [Theory]
    [InlineData("vep/1/hamlet/bids/")]
    [InlineData("vep/1/hamlet/bids/0xaa")]
    [InlineData("vep/1/hamlet/bids/0xAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("vep/1/hamlet/bids/0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/x")]
    [InlineData("vep/1/other/bids/0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("vep/2/hamlet/bids/0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("vep/1/hamlet/meters/0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Another_topic_has_no_bidder(string topic) => Assert.False(_topics.TryParseBids(topic, out _));

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("+")]
    [InlineData("#")]
    [InlineData("a\nb")]
    public void A_name_that_would_change_the_topic_is_no_community(string name) => Assert.Throws<ArgumentException>(() => new Topics(name));

    [Theory]
    [InlineData("mqtt://broker.example:1884", "broker.example", 1884, false)]
    [InlineData("mqtt://10.0.0.7", "10.0.0.7", 1883, false)]
    [InlineData("mqtts://broker.example/", "broker.example", 8883, true)]
    [InlineData("mqtt://[::1]:1883", "::1", 1883, false)]
    public void A_brokers_address_is_read(string text, string host, int port, bool tls) =>
        Assert.Equal(new BrokerAddress(host, port, tls), BrokerAddress.Parse(text));

    [Theory]
    [InlineData("broker.example:1883")]
    [InlineData("http://broker.example")]
    [InlineData("mqtt://")]
    [InlineData("mqtt://host:99999")]
    [InlineData("mqtt://host:0")]
    [InlineData("mqtt://user:secret@host")]
    [InlineData("mqtt://host/path")]
    [InlineData("")]
    public void What_is_no_brokers_address_is_refused_with_an_example(string text) =>
        Assert.Contains("write mqtt://host:1883", Assert.Throws<FormatException>(() => BrokerAddress.Parse(text)).Message, StringComparison.Ordinal);
}

using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Messaging;

public sealed class BrokerAccessTests
{
    private const string Ada = "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string Ben = "0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    private readonly BrokerAccess _access = new("hamlet", "exchange");

    [Theory]
    [InlineData("exchange", "vep/1/hamlet/market", true, true)]
    [InlineData("exchange", "vep/1/hamlet/receipts/" + Ada, false, true)]
    [InlineData("exchange", "vep/1/other/market", true, false)]
    [InlineData(null, "vep/1/hamlet/market", true, false)]
    [InlineData(null, "vep/1/hamlet/rounds/open", true, false)]
    [InlineData(null, "vep/1/hamlet/rounds/result", false, false)]
    [InlineData(null, "vep/1/hamlet/receipts/" + Ada, false, false)]
    [InlineData(null, "vep/1/hamlet/bids/" + Ada, false, true)]
    [InlineData(null, "vep/1/hamlet/bids/" + Ada, true, false)] // a bid is never retained
    [InlineData(null, "vep/1/hamlet/meters/" + Ada, false, true)]
    [InlineData(null, "vep/1/hamlet/mandates/" + Ada, false, true)]
    [InlineData(null, "vep/1/hamlet/mandates/" + Ada, true, false)] // said once: the exchange remembers
    [InlineData(Ben, "vep/1/hamlet/mandates/" + Ada, false, false)]
    [InlineData(null, "vep/1/hamlet/mandate-receipts/" + Ada, false, false)]
    [InlineData(null, "vep/1/hamlet/funds/" + Ada, true, false)]
    [InlineData(null, "vep/1/hamlet/nodes/" + Ada + "/status", true, true)]
    [InlineData(Ada, "vep/1/hamlet/bids/" + Ada, false, true)]
    [InlineData(Ada, "vep/1/hamlet/bids/" + Ben, false, false)]
    [InlineData(Ada, "vep/1/hamlet/nodes/" + Ben + "/status", true, false)]
    [InlineData(null, "vep/1/hamlet/bids/ada", false, false)]
    [InlineData(null, "vep/1/hamlet/curve/" + Ben + "/bids/" + Ada, false, true)]
    [InlineData(Ada, "vep/1/hamlet/curve/" + Ben + "/bids/" + Ada, false, true)]
    [InlineData(Ada, "vep/1/hamlet/curve/" + Ben + "/bids/" + Ada, true, false)]
    [InlineData(Ben, "vep/1/hamlet/curve/" + Ben + "/bids/" + Ada, false, false)]
    [InlineData(Ben, "vep/1/hamlet/curve/" + Ben + "/market", true, true)]
    [InlineData(Ada, "vep/1/hamlet/curve/" + Ben + "/market", true, false)]
    [InlineData(null, "vep/1/hamlet/curve/" + Ben + "/market", true, false)] // in nobody's name but one's own
    [InlineData(Ben, "vep/1/hamlet/curve/" + Ben + "/prices/" + Ada, false, true)]
    [InlineData(Ben, "vep/1/hamlet/curve/" + Ben + "/prices/" + Ada, true, false)]
    [InlineData(Ben, "vep/1/hamlet/curve/" + Ben + "/allocations/" + Ada, false, true)]
    [InlineData(Ben, "vep/1/hamlet/curve/" + Ben + "/refusals/" + Ada, false, true)]
    [InlineData(Ada, "vep/1/hamlet/curve/" + Ben + "/prices/" + Ada, false, false)]
    [InlineData(null, "vep/1/hamlet/curve/" + Ben + "/prices/" + Ada, false, false)]
    [InlineData(Ben, "vep/1/hamlet/curve/" + Ben + "/secrets/" + Ada, false, false)]
    [InlineData(Ben, "vep/1/hamlet/curve/" + Ben + "/bids", false, false)]
    [InlineData(Ben, "vep/1/hamlet/curve/ben/bids/" + Ada, false, false)]
    [InlineData(null, "elsewhere", false, false)]
    [InlineData(null, "", false, false)]
    public void Who_may_publish_what(string? user, string topic, bool retain, bool may) => Assert.Equal(may, _access.MayPublish(user, topic, retain));

    [Theory]
    [InlineData("exchange", "vep/1/hamlet/bids/+", true)]
    [InlineData("exchange", "vep/1/hamlet/#", true)]
    [InlineData("exchange", "#", false)]
    [InlineData(null, "vep/1/hamlet/market", true)]
    [InlineData(null, "vep/1/+/market", true)]
    [InlineData(null, "vep/1/+/rounds/open", false)]
    [InlineData(null, "vep/1/hamlet/rounds/+", true)]
    [InlineData(null, "vep/1/hamlet/nodes/+/status", true)]
    [InlineData(null, "vep/1/hamlet/receipts/" + Ada, true)]
    [InlineData(null, "vep/1/hamlet/mandate-receipts/" + Ada, true)]
    [InlineData(null, "vep/1/hamlet/funds/" + Ada, true)]
    [InlineData(Ada, "vep/1/hamlet/funds/" + Ben, false)]
    [InlineData(null, "vep/1/hamlet/funds/+", false)]
    [InlineData(null, "vep/1/hamlet/mandates/" + Ada, false)]
    [InlineData(Ada, "vep/1/hamlet/receipts/" + Ben, false)]
    [InlineData(null, "vep/1/hamlet/receipts/+", false)]
    [InlineData(null, "vep/1/hamlet/bids/+", false)]
    [InlineData(null, "vep/1/hamlet/bids/" + Ada, false)]
    [InlineData(null, "vep/1/hamlet/+/" + Ada, false)]
    [InlineData(null, "vep/1/hamlet/#", false)]
    [InlineData(null, "vep/+/hamlet/market", false)]
    [InlineData(null, "vep/1/hamlet/curve/+/market", true)]
    [InlineData(null, "vep/1/hamlet/curve/" + Ben + "/market", true)]
    [InlineData(null, "vep/1/hamlet/curve/" + Ben + "/prices/" + Ada, true)]
    [InlineData(Ada, "vep/1/hamlet/curve/" + Ben + "/allocations/" + Ada, true)]
    [InlineData(Ben, "vep/1/hamlet/curve/" + Ben + "/refusals/" + Ada, false)]
    [InlineData(Ben, "vep/1/hamlet/curve/" + Ben + "/bids/+", true)]
    [InlineData(null, "vep/1/hamlet/curve/" + Ben + "/bids/+", false)]
    [InlineData(Ada, "vep/1/hamlet/curve/" + Ben + "/bids/+", false)]
    [InlineData(Ada, "vep/1/hamlet/curve/" + Ben + "/bids/" + Ada, false)]
    [InlineData(Ben, "vep/1/hamlet/curve/" + Ben + "/prices/+", false)]
    [InlineData(null, "vep/1/hamlet/curve/+/prices/" + Ada, false)]
    [InlineData(null, "vep/1/hamlet/curve/#", false)]
    [InlineData(null, "#", false)]
    [InlineData(null, "$share/g/vep/1/hamlet/bids/+", false)]
    public void Who_may_read_what(string? user, string filter, bool may) => Assert.Equal(may, _access.MaySubscribe(user, filter));
}

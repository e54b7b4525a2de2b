using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Tests.Node;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Messaging;

public sealed class OutageLogTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly KeptLog _log = new();
    private readonly OutageLog _outage;

    public OutageLogTests() => _outage = new OutageLog("anna", BrokerAddress.Local(1883), _time, _log);

    [Fact]
    public void A_broker_that_is_away_for_a_day_is_said_once_a_reason_and_once_that_it_is_back()
    {
        for (var attempt = 0; attempt < 2_880; attempt++)
        {
            _outage.Out(attempt % 2 == 0 ? "Connection refused" : "No answer in time.");
            _time.Advance(TimeSpan.FromSeconds(30));
        }

        Assert.Equal(["anna: Connection refused. It is tried again until it is there.", "anna: No answer in time. It is tried again until it is there."], _log.Warnings);
        _outage.Back();
        _outage.Back();
        Assert.Equal(1, _log.Count("anna: mqtt://127.0.0.1:1883 is back."));
    }

    [Fact]
    public void A_line_that_flaps_is_quiet_for_ten_minutes_and_an_outage_that_lasts_is_said_all_the_same()
    {
        for (var flap = 0; flap < 60; flap++)
        {
            _outage.Out("Lost.");
            _outage.Back();
            _time.Advance(TimeSpan.FromSeconds(9));
        }

        Assert.Single(_log.Warnings); // nine minutes
        _outage.Out("Lost.");
        Assert.Single(_log.Warnings);
        _time.Advance(TimeSpan.FromMinutes(1));
        _outage.Out("Lost.");
        Assert.Equal(2, _log.Warnings.Count);
    }

    [Fact]
    public void A_link_that_connects_at_once_says_nothing()
    {
        _outage.Back();
        Assert.Equal(0, _log.Count("anna"));
    }
}

using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Node.S2;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.S2;

public sealed class ConnectionPaceTests
{
    [Fact]
    public void A_device_that_comes_too_often_waits_until_its_first_time_is_a_minute_ago()
    {
        var time = new FakeTimeProvider();
        var pace = new ConnectionPace(time);
        for (var i = 0; i < ConnectionPace.MostAMinute; i++)
        {
            Assert.True(pace.Allows("flapping"));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        // 20 s have passed; what is refused does not count.
        Assert.False(pace.Allows("flapping"));
        Assert.True(pace.Allows("another"));
        time.Advance(TimeSpan.FromMilliseconds(39_999));
        Assert.False(pace.Allows("flapping"));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(pace.Allows("flapping"));
        Assert.False(pace.Allows("flapping"));
    }
}

using VirtualEnergy.P2P.BspGateway.Telecontrol;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Telecontrol;

public sealed class PowerScaleTests
{
    [Theory]
    [InlineData(1_500_000, -1.5f)] // consumption of 1.5 MW is −1.5 MW injected
    [InlineData(-250_000, 0.25f)]
    [InlineData(0, 0f)]
    public void Megawatts_towards_the_system_operator_are_positive_for_injection(long watts, float written)
    {
        Assert.Equal(written, PowerScale.Megawatts.Write(watts));
        Assert.True(PowerScale.Megawatts.TryRead(written, out var read));
        Assert.Equal(watts, read);
    }

    [Fact]
    public void A_link_can_count_consumption_as_positive()
    {
        var scale = new PowerScale(1_000, injectionIsPositive: false);

        Assert.Equal(2.5f, scale.Write(2_500));
        Assert.True(scale.TryRead(2.5f, out var watts));
        Assert.Equal(2_500, watts);
    }

    [Theory]
    [InlineData(15_999_999)] // from 8 to 16 MW neighbours of 24 bits are 0.95 W apart, so that the nearest is less than half a watt away
    [InlineData(-15_999_999)]
    [InlineData(1_234_567)]
    public void Every_whole_watt_up_to_sixteen_megawatts_comes_back(long watts)
    {
        Assert.True(PowerScale.Megawatts.TryRead(PowerScale.Megawatts.Write(watts), out var read));
        Assert.Equal(watts, read);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(float.MaxValue)]
    [InlineData(1_000_001f)] // MW: beyond a million
    public void What_is_no_power_is_not_read(float value) => Assert.False(PowerScale.Megawatts.TryRead(value, out _));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_000_000_001)]
    public void A_unit_of_no_watts_or_more_than_a_gigawatt_is_refused(int wattsPerUnit) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PowerScale(wattsPerUnit, injectionIsPositive: true));
}

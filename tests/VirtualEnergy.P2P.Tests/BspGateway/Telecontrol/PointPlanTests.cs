using VirtualEnergy.P2P.BspGateway.Telecontrol;
using VirtualEnergy.P2P.Iec104.Asdus;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Telecontrol;

public sealed class PointPlanTests
{
    [Fact]
    public void The_standard_addresses_of_a_unit_are_all_different_and_in_range() => Assert.Null(new UnitPoints().Fault());

    [Fact]
    public void Two_points_at_one_address_are_named()
    {
        var fault = new UnitPoints { Target = 1 }.Fault();

        Assert.Equal("MeasuredPower and Target have the same address 1", fault);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0x100_0000)] // one more than three octets hold
    public void An_address_beyond_three_octets_is_named(int address) =>
        Assert.Equal($"Revoke is {address}; an object's address is 1 to 16777215", new UnitPoints { Revoke = address }.Fault());

    [Theory]
    [InlineData(HomePoint.Power, 1, 10_001)]
    [InlineData(HomePoint.UpwardAvailability, 17, 20_017)]
    [InlineData(HomePoint.DownwardAvailability, 2, 30_002)]
    [InlineData(HomePoint.IsAvailable, 9_999, 49_999)]
    [InlineData(HomePoint.Baseline, 3, 50_003)]
    [InlineData(HomePoint.SetPoint, 4, 60_004)]
    public void A_home_s_point_has_its_own_address_and_is_found_by_it(HomePoint point, int home, int address)
    {
        Assert.Equal(address, HomePoints.Of(point, home).Value);
        Assert.True(HomePoints.TryParse(new ObjectAddress(address), out var read, out var number));
        Assert.Equal((point, home), (read, number));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9_999)]
    [InlineData(10_000)] // home 0
    [InlineData(70_001)] // a seventh kind of point
    [InlineData(16_777_215)]
    public void An_address_of_no_home_is_not_read(int address) => Assert.False(HomePoints.TryParse(new ObjectAddress(address), out _, out _));

    [Theory]
    [InlineData(0)]
    [InlineData(10_000)]
    public void Homes_are_numbered_from_1_to_9999(int home) => Assert.Throws<ArgumentOutOfRangeException>(() => HomePoints.Of(HomePoint.Power, home));
}

using VirtualEnergy.P2P.Node.Drivers;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers;

public sealed class ObedienceTests
{
    private static readonly DateTimeOffset Given = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = Given.AddMinutes(15);
    private static readonly HomeDevice Battery = new("roof/battery", "Battery", "roof", DeviceKind.Battery, "", DeviceAbilities.Charges) { ReservePermille = 100 };

    [Theory]
    [InlineData(2_000, 1_100, 500, true)] // within half of it
    [InlineData(2_000, 900, 500, false)]
    [InlineData(2_000, -2_000, 500, false)]
    [InlineData(-2_000, 0, 500, false)]
    [InlineData(0, 290, 500, true)] // its own consumption
    [InlineData(0, 1_500, 500, false)]
    [InlineData(2_000, 0, 975, true)] // nearly full it stops by itself
    [InlineData(-2_000, 0, 125, true)] // and at its reserve
    [InlineData(-2_000, 0, 975, false)]
    public void A_battery_does_as_it_is_told_within_half_of_it(long told, long does, int fill, bool obeys) =>
        Assert.Equal(obeys, Obedience.ProblemOf(Battery, new ChargeOrder(told, Until), Given, new DeviceReading(Given.AddMinutes(14), does, FillPermille: fill)) is null);

    [Theory]
    [InlineData(1_000, -1_500, true)]
    [InlineData(1_000, -1_501, false)]
    [InlineData(0, -300, true)]
    [InlineData(0, -2_000, false)]
    public void A_plant_stays_below_its_limit(long most, long does, bool obeys) =>
        Assert.Equal(obeys, Obedience.ProblemOf(Battery, new LimitOrder(most, Until), Given, new DeviceReading(Given.AddMinutes(14), does)) is null);

    [Fact]
    public void Who_has_had_no_time_or_says_nothing_of_its_own_has_not_disobeyed()
    {
        var order = new ChargeOrder(2_000, Until);
        Assert.Null(Obedience.ProblemOf(Battery, order, Given, null));
        Assert.Null(Obedience.ProblemOf(Battery, order, Given, new DeviceReading(Given.AddSeconds(59), 0)));
        Assert.Null(Obedience.ProblemOf(Battery, order, Given, new DeviceReading(Until.AddSeconds(1), 0)));
        Assert.Null(Obedience.ProblemOf(Battery, order, Given, new DeviceReading(Given.AddMinutes(14), 0, IsEstimated: true)));
        Assert.Null(Obedience.ProblemOf(Battery, order, Given, new DeviceReading(Given.AddMinutes(14), null, FillPermille: 500)));
        Assert.Null(Obedience.ProblemOf(Battery, new ChargeOrder(null, Until), Given, new DeviceReading(Given.AddMinutes(14), 5_000)));
        Assert.NotNull(Obedience.ProblemOf(Battery, order, Given, new DeviceReading(Given.AddMinutes(14), 0)));
    }
}

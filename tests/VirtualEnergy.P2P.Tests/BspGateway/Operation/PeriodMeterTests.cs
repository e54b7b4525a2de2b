using VirtualEnergy.P2P.BspGateway.Operation;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

public sealed class PeriodMeterTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 2, 18, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Powers_of_every_cycle_add_up_to_energies()
    {
        // 225 cycles of 4 s at 400 W are a quarter of an hour: 100 Wh. The program is 600 W: 150 Wh.
        var meter = new PeriodMeter(1);
        for (var cycle = 0; cycle < 225; cycle++)
        {
            meter.Add(4_000, [State(400, 600)], _ => true);
        }

        Assert.Equal((100L, 150L), Close(meter));
    }

    [Fact]
    public void A_home_that_is_not_measured_counts_by_its_program()
    {
        var meter = new PeriodMeter(1);
        meter.Add(3_600_000, [State(-5_000, 600)], _ => false);

        Assert.Equal((600L, 600L), Close(meter));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void What_is_rounded_away_goes_into_the_next_period(int sign)
    {
        // 0.4 Wh a period: 0, then 0.8 is 1, −0.2 + 0.4 = 0.2 is 0, 0.6 is 1: two in four and 0.4 · 4 = 1.6 in all.
        var meter = new PeriodMeter(1);
        var energies = new List<long>();
        for (var period = 0; period < 4; period++)
        {
            meter.Add(3_600, [State(sign * 400, 0)], _ => true);
            energies.Add(Close(meter).Measured);
        }

        Assert.Equal([0L, sign, 0, sign], energies);
    }

    [Fact]
    public void A_closed_period_leaves_nothing_behind()
    {
        var meter = new PeriodMeter(1);
        meter.Add(3_600_000, [State(1_000, 1_000)], _ => true);
        Close(meter);

        Assert.Equal((0L, 0L), Close(meter));
    }

    private static HomeState State(long power, long baseline) => new(Now, power, baseline, 0, 0, IsAvailable: true, null);

    private static (long Measured, long Baseline) Close(PeriodMeter meter)
    {
        var energy = Assert.Single(meter.Close());
        return (energy.Measured.WattHours, energy.Baseline.WattHours);
    }
}

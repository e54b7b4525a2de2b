using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

public sealed class PeriodMeterTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 2, 18, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Powers_and_orders_of_every_cycle_add_up_to_energies()
    {
        // 225 cycles of 4 s are a quarter of an hour: 400 W are 100 Wh, 200 W told upwards for a third of it 16.67 Wh, rounded down.
        var meter = new PeriodMeter(1);
        for (var cycle = 0; cycle < 225; cycle++)
        {
            meter.Add(4_000, [State(400)], [cycle < 75 ? -200 : 0], _ => true);
        }

        Assert.Equal(900_000, meter.Milliseconds);
        Assert.Equal(new HomePeriod(new MeterReading(new Energy(100), 900_000), new Energy(16), new Energy(0)), Assert.Single(meter.Close()));
    }

    [Fact]
    public void The_baseline_stands_in_for_the_time_that_was_not_measured()
    {
        // 1,000 W seen for 10 of 15 minutes are 166.67 Wh, and a third of a baseline of 300 Wh is 100.
        var meter = new PeriodMeter(2);
        meter.Add(600_000, [State(1_000), State(1_000)], [0, 0], state => state.PowerWatts > 0);
        meter.Add(300_000, [State(-5_000), State(-5_000)], [0, 0], state => state.PowerWatts > 0);

        var reading = meter.Close()[1].Reading!.Value;
        Assert.Equal(new MeterReading(new Energy(167), 600_000), reading);
        Assert.Equal(new Energy(267), reading.Filled(new Energy(300), PeriodGrid.QuarterHour));
        Assert.Equal(new Energy(300), new MeterReading(new Energy(300), 904_000).Filled(new Energy(1_000), PeriodGrid.QuarterHour)); // a cycle more than the period
    }

    [Fact]
    public void A_home_that_was_never_seen_was_not_read()
    {
        var meter = new PeriodMeter(1);
        meter.Add(900_000, [State(400)], [500], _ => false);

        Assert.Equal(new HomePeriod(null, new Energy(0), new Energy(125)), Assert.Single(meter.Close()));
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
            meter.Add(3_600, [State(sign * 400)], [0], _ => true);
            energies.Add(meter.Close()[0].Reading!.Value.Energy.WattHours);
        }

        Assert.Equal([0L, sign, 0, sign], energies);
    }

    [Fact]
    public void Kept_sums_go_on_where_they_were()
    {
        var (whole, first, second) = (new PeriodMeter(1), new PeriodMeter(1), new PeriodMeter(1));
        foreach (var meter in (PeriodMeter[])[whole, first])
        {
            meter.Add(300_100, [State(777)], [-333], _ => true);
        }

        second.Restore(first.Milliseconds, first.Sums);
        foreach (var meter in (PeriodMeter[])[whole, second])
        {
            meter.Add(599_900, [State(555)], [111], _ => true);
        }

        Assert.Equal(whole.Milliseconds, second.Milliseconds);
        Assert.Equal(whole.Close(), second.Close());
        Assert.Equal(0, whole.Milliseconds);
        Assert.Equal(new HomePeriod(null, new Energy(0), new Energy(0)), Assert.Single(whole.Close())); // nothing stays behind
    }

    private static HomeState State(long power) => new(Now, power, 0, 0, 0, IsAvailable: true, null);
}

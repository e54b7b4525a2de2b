using CsCheck;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Remuneration;

public sealed class RampEnergyTests
{
    private static readonly DateTimeOffset Six = BspSamples.Instant("2026-11-30T17:00:00Z");
    private static readonly Period First = BspSamples.At("2026-11-30T17:00:00Z");

    [Fact]
    public void An_Italian_order_of_a_megawatt_ramps_for_a_quarter_of_an_hour()
    {
        // 1 MW: half of 250 kWh in the ramp, then 250 kWh a period, nothing before and after.
        long Of(int period) => RampEnergy.Of(1_000_000, Six, Six.AddHours(1), new(First.Index + period), BspSamples.Msd).WattHours;
        Assert.Equal([0, 125_000, 250_000, 250_000, 250_000, 0], Enumerable.Range(-1, 6).Select(Of));
    }

    [Fact]
    public void A_European_order_prepares_and_ramps_for_ten_minutes()
    {
        // 2.5 min nothing, 10 min ramp, 2.5 min full: (10/2 + 2.5) min of 1 MW are 125 kWh.
        Assert.Equal(125_000, RampEnergy.Of(1_000_000, Six, Six.AddHours(1), First, BspSamples.Mfrr).WattHours);
        Assert.Equal(250_000, RampEnergy.Of(1_000_000, Six, Six.AddHours(1), First.Next, BspSamples.Mfrr).WattHours);
    }

    [Fact]
    public void An_order_that_ends_within_its_ramp_asks_for_the_triangle()
    {
        // A third of the ramp: 1/3 of the power at the end, over 5 minutes: 1 MW × 1/3 × 5 min / 2 = 13,888.9 Wh.
        Assert.Equal(13_889, RampEnergy.Of(1_000_000, Six, Six.AddMinutes(5), First, BspSamples.Msd).WattHours);
    }

    [Fact]
    public void Without_a_ramp_all_of_the_power_is_asked_for_from_the_start()
    {
        var profile = BspSamples.Msd with { RampSeconds = 0 };
        Assert.Equal(250_000, RampEnergy.Of(1_000_000, Six, Six.AddHours(1), First, profile).WattHours);

        // 1 MW for five minutes, then 400 kW in its place: 1,000 × 5/60 + 400 × 10/60 kWh.
        Assert.Equal(150_000, RampEnergy.Of([new(1_000_000, Six, Six.AddMinutes(5)), new(400_000, Six.AddMinutes(5), Six.AddHours(1))], First, profile).WattHours);
    }

    [Fact]
    public void An_order_in_the_place_of_another_goes_on_from_where_that_one_is()
    {
        // 1 MW from 18:00, 600 kW in its place from 18:30: down in a straight line until 18:45, (1,000 + 600) / 2 kW over a quarter of an hour, then 600 kW until 19:15.
        OrderedPower[] orders = [new(600_000, Six.AddMinutes(30), Six.AddMinutes(75)), new(1_000_000, Six, Six.AddMinutes(30))];
        Assert.Equal([125_000, 250_000, 200_000, 150_000, 150_000, 0], Of(orders));

        // Replaced in the middle of its ramp, at 500 kW: until 18:15 to 650, until 18:22:30 to 800, which it holds. 250, 575, 725 and 800 kW in the mean of 7.5 min each.
        Assert.Equal([31_250 + 71_875, 90_625 + 100_000, 0], Of([new(1_000_000, Six, Six.AddMinutes(7.5)), new(800_000, Six.AddMinutes(7.5), Six.AddMinutes(30))])[..3]);

        // With a gap it begins at nothing.
        Assert.Equal([125_000, 0, 125_000], Of([new(1_000_000, Six, Six.AddMinutes(15)), new(1_000_000, Six.AddMinutes(30), Six.AddMinutes(45))])[..3]);

        static List<long> Of(OrderedPower[] orders) => [.. Enumerable.Range(0, 6).Select(period => RampEnergy.Of(orders, new(First.Index + period), BspSamples.Msd).WattHours)];
    }

    [Fact]
    public void Periods_together_have_the_whole_area() => Gen.Select(Gen.Long[0, 10_000_000], Gen.Int[0, 900], Gen.Int[900, 20_000]).Sample((watts, late, seconds) =>
    {
        // The area of a whole order: power × (length − half of the ramp). Each period is rounded by half a Wh at most.
        var (start, end) = (Six.AddSeconds(late), Six.AddSeconds(late + seconds));
        var sum = Enumerable.Range(-1, 30).Sum(period => RampEnergy.Of(watts, start, end, new(First.Index + period), BspSamples.Msd).WattHours);
        return Math.Abs(sum * 3_600 - watts * (seconds - 450)) <= 15 * 3_600;
    });
}

using VirtualEnergy.P2P.Flexibility.Headroom;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Tests.Proof;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Headroom;

public sealed class HeadroomCalculatorTests
{
    private const double Hour = 4;

    [Fact]
    public void Headroom_of_random_homes_is_what_the_linear_programme_finds()
    {
        var (planner, calculator) = (new HomePlanner(), new HeadroomCalculator());
        var (watts, most, cost, least, offers) = (0.0, 0.0, 0.0, 0.0, 0);
        for (var seed = 0; seed < 30; seed++)
        {
            // Without runs the rule is linear. Spans of a quarter of an hour to three hours, one course of prices or three.
            var ahead = HeadroomHomes.Ahead(seed, planner, courses: seed % 2 == 0 ? 1 : 3, runs: false);
            var span = new HoldingSpan(seed % 30, 1 + seed * 5 % 12);
            var headroom = calculator.Of(ahead, [span])[0];
            var program = new HeadroomProgram(ahead, span);
            foreach (var (directed, up) in new[] { (headroom.Up, true), (headroom.Down, false) })
            {
                var found = program.Most(up) * Hour;
                Assert.True(directed.Watts <= found + 1, $"seed {seed}: {directed.Watts} W where {found} W can be held");
                (watts, most) = (watts + directed.Watts, most + found);
                if (directed.Watts > 0)
                {
                    // What all steps cost, less what keeping the program at all costs, against the optimum with and without the change.
                    var sign = up ? 1 : -1;
                    var steps = directed.Steps.Sum(step => step.Watts * span.Count / Hour * step.Price.MicroEurPerKWh) - sign * headroom.HoldingCost.MicroEur * 1_000.0;
                    cost += sign * steps;
                    least += program.Cost(-sign * Math.Min(directed.Watts, found - 1e-3) / Hour)!.Value - program.Cost(0)!.Value;
                    offers++;
                }
            }
        }

        Assert.True(offers >= 20, $"{offers} offers");
        Assert.InRange(watts, 0.99 * most, most + offers);
        Assert.InRange(cost, least - 0.03 * Math.Abs(least), least + 0.03 * Math.Abs(least));
    }

    [Fact]
    public void A_battery_sells_for_what_buying_back_costs()
    {
        // 4 kWh in it, 1 kW each way, 95 %, wear 1 ct, a flat 20 ct: nothing is planned. An hour is 1 kW at most. A kWh given takes 1/0.95 kWh out, and
        // buying that back takes 1/0.95² kWh at 20 ct + 1 ct of wear on what is charged: 21 ct ÷ 0.9025 = 23.27 ct.
        var headroom = Of(Battery(4_000, 1_000), new HoldingSpan(2, 4));
        Assert.Equal([new HeadroomStep(1_000, new Price(232_687))], headroom.Up.Steps);

        // 1 kWh ÷ 0.95² = 1,108 Wh are bought back after it.
        Assert.InRange(headroom.Up.Rebound.Sum(), 1_104, 1_112);

        // A kWh taken is sold later as 0.9025 kWh at 20 ct; less 1 ct of wear.
        Assert.Equal([new HeadroomStep(1_000, new Price(170_500))], headroom.Down.Steps);
        Assert.InRange(headroom.Down.Rebound.Sum(), -905, -900);
    }

    [Fact]
    public void The_longer_it_is_held_the_less_power_a_battery_gives()
    {
        // 1.9 kWh can be drawn of 2 kWh, at 5 kW: a quarter of an hour 5 kW, an hour 1.9 kW, three hours 633 W.
        var calculator = new HeadroomCalculator();
        var ahead = Battery(2_000, 5_000);
        var watts = calculator.Of(ahead, [new HoldingSpan(0, 1), new HoldingSpan(0, 4), new HoldingSpan(0, 12)]).Select(headroom => headroom.Up.Watts).ToArray();
        Assert.Equal(5_000, watts[0]);
        Assert.InRange(watts[1], 1_900 - 20, 1_900);
        Assert.InRange(watts[2], 633 - 20, 633);
    }

    [Fact]
    public void What_a_departure_needs_is_not_offered()
    {
        // 1 kWh must be in it when period 8 begins, 1 kW, no losses: four periods of charging of the eight. Planned early by price: in the first four.
        // Held back for an hour it can still be charged in the second; for an hour and a quarter it cannot.
        StoreStage[] stages = [.. Enumerable.Range(0, 48).Select(t => new StoreStage(0, 10_000, t == 7 ? 1_000 : 0, 1, 0, 250, 0, 1, 1, 0))];
        var problem = Empty(48, t => t < 4 ? 100_000 : 150_000) with { Stores = [new StoreProblem(stages, 0, 0)] };
        Assert.Equal([new HeadroomStep(1_000, new Price(150_000))], Of(Ahead(problem), new HoldingSpan(0, 4)).Up.Steps);
        Assert.Empty(Of(Ahead(problem), new HoldingSpan(1, 3)).Down.Steps);
        Assert.Empty(Of(Ahead(problem), new HoldingSpan(0, 5)).Up.Steps);
    }

    [Fact]
    public void The_connection_bounds_it_both_ways()
    {
        // 1 kW of 1.5 kW each way is load: 500 W more, and the battery's 2 kW less, go through it.
        var problem = Battery(4_000, 2_000).Problems[0] with { Load = [.. Enumerable.Repeat(250.0, 96)], Limit = 375 };
        var headroom = Of(Ahead(problem), new HoldingSpan(0, 4));
        Assert.Equal((2_000, 500), (headroom.Up.Watts, headroom.Down.Watts));
    }

    [Fact]
    public void Confidence_costs_headroom_and_never_price()
    {
        // Load and sun may differ by 50 Wh a quarter (200 W) with 84 %, by 100 Wh (400 W) with 97.5 %.
        var ahead = Battery(8_000, 1_000) with { Bands = [.. Enumerable.Repeat(new NetBand(50, 50, 100, 100), 96)] };
        var calculator = new HeadroomCalculator();
        var watts = new[] { 500, 840, 975 }.Select(confidence => calculator.Of(ahead, [new HoldingSpan(0, 4)], confidence)[0].Up.Watts).ToArray();
        Assert.Equal([1_000, 800, 600], watts);
        Assert.Throws<ArgumentOutOfRangeException>(() => calculator.Of(ahead, [new HoldingSpan(0, 4)], 976));
    }

    [Fact]
    public void A_run_that_can_wait_gives_what_it_would_have_taken()
    {
        // 500 Wh in period 2 where energy is cheapest, 10 ct; until period 20 it costs 12 ct at least. Waiting costs 12 ct a kWh: the 10 ct are not paid twice.
        var problem = Empty(24, t => t == 2 ? 100_000 : 120_000) with { Runs = [new RunProblem([500], 0, 20)] };
        var headroom = Of(Ahead(problem), new HoldingSpan(2, 1));
        Assert.Equal(0, headroom.Up.Watts);

        // In part it cannot wait; with a battery that takes the rest it can.
        var stage = new StoreStage(0, 1_000, 0, 1, 0, 500, 500, 1, 1, 0);
        var both = Of(Ahead(problem with { Stores = [new StoreProblem([.. Enumerable.Repeat(stage, 24)], 0, 100_000)] }), new HoldingSpan(2, 1));
        Assert.InRange(both.Up.Watts, 1, 4_000);
    }

    [Fact]
    public void Keeping_the_program_costs_what_other_courses_would_have_brought()
    {
        // Two courses, 20 and 60 ct in the span, then 20 ct: in the second a full battery of 1 kW would sell. Half of the time it loses 60 − 23.27 ct for each of
        // its kWh, so the price carries 18.37 ct more.
        var one = Battery(4_000, 1_000);
        double[] dear = [.. one.Problems[0].Buy.Select((price, t) => t is >= 2 and < 6 ? 600_000 : price)];
        var other = one.Problems[0] with { Buy = dear, Sell = dear };
        var ahead = one with { Problems = [one.Problems[0], other], Plans = [one.Plans[0], new HomePlanner().Plan(other, dear)] };
        var headroom = Of(ahead, new HoldingSpan(2, 4));
        Assert.InRange(headroom.HoldingCost.MicroEur, 183_000, 184_500);
        Assert.InRange(Assert.Single(headroom.Up.Steps).Price.MicroEurPerKWh, 232_687 + 183_000, 232_687 + 184_500);
    }

    [Fact]
    public void A_span_outside_the_horizon_is_refused()
    {
        var ahead = Battery(4_000, 1_000);
        Assert.Throws<ArgumentOutOfRangeException>(() => Of(ahead, new HoldingSpan(93, 4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Of(ahead, new HoldingSpan(0, 13)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Of(ahead, new HoldingSpan(-1, 1)));
    }

    private static HomeHeadroom Of(HomeAhead ahead, HoldingSpan span) => new HeadroomCalculator().Of(ahead, [span])[0];

    private static HomeAhead Ahead(HomeProblem problem) => new(new Period(1_980_000), [problem], [new HomePlanner().Plan(problem, problem.Buy)], []);

    private static HomeProblem Empty(int periods, Func<int, double> price)
    {
        double[] prices = [.. Enumerable.Range(0, periods).Select(price)];
        return new HomeProblem { Load = new double[periods], Sun = new double[periods], Buy = prices, Sell = prices, Limit = 10_000, Stores = [], Runs = [] };
    }

    // What it holds at first is worth 30 ct in the end and what it holds beyond that 15: so nothing is bought, nothing sold, and what is taken is bought back.
    private static HomeAhead Battery(double fill, double watts)
    {
        var stage = new StoreStage(0, 16_000, 0, 1, 0, watts / Hour, watts / Hour, 0.95, 0.95, 10_000);
        var store = new StoreProblem([.. Enumerable.Repeat(stage, 96)], fill, 300_000) { Enough = fill, EndValueBeyond = 150_000 };
        return Ahead(Empty(96, _ => 200_000) with { Stores = [store] });
    }
}

using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Flexibility.Headroom;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Tests.Proof;

namespace VirtualEnergy.P2P.Benchmarks.Planning;

/// <summary><c>headroom</c>: how long a home's headroom takes, and how near it is to what a linear programme of the same rule finds.</summary>
internal static class HeadroomCommand
{
    private const int Spans = 12;
    private const int Warming = 30;

    /// <summary>A share of a cost below 5 ct says nothing.</summary>
    private const double Least = 5e7;

    public static Command Create()
    {
        var homes = new Option<int>("--homes") { Description = "Random homes.", DefaultValueFactory = _ => 100 };
        homes.Between(1, 10_000);
        var json = new Option<bool>("--json") { Description = "Print the figures as one JSON object." };
        var command = new Command("headroom", """
            Headroom of homes with battery, car and heat pump, planned over 36 hours: time for one span and for twelve with five courses of prices, runs
            included; and without runs, over spans of 15 minutes to three hours, power and cost against a linear programme (GLOP).
            Example: headroom --homes 100 --json
            """) { homes, json };
        command.SetAction(parsed => Run(parsed.GetValue(homes), parsed.GetValue(json)));
        return command;
    }

    private static int Run(int homes, bool asJson)
    {
        var (planner, calculator) = (new HomePlanner(), new HeadroomCalculator());
        var (one, many) = (new Samples(), new Samples());
        for (var seed = 0; seed < homes + Warming; seed++)
        {
            var ahead = HeadroomHomes.Ahead(seed % homes, planner, courses: 5);
            var samples = seed < Warming ? (new Samples(), new Samples()) : (one, many);
            samples.Item1.Time(() => calculator.Of(ahead, [new HoldingSpan(1, 4)], 900));
            samples.Item2.Time(() => calculator.Of(ahead, [.. HoldingSpan.Row(1, 4, Spans)], 900));
        }

        var (watts, most, cost, least, worst, offers, unanswered) = Against(homes, planner, calculator);
        Console.WriteLine(asJson
            ? JsonSerializer.Serialize(new
            {
                machine = Machine.Description, homes, oneSpanMilliseconds = one.Median * 1e3, oneSpan99Milliseconds = one.Percentile(99) * 1e3,
                spans = Spans, spansMilliseconds = many.Median * 1e3, offers, wattsShare = watts / most, costGap = (cost - least) / Math.Abs(least), worstCostGap = worst, unanswered,
            })
            : string.Create(CultureInfo.InvariantCulture, $"""
                {Machine.Description}
                one span of an hour            {one.Median * 1e3,8:0.00} ms, 99 % within {one.Percentile(99) * 1e3:0.00} ms
                {Spans} spans                       {many.Median * 1e3,8:0.00} ms
                power of what can be held      {watts / most * 100,8:0.00} % over {offers} offers of {homes} homes, without {unanswered} that the programme has no schedule for even unchanged
                cost against the optimum       {(cost - least) / Math.Abs(least) * 100,8:0.00} % over all, {worst * 100:0.0} % for the one furthest off
                """));
        return 0;
    }

    // Absolute costs are added up: up costs, down saves.
    private static (double Watts, double Most, double Cost, double Least, double Worst, int Offers, int Unanswered) Against(int homes, HomePlanner planner, HeadroomCalculator calculator)
    {
        var (watts, most, cost, least, worst, offers, unanswered) = (0.0, 0.0, 0.0, 0.0, 0.0, 0, 0);
        for (var seed = 0; seed < homes; seed++)
        {
            var ahead = HeadroomHomes.Ahead(seed, planner, courses: seed % 2 == 0 ? 1 : 3, runs: false);
            var span = new HoldingSpan(seed % 30, 1 + seed * 5 % HoldingSpan.MostPeriods);
            var headroom = calculator.Of(ahead, [span])[0];
            var program = new HeadroomProgram(ahead, span);
            if (program.Cost(0) is not { } without)
            {
                unanswered++;
                continue;
            }

            foreach (var (directed, sign) in new[] { (headroom.Up, 1), (headroom.Down, -1) })
            {
                var found = program.Most(sign > 0);
                (watts, most) = (watts + directed.Watts / 4.0, most + found);
                if (directed.Watts > 0 && program.Cost(-sign * Math.Min(directed.Watts / 4.0, found - 1e-3)) is { } with)
                {
                    var told = sign * (directed.Steps.Sum(step => step.Watts * span.Count / 4.0 * step.Price.MicroEurPerKWh) - sign * headroom.HoldingCost.MicroEur * 1_000.0);
                    (cost, least, offers) = (cost + sign * told, least + sign * (with - without), offers + 1);
                    worst = Math.Abs(with - without) > Least ? Math.Max(worst, Math.Abs(told - (with - without)) / Math.Abs(with - without)) : worst;
                }
            }
        }

        return (watts, most, cost, least, worst, offers, unanswered);
    }
}

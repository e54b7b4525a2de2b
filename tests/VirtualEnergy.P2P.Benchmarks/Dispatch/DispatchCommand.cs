using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Tests.Proof.Bsp;

namespace VirtualEnergy.P2P.Benchmarks.Dispatch;

/// <summary><c>dispatch</c>: dividing a target over homes beside a linear programme, a cycle of the control, how well simulated homes are held, and the ledger.</summary>
internal static class DispatchCommand
{
    public static Command Create()
    {
        var homes = new Option<int>("--homes") { Description = "Homes among which a target is divided.", DefaultValueFactory = _ => 10_000 };
        homes.Between(1, 100_000);
        var tracked = new Option<int>("--tracked") { Description = "Simulated homes that are held on a target, of which 10 % vanish.", DefaultValueFactory = _ => 1_000 };
        tracked.Between(10, 10_000);
        var seed = new Option<int>("--seed") { Description = "Of the homes and all that happens to them.", DefaultValueFactory = _ => 1 };
        seed.Between(0, int.MaxValue);
        var json = new Option<bool>("--json") { Description = "Print the figures as one JSON object." };
        var command = new Command("dispatch", """
            Divide a target of 60 % of what homes can do: time, and cost beside OR-Tools' GLOP and an equal split. A whole cycle of the control, measurements of all
            homes in and set-points out. An order of 15 min of ramp and 30 min of hold by simulated homes with lags, noise, disobedience and a tenth that vanishes,
            as a table over time. Reservations a second, and reading them again.
            Example: dispatch --homes 10000 --json
            """) { homes, tracked, seed, json };
        command.SetAction(parsed => Run(parsed.GetValue(homes), parsed.GetValue(tracked), (ulong)parsed.GetValue(seed), parsed.GetValue(json)));
        return command;
    }

    private static int Run(int homes, int tracked, ulong seed, bool asJson)
    {
        Console.Error.WriteLine(Machine.Description);
        var division = Division.Measure(homes, seed);
        Console.Error.WriteLine("divided; now cycles of the control");
        var cycle = ControlCycles.Measure(homes, seed);
        Console.Error.WriteLine("now an order");
        var order = new SimulatedOrder(
            new SimulatedHomes(seed, tracked, new() { Vanishing = 10, VanishBetween = (SimulatedOrder.Start, SimulatedOrder.Start + 2_700) }), tracked * 700L, 30);
        var cycles = order.Run(order.End + 960);
        Console.Error.WriteLine("now the ledger");
        var ledger = LedgerSpeed.Measure(homes);
        if (asJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new
            {
                machine = Machine.Description,
                homes,
                division,
                cycle,
                tracked,
                worstError = order.WorstError(cycles),
                minutes = Minutes(cycles).Select(at => new { minute = at.Second / 60, owedWatts = at.Step.Shift, trueWatts = (long)at.TrueShift, at.Step.Silent, at.Step.Unresponsive }),
                ledger,
            }, JsonSerializerOptions.Web));
            return 0;
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {Machine.Description}
            a target over {homes:N0} homes      {division.Milliseconds,8:0.00} ms, 99 % within {division.Milliseconds99:0.00} ms; GLOP {division.ProgramMilliseconds:0} ms
            its cost / the programme's      {division.CostRatio,8:0.000000}; an equal split's {division.EqualRatio:0.000}
            a cycle of {homes:N0} homes         {cycle.RedispatchMilliseconds,8:0.0} ms from a new order to all set-points; {cycle.HoldMilliseconds:0.0} ms while it holds
            {tracked:N0} homes, 10 % vanish        {order.WorstError(cycles) * 100,8:0.00} % of the order at the worst, from the ramp's end to the order's
            reservations                    {ledger.ReservationsPerSecond,8:N0} a second without a disk, {ledger.BytesPerReservation:0} bytes each; read again {ledger.ReplayedPerSecond:N0} a second

            minute     owed kW     true kW   off by   silent   left out   reserve
            """));
        foreach (var at in Minutes(cycles))
        {
            var off = at.Step.Shift == 0 || at.Second >= order.End ? "" : string.Create(CultureInfo.InvariantCulture, $"{(at.TrueShift / at.Step.Shift - 1) * 100:0.0} %");
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{at.Second / 60,6} {at.Step.Shift / 1e3,11:0.0} {at.TrueShift / 1e3,11:0.0} {off,8} {at.Step.Silent,8} {at.Step.Unresponsive,10} {(at.Step.UsesReserve ? "yes" : "no"),9}"));
        }

        return 0;
    }

    private static IEnumerable<SimulatedCycle> Minutes(IEnumerable<SimulatedCycle> cycles) => cycles.Where(cycle => cycle.Second % 180 == 60);
}

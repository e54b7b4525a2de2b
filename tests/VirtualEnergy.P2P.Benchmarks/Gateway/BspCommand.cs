using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Benchmarks.Measuring;

namespace VirtualEnergy.P2P.Benchmarks.Gateway;

/// <summary><c>bsp</c>: what the gateway of a balancing service provider does between its two links.</summary>
internal static class BspCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the result as JSON.", Recursive = true };
        var homes = new Option<int>("--homes") { Description = "Simulated homes.", Recursive = true, DefaultValueFactory = _ => 10_000 };
        homes.Between(1, 20_000);
        var customers = new Option<int>("--customers") { Description = "Telecontrol units that they stand behind.", Recursive = true, DefaultValueFactory = _ => 10 };
        customers.Between(1, 1_000);
        var command = new Command("bsp", """
            Measure the real gateway between simulated homes and a simulated system operator, over IEC 60870-5-104 on loopback.
            Examples: bsp telemetry --seconds 600 --homes 1000
                      bsp setpoints --homes 10000
                      bsp calls --homes 1000               # members of a community, over MQTT
            """) { json, homes, customers };

        var seconds = new Option<int>("--seconds") { Description = "How long.", DefaultValueFactory = _ => 600 };
        seconds.Between(12, 86_400);
        var telemetry = new Command("telemetry", "Sets of measurements at the system operator: the time between arrivals, and what is missing.") { seconds };
        telemetry.SetAction(async (parsed, stop) =>
        {
            var result = await GatewayTelemetryRun.RunAsync(parsed.GetValue(homes), parsed.GetValue(customers), parsed.GetValue(seconds), stop);
            Print(parsed.GetValue(json), result, string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Received} of {result.Due} sets arrived from {result.Homes:N0} homes, {result.MissedCycles} cycles missed; between them {result.Shortest:0.000} to {result.Longest:0.000} s, median {result.Median:0.0000} s; {result.Outside} outside 4 s ± 0.1 s"));
            return result.Received == result.Due ? 0 : 1;
        });

        var rounds = new Option<int>("--rounds") { Description = "Orders, each of all that the homes can give, without ramp, and revoked after it.", DefaultValueFactory = _ => 10 };
        rounds.Between(1, 1_000);
        var setpoints = new Command("setpoints", "From an order's acceptance to the last home's confirmation of its set-point.") { rounds };
        setpoints.SetAction(async (parsed, stop) =>
        {
            var result = await SetPointRun.RunAsync(parsed.GetValue(homes), parsed.GetValue(customers), parsed.GetValue(rounds), stop);
            Print(parsed.GetValue(json), result, string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Told:N0} of {result.Homes:N0} homes told behind {result.Customers} telecontrol units; last confirmation after {result.Shortest:0} to {result.Longest:0} ms, median {result.Median:0} ms, in {result.Rounds} orders"));
            return 0;
        });
        var calls = new Command("calls", "From when all homes of a community are called over MQTT to the last home's signed answer, checked.") { rounds };
        calls.SetAction(async (parsed, stop) =>
        {
            var result = await HomeCallRun.RunAsync(parsed.GetValue(homes), parsed.GetValue(rounds), stop);
            Print(parsed.GetValue(json), result, string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Homes:N0} homes called over MQTT; last answer after {result.Shortest:0} to {result.Longest:0} ms, median {result.Median:0} ms, in {result.Rounds} rounds"));
            return 0;
        });
        command.Subcommands.Add(calls);
        command.Subcommands.Add(telemetry);
        command.Subcommands.Add(setpoints);
        return command;
    }

    private static void Print<T>(bool asJson, T result, string text)
    {
        if (asJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { result, machine = Machine.Description }, JsonSerializerOptions.Web));
            return;
        }

        Console.Out.WriteLine(text);
        Console.Out.WriteLine($"  {Machine.Description}; loopback, homes, gateway and system operator in one process");
    }
}

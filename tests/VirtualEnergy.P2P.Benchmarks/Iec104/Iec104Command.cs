using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Benchmarks.Measuring;

namespace VirtualEnergy.P2P.Benchmarks.Iec104;

/// <summary><c>iec104</c>: what the telecontrol library carries, both ends in this process, over TCP on loopback.</summary>
internal static class Iec104Command
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the result as JSON.", Recursive = true };
        var command = new Command("iec104", """
            Measure the IEC 60870-5-104 library over TCP on loopback, both stations in one process.
            Examples: iec104 throughput --objects 5000000
                      iec104 connections --count 1000
                      iec104 telemetry --seconds 600 --period 4
            """) { json };
        command.Subcommands.Add(Throughput(json));
        command.Subcommands.Add(Connections(json));
        command.Subcommands.Add(Telemetry(json));
        return command;
    }

    private static Command Throughput(Option<bool> json)
    {
        var objects = new Option<int>("--objects") { Description = "Information objects to send, each way of sending.", DefaultValueFactory = _ => 3_000_000 };
        objects.Between(1_000, 1_000_000_000);
        var command = new Command("throughput", "Spontaneous floats on one connection: information objects a second, with and without time tags, and one to an ASDU.") { objects };
        command.SetAction(async (parsed, stop) =>
        {
            foreach (var way in Enum.GetValues<ObjectWay>())
            {
                var result = await ThroughputRun.RunAsync(way, parsed.GetValue(objects), stop);
                Print(parsed.GetValue(json), result, string.Create(
                    CultureInfo.InvariantCulture, $"{result.Way}: {result.Objects:N0} objects in {result.Seconds:0.00} s, {result.ObjectsPerSecond:N0} objects/s, {result.AsdusPerSecond:N0} ASDUs/s, none lost"));
            }

            return 0;
        });
        return command;
    }

    private static Command Connections(Option<bool> json)
    {
        var count = new Option<int>("--count") { Description = "Connections at once.", DefaultValueFactory = _ => 1_000 };
        count.Between(1, 10_000);
        var command = new Command("connections", "Started connections, every one interrogated and sent events: resident memory of the process, which holds both ends.") { count };
        command.SetAction(async (parsed, stop) =>
        {
            var result = await ConnectionsRun.RunAsync(parsed.GetValue(count), stop);
            Print(parsed.GetValue(json), result, string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Connections:N0} connections in {result.Seconds:0.0} s, {result.Events:N0} events to each; resident {result.ResidentBefore / 1e6:0} MB before, {result.Resident / 1e6:0} MB with both ends of all, {result.BytesPerConnection:N0} bytes a connection"));
            return 0;
        });
        return command;
    }

    private static Command Telemetry(Option<bool> json)
    {
        var seconds = new Option<int>("--seconds") { Description = "How long.", DefaultValueFactory = _ => 600 };
        seconds.Between(1, 86_400);
        var period = new Option<int>("--period") { Description = "Seconds between two sets of measurements.", DefaultValueFactory = _ => 4 };
        period.Between(1, 3_600);
        var command = new Command("telemetry", "A set of measurements every period: the time between arrivals, and what is missing.") { seconds, period };
        command.SetAction(async (parsed, stop) =>
        {
            var result = await TelemetryRun.RunAsync(parsed.GetValue(seconds), parsed.GetValue(period), stop);
            Print(parsed.GetValue(json), result, string.Create(
                CultureInfo.InvariantCulture, $"{result.Received} of {result.Sent} sets arrived; between them {result.Shortest:0.0000} to {result.Longest:0.0000} s, median {result.Median:0.0000} s"));
            return result.Received == result.Sent ? 0 : 1;
        });
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
        Console.Out.WriteLine($"  {Machine.Description}; loopback, both ends in one process, k 12, w 8");
    }
}

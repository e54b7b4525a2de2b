using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Tests.Proof;

namespace VirtualEnergy.P2P.Benchmarks.Stress;

/// <summary><c>stress</c>: books that a slow algorithm is slow on, larger and larger, and how the time grows with them.</summary>
internal static class StressCommand
{
    private const int Smallest = 4_000;

    /// <summary>A mechanism and shape that took longer than this is not made larger.</summary>
    private const double PatienceSeconds = 20;

    private sealed record Row(string Mechanism, string Shape, int Orders, double Seconds, double Exponent, long Volume);

    public static Command Create()
    {
        var orders = new Option<int>("--orders") { Description = "Size of the largest books.", DefaultValueFactory = _ => 1_000_000 };
        var mechanism = new Option<string>("--mechanism") { Description = $"all, or one of {string.Join(", ", Mechanisms.Codes)}.", DefaultValueFactory = _ => "all" };
        var shape = new Option<HardShape?>("--shape") { Description = $"Only one of {string.Join(", ", Enum.GetNames<HardShape>())}." };
        var json = new Option<bool>("--json") { Description = "Print the rows as JSON." };
        var command = new Command("stress", """
            Clear books made to be slow, four times as large each time, and print the time and the power of n that it grows by.
            Example: stress --orders 10000000 --shape OneOwner
            """) { orders, mechanism, shape, json };
        command.SetAction(parsed => Run(parsed.GetValue(orders), parsed.GetValue(mechanism)!, parsed.GetValue(shape), parsed.GetValue(json)));
        return command;
    }

    private static int Run(int largest, string mechanism, HardShape? only, bool asJson)
    {
        var rows = new List<Row>();
        Console.Error.WriteLine(Machine.Description);
        foreach (var kind in Enum.GetValues<MechanismKind>().Where(kind => mechanism == "all" || kind.Code() == mechanism))
        {
            foreach (var shape in Enum.GetValues<HardShape>().Where(shape => only is null || shape == only))
            {
                var row = Grow(kind, shape, largest);
                rows.Add(row);
                Console.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{row.Mechanism,-12} {row.Shape,-16} {row.Orders,12:N0} orders {row.Seconds,9:0.000} s, grows as n^{row.Exponent:0.00}"));
            }
        }

        if (asJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(rows.Select(row => new
            {
                mechanism = row.Mechanism,
                shape = row.Shape,
                orders = row.Orders,
                seconds = Math.Round(row.Seconds, 4),
                exponent = Math.Round(row.Exponent, 2),
                volume = row.Volume,
            })));
        }

        return 0;
    }

    private static Row Grow(MechanismKind kind, HardShape shape, int largest)
    {
        // One run to compile, then fourfold.
        Time(kind, HardBooks.Make(shape, Smallest));
        var (count, row, before) = (Math.Min(Smallest, largest), default(Row), default(double?));
        while (true)
        {
            var (seconds, volume) = Time(kind, HardBooks.Make(shape, count));
            row = new Row(kind.Code(), shape.ToString(), count, seconds, before is { } quarter ? Math.Log(seconds / quarter) / Math.Log((double)count / row!.Orders) : 0, volume);
            if (count >= largest || seconds > PatienceSeconds)
            {
                return row;
            }

            (before, count) = (seconds, (int)Math.Min(4L * count, largest));
        }
    }

    private static (double Seconds, long Volume) Time(MechanismKind kind, Order[] book)
    {
        GC.Collect();
        var start = Stopwatch.GetTimestamp();
        var volume = Mechanisms.Of(kind).Clear(book, MarketRules.Default with { Mechanism = kind }, book[0].Key).Volume;
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, volume.WattHours);
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Auctions.Packed;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Benchmarks.Clearing;

/// <summary><c>clear</c>: clears a file of orders with pairwise trades and says how long that took, reading apart.</summary>
internal static class ClearCommand
{
    public static Command Create()
    {
        var orders = new Option<FileInfo>("--orders") { Description = "CSV: id,side,user,price_tick,qty_wh,quality,submitted.", Required = true };
        var reps = new Option<int>("--reps") { Description = "How often; the median counts.", DefaultValueFactory = _ => 5 };
        reps.Validators.Add(result => Require(result, result.GetValue(reps) is >= 1 and <= 10_000, "1 to 10000 repetitions are possible"));
        var json = new Option<bool>("--json") { Description = "Print {seconds_median, traded_wh, price_tick, matches}." };
        var command = new Command("clear", """
            Clear a file of orders at one uniform price, with pairwise trades, and time it.
            Example: clear --orders orders.csv --reps 5 --json
            """) { orders, reps, json };
        command.SetAction(parsed => Run(parsed.GetValue(orders)!, parsed.GetValue(reps), parsed.GetValue(json)));
        return command;
    }

    public static Command CreateGenerator()
    {
        var count = new Option<int>("--count") { Description = "Orders.", DefaultValueFactory = _ => 1_000_000 };
        count.Validators.Add(result => Require(result, result.GetValue(count) is >= 0 and <= 100_000_000, "0 to 100000000 orders are possible"));
        var seed = new Option<ulong>("--seed") { Description = "The same orders for the same seed.", DefaultValueFactory = _ => 1 };
        var file = new Option<FileInfo>("--out") { Required = true };
        var command = new Command("generate-orders", "Write a file of simulated orders for clear. Example: generate-orders --count 1000000 --out orders.csv") { count, seed, file };
        command.SetAction(parsed => OrderFile.Write(parsed.GetValue(file)!.FullName, parsed.GetValue(count), parsed.GetValue(seed)));
        return command;
    }

    private static void Require(OptionResult result, bool holds, string message)
    {
        if (!holds)
        {
            result.AddError($"{result.Option.Name} {(result.Tokens.Count > 0 ? result.Tokens[0].Value : "")}: {message}.");
        }
    }

    private static int Run(FileInfo path, int reps, bool asJson)
    {
        OrderFile file;
        try
        {
            file = OrderFile.Read(path.FullName);
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }

        var rules = MarketRules.Default with
        {
            TickMicroEurPerKWh = 1, Floor = new Price(file.LowestTick), Cap = new Price(file.LowestTick + file.Ticks - 1),
        };
        _ = TickGrid.TryOf(rules, out var grid);
        var (auction, pairing, fills) = (new CallAuction(grid), new PackedTrades(), new uint[file.Orders.Length]);
        (long Volume, long? Price, int Matches) answer = default;
        var times = Samples.Interleaved(reps, () => answer = Clear(file, auction, pairing, fills, grid, rules))[0];
        Console.Out.WriteLine(asJson
            ? JsonSerializer.Serialize(new { seconds_median = times.Median, traded_wh = answer.Volume, price_tick = answer.Price, matches = answer.Matches })
            : string.Create(CultureInfo.InvariantCulture, $"{file.Orders.Length:N0} orders: {answer.Volume:N0} Wh at tick {answer.Price}, {answer.Matches:N0} trades, {times.Median * 1e3:0.000} ms (median of {reps})"));
        return 0;
    }

    private static (long, long?, int) Clear(OrderFile file, CallAuction auction, PackedTrades pairing, uint[] fills, TickGrid grid, MarketRules rules)
    {
        var result = auction.Clear(file.Orders, fills, default(ByPlace));
        if (result.Price(grid, rules) is not var (price, _))
        {
            return (0, null, 0);
        }

        if (!file.HasTwoSidedOwners)
        {
            return (result.Volume, price.MicroEurPerKWh, pairing.Pair(file.Orders, fills).Length);
        }

        return OwnersCanBeKeptApart(file, fills, result.Volume)
            ? (result.Volume, price.MicroEurPerKWh, pairing.Pair(file.Orders, fills, file.Owners).Length)
            : Apart(file, rules);
    }

    /// <summary>No owner's two sides together are more than all that trades.</summary>
    private static bool OwnersCanBeKeptApart(OrderFile file, uint[] fills, long volume)
    {
        var parts = new long[file.Owners.Length == 0 ? 0 : file.Owners.Max() + 1];
        var sides = new byte[parts.Length];
        for (var i = 0; i < fills.Length; i++)
        {
            parts[file.Owners[i]] += fills[i];
            sides[file.Owners[i]] |= fills[i] == 0 ? (byte)0 : file.Orders[i].Side == Side.Buy ? (byte)1 : (byte)2;
        }

        return !Enumerable.Range(0, parts.Length).Any(owner => sides[owner] == 3 && parts[owner] > volume);
    }

    private static (long, long?, int) Apart(OrderFile file, MarketRules rules)
    {
        var clearing = UniformPriceAuction.Clear(file.ToOrders(), rules);
        var sides = clearing.Fills.ToLookup(fill => fill.Order.Side, fill => new Claim(fill.Order.Member, ZoneId.Unnamed, fill.Energy));
        var pairs = Pairing.Match([.. sides[Side.Buy]], [.. sides[Side.Sell]]);
        return (clearing.Volume.WattHours, clearing.Price?.MicroEurPerKWh, pairs.Length);
    }
}

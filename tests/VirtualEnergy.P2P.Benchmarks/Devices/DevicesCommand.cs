using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Planning;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Tests.Proof.S2;

namespace VirtualEnergy.P2P.Benchmarks.Devices;

/// <summary><c>devices</c>: a home of a thousand devices that speak S2, one that floods and one that says nothing: what a round takes.</summary>
internal static class DevicesCommand
{
    private const int Rounds = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    public static Command Create()
    {
        // The two that misbehave have places too.
        var count = new Option<int>("--count") { Description = "Devices, each with a session over TLS.", DefaultValueFactory = _ => S2EnergyManager.MostDevices - 2 };
        count.Between(1, S2EnergyManager.MostDevices - 2);
        var json = new Option<bool>("--json") { Description = "Print the figures as one JSON object." };
        var command = new Command("devices", """
            Manage batteries, generators and washing machines that speak S2 in one home, beside one that floods and one that never answers: how long it
            takes until all are planned, what sensing, bidding and telling take a round, and memory with both ends.
            Example: devices --count 998 --json
            """) { count, json };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(count), parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(int count, bool asJson, CancellationToken cancellation)
    {
        var (time, rules, supplier) = (TimeProvider.System, MarketRules.Default, Tariff.At(default));
        var folder = Directory.CreateTempSubdirectory("ve-devices-");
        try
        {
            await using var crowd = new S2Crowd(count);
            var options = new S2HouseOptions(folder.FullName, new IPEndPoint(IPAddress.Loopback, 0)) { Tokens = [.. crowd.Tokens] };
            using var random = System.Security.Cryptography.RandomNumberGenerator.Create();
            await using var house = await S2House.StartAsync(options, random, time, NullLogger.Instance, cancellation);
            var started = Stopwatch.GetTimestamp();
            crowd.Connect(house.Address, house.Fingerprint, time);
            while (house.Plan(time.GetUtcNow(), rules, supplier, []) is var plan && plan.Batteries.Length + plan.Bidders < count)
            {
                if (Stopwatch.GetElapsedTime(started) > Patience)
                {
                    Console.Error.WriteLine($"After {Patience.TotalSeconds:0} s {plan.Batteries.Length + plan.Bidders} of {count} devices are planned.");
                    return 1;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation);
            }

            var connected = Stopwatch.GetElapsedTime(started);
            var agent = new HomeAgent(new PlannedHome(new HomeDescription("home", 30_000, PowerProfile.Constant(500)), []), rules, Tariff);
            var (sensing, bidding, telling) = (new List<double>(), new List<double>(), new List<double>());
            var period = rules.Grid.At(time.GetUtcNow());
            for (var round = 0; round < Rounds; round++, period = period.Next)
            {
                sensing.Add(Milliseconds(() =>
                {
                    var known = house.Plan(time.GetUtcNow(), rules, supplier, []);
                    agent.Observe(new HomeNow { Batteries = known.Batteries, Beside = known.Beside });
                }));
                var steps = default(Flexibility.Bidding.BidSteps);
                bidding.Add(Milliseconds(() => steps = agent.BidFor(period)));
                var price = new Price(round % 2 == 0 ? 90_000 : 200_000);
                var bought = steps.Buy.Where(step => step.Price >= price).Aggregate(Energy.Zero, (sum, step) => sum + step.Energy);
                var delivery = agent.Deliver(period, price, bought);
                telling.Add(Milliseconds(() => house.Obey(delivery, rules, supplier, [])));
            }

            var shown = crowd.ShownOut;
            var megabytes = Process.GetCurrentProcess().WorkingSet64 / 1e6;
            Console.Out.WriteLine(asJson
                ? JsonSerializer.Serialize(new
                {
                    machine = Machine.Description,
                    devices = count,
                    secondsToAllPlanned = connected.TotalSeconds,
                    sensingMilliseconds = Median(sensing),
                    biddingMilliseconds = Median(bidding),
                    tellingMilliseconds = Median(telling),
                    instructed = crowd.Instructed.Devices,
                    instructions = crowd.Instructed.Instructions,
                    floodsShownOut = shown.Floods,
                    silencesShownOut = shown.Partings,
                    megabytes,
                })
                : string.Create(CultureInfo.InvariantCulture, $"""
                    {Machine.Description}
                    {count} devices are planned {connected.TotalSeconds:0.0} s after the first connects
                    a round, median of {Rounds}: sensing {Median(sensing):0.0} ms, bidding {Median(bidding):0.0} ms, telling {Median(telling):0.0} ms
                    {crowd.Instructed.Devices} devices got {crowd.Instructed.Instructions} instructions; flooding was shown out {shown.Floods} times, silence {shown.Partings} times
                    {megabytes:0} MB with both ends
                    """));
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Milliseconds(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}

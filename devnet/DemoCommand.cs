using System.CommandLine;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Node;

namespace VirtualEnergy.P2P.Devnet;

/// <summary>The demo's command line.</summary>
internal static class DemoCommand
{
    public static RootCommand Create()
    {
        var periods = new Option<int>("--periods") { Description = "Rounds to run; 96 are a day.", DefaultValueFactory = _ => 96 };
        var homes = new Option<int?>("--homes") { Description = "Homes that take part. 20 generated ones, or every household of the data." };
        var seed = new Option<ulong>("--seed") { Description = "Everything that is made up follows from it.", DefaultValueFactory = _ => 1 };
        var speed = new Option<double>("--speed") { Description = "Times faster than real time; 720 runs a day in two minutes.", DefaultValueFactory = _ => DemoOptions.DefaultSpeed };
        var fast = new Option<bool>("--fast") { Description = "Flat out: a round as soon as every home has bid." };
        var data = new Option<string?>("--data") { Description = "Folder of measured households; docs/data.md says which layouts." };
        var prices = new Option<string?>("--prices") { Description = "CSV of hourly zonal prices (EUR/MWh): the supplier's price follows the Sardinian zone." };
        var from = new Option<DateOnly?>("--from") { Description = "First day, yyyy-mm-dd." };
        var processes = new Option<bool>("--processes") { Description = "Run every node as a process of its own." };
        var keep = new Option<bool>("--keep") { Description = "Leave the viewer up after the last round, until Ctrl-C." };
        var json = new Option<bool>("--json") { Description = "Print the summary as one JSON object, last." };
        var headless = new Option<bool>("--headless") { Description = "Open no browser." };
        var port = new Option<int>("--port") { Description = "Port of the viewer; 0 takes a free one." };
        var journal = new Option<string?>("--journal") { Description = "Keep the exchange's journal (SQLite) in this new file." };
        var mechanism = new Option<string>("--mechanism")
        {
            Description = $"How rounds are cleared: {string.Join(", ", Mechanisms.Codes)}.", DefaultValueFactory = _ => MechanismKind.Uniform.Code(),
        };
        var zones = new Option<bool>("--zones") { Description = "Place matters: fees and limits between low-voltage zones; homes pay more for green and local energy." };
        var noMsd = new Option<bool>("--no-msd") { Description = "Leave out the evening's order of the system operator: homes trade with each other alone." };
        var root = new RootCommand("""
            A community for a day: real homes bid over MQTT, the exchange clears, an Ethereum chain settles, a page shows it live.
              dotnet run --project devnet
              dotnet run --project devnet -- --fast --periods 8 --homes 10 --seed 1 --headless --json
              dotnet run --project devnet -- --fast --zones --keep
              dotnet run --project devnet -- --data ../shared/data/hamlet --from 2021-03-20 --keep
              dotnet run --project devnet -- tso
            """)
        {
            periods, homes, seed, speed, fast, data, prices, from, processes, keep, json, headless, port, journal, mechanism, zones, noMsd,
        };
        root.Subcommands.Add(Tso.TsoDemoCommand.Create());
        root.SetAction((parsed, cancellation) => CommunityDemo.RunAsync(
            Checked(new DemoOptions
            {
                Periods = parsed.GetValue(periods),
                Homes = parsed.GetValue(homes),
                Seed = parsed.GetValue(seed),
                Speed = parsed.GetValue(fast) ? null : parsed.GetValue(speed),
                Data = parsed.GetValue(data),
                Prices = parsed.GetValue(prices),
                From = parsed.GetValue(from),
                Processes = parsed.GetValue(processes),
                Keep = parsed.GetValue(keep),
                Json = parsed.GetValue(json),
                Headless = parsed.GetValue(headless),
                Port = parsed.GetValue(port),
                Journal = parsed.GetValue(journal),
                Mechanism = KindOf(parsed.GetValue(mechanism)!),
                Zones = parsed.GetValue(zones),
                Msd = !parsed.GetValue(noMsd),
            }),
            TimeProvider.System,
            cancellation));
        return root;
    }

    private static MechanismKind KindOf(string code) => Mechanisms.TryParse(code, out var kind) ? kind
        : throw new UserErrorException($"--mechanism {code}: it is one of {string.Join(", ", Mechanisms.Codes)}.");

    private static DemoOptions Checked(DemoOptions options)
    {
        void Require(bool holds, string message)
        {
            if (!holds)
            {
                throw new UserErrorException(message);
            }
        }

        Require(options.Periods is >= 1 and <= 35_136, $"--periods {options.Periods}: 1 to 35136 (a year) can be run.");
        Require(options.Homes is null or (>= 1 and <= 1_000), $"--homes {options.Homes}: 1 to 1000 can take part.");
        Require(options.Speed is null or (>= 1 and <= 100_000), $"--speed {options.Speed}: 1 (real time) to 100000; --fast runs flat out.");
        Require(options.Port is >= 0 and <= 65_535, $"--port {options.Port}: 1 to 65535, or 0 for a free one.");
        Require(options.Data is null || Directory.Exists(options.Data), $"--data {options.Data}: there is no such folder.");
        Require(options.Prices is null || File.Exists(options.Prices), $"--prices {options.Prices}: there is no such file.");
        Require(options.Journal is null || !File.Exists(options.Journal), $"--journal {options.Journal}: the file is there already; name a new one.");
        Require(!options.Zones || options.Mechanism == MechanismKind.Uniform, $"--zones --mechanism {options.Mechanism.Code()}: fees and limits between zones go with uniform.");
        return options;
    }
}

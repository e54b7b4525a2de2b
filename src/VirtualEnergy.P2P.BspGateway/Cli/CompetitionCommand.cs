using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.BspGateway.Uftp;

namespace VirtualEnergy.P2P.BspGateway.Cli;

/// <summary><c>competition import|answer|settle</c>: a grid operator's competition from its file to the money.</summary>
internal static class CompetitionCommand
{
    private const decimal MostEurPerMWh = 1_000_000m;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create() => new("competition", "A grid operator's competition for flexibility: areas, service windows, prices for standing ready and for energy.") { Import(), Answer(), Settle() };

    private static Command Import()
    {
        var (file, json) = (FileArgument(), JsonOption());
        var to = new Option<string>("--to") { Description = "The folder that competitions are kept in.", DefaultValueFactory = _ => "competitions", HelpName = "FOLDER" };
        var replace = new Option<bool>("--replace") { Description = "A later version of a competition takes the place of the one that is kept." };
        var command = new Command("import", """
            Check a competition's file, show what it asks for, and keep it under its name.
            Examples: … competition import sardinia.json
                      … competition import sardinia.json --to /var/lib/virtualenergy/competitions --replace --json
            """) { file, to, replace, json };
        command.SetAction(parsed =>
        {
            var (competition, bytes) = Load(parsed.GetValue(file)!);
            var path = Path.Combine(parsed.GetValue(to)!, $"{string.Concat(competition.Id.Select(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' ? character : '_'))}.json");
            if (File.Exists(path) && !CompetitionFile.Load(path).AsSpan().SequenceEqual(bytes) && !parsed.GetValue(replace))
            {
                return GatewayCommands.Fail($"Another version of {competition.Id} is kept as {path}; --replace takes this one.");
            }

            Directory.CreateDirectory(parsed.GetValue(to)!);
            File.WriteAllBytes(path, bytes);
            Write(parsed.GetValue(json), CompetitionReport.Json(competition, path), () => CompetitionReport.Text(competition, path));
            return 0;
        });
        return command;
    }

    private static Command Answer()
    {
        var (file, json) = (FileArgument(), JsonOption());
        var config = new Option<string>("--config") { Description = "The gateway's configuration: what its units are certified for and what their homes ask.", DefaultValueFactory = _ => "bsp.json", HelpName = "FILE" };
        var bidder = new Option<string?>("--bidder") { Description = "Our domain; else Bsp:Uftp:Domain.", HelpName = "DOMAIN" };
        var availability = new Option<decimal>("--availability") { Description = "What we want for a MW that stands ready for an hour, EUR; never more than a window's cap.", DefaultValueFactory = _ => MostEurPerMWh, HelpName = "EUR" };
        var write = new Option<string?>("--out") { Description = "The file for the operator; else it is printed.", HelpName = "FILE" };
        var command = new Command("answer", """
            Bid in a competition what the units behind its congestion points hold through each window at the chosen confidence, at what their homes ask
            with the aggregator's margin. Which unit is behind which congestion point is said by Bsp:Uftp:Points.
            Examples: … competition answer sardinia.json --bidder agr.example.org
                      … competition answer sardinia.json --config bsp.json --availability 9.5 --out bids.json --json
            """) { file, config, bidder, availability, write, json };
        command.SetAction(parsed =>
        {
            var (competition, _) = Load(parsed.GetValue(file)!);
            if (parsed.GetValue(availability) is < 0 or > MostEurPerMWh)
            {
                return GatewayCommands.Fail($"--availability must be 0 to {MostEurPerMWh} EUR for a MW and hour.");
            }

            var path = parsed.GetValue(config)!;
            if (!File.Exists(path))
            {
                return GatewayCommands.Fail($"There is no {path}; name the gateway's configuration with --config.");
            }

            var answer = CompetitionAnswer.Of(competition, Hosting.GatewayConfiguration.Read(GatewayCommands.Configuration(path, [])), (long)(parsed.GetValue(availability) * 1_000_000m));
            var domain = parsed.GetValue(bidder) ?? answer.Domain;
            if (domain is null || !UftpCodec.IsDomain(domain))
            {
                return GatewayCommands.Fail("Who bids? Set Bsp:Uftp:Domain or name a domain with --bidder agr.example.org.");
            }

            var bids = CompetitionFile.WriteBids(competition, domain, answer.Bids);
            if (parsed.GetValue(write) is not { } to)
            {
                Console.WriteLine(System.Text.Encoding.UTF8.GetString(bids));
                return 0;
            }

            File.WriteAllBytes(to, bids);
            Write(parsed.GetValue(json), answer.Json(to), () => answer.Text(to));
            return 0;
        });
        return command;
    }

    private static Command Settle()
    {
        var (file, json) = (FileArgument(), JsonOption());
        var awards = new Option<string>("--awards") { Description = "What was awarded to us, in the form of bids.", Required = true, HelpName = "FILE" };
        var data = new Option<string>("--data") { Description = "The gateway's data folder (Bsp:DataFolder).", Required = true, HelpName = "FOLDER" };
        var config = new Option<string>("--config") { Description = "The gateway's configuration: which unit is behind which congestion point.", DefaultValueFactory = _ => "bsp.json", HelpName = "FILE" };
        var from = new Option<string>("--from") { Description = "The first day, as 2026-07-01.", Required = true, HelpName = "DAY" };
        var until = new Option<string>("--until") { Description = "The last day.", Required = true, HelpName = "DAY" };
        var command = new Command("settle", """
            What each awarded window earned from one day to another: for what was measured to stand ready, at most what was reserved, and for the energy
            that was ordered and delivered.
            Examples: … competition settle sardinia.json --awards awards.json --data data --from 2026-07-01 --until 2026-07-31
                      … competition settle sardinia.json --awards awards.json --data data --from 2026-07-01 --until 2026-07-31 --json
            """) { file, awards, data, config, from, until, json };
        command.SetAction(parsed =>
        {
            var (competition, _) = Load(parsed.GetValue(file)!);
            var awarded = CompetitionFile.ReadBids(CompetitionFile.Load(parsed.GetValue(awards)!), competition, out var problem) ?? throw new InvalidDataException($"{parsed.GetValue(awards)}: {problem}");
            var (first, last) = (Day("--from", parsed.GetValue(from)!), Day("--until", parsed.GetValue(until)!));
            if (last < first || last.DayNumber - first.DayNumber > 400)
            {
                return GatewayCommands.Fail("--until must not come before --from, nor more than 400 days after it.");
            }

            if (!File.Exists(parsed.GetValue(config)!))
            {
                return GatewayCommands.Fail($"There is no {parsed.GetValue(config)}; name the gateway's configuration with --config.");
            }

            var options = Hosting.GatewayConfiguration.Read(GatewayCommands.Configuration(parsed.GetValue(config)!, []));
            var settled = CompetitionSettlement.Of(competition, awarded, options, parsed.GetValue(data)!, first, last);
            Write(parsed.GetValue(json), settled.Json(), settled.Text);
            return 0;
        });
        return command;
    }

    private static Argument<string> FileArgument() => new("COMPETITION.json") { Description = "The competition, in the form that docs/uftp.md shows." };

    private static Option<bool> JsonOption() => new("--json") { Description = "Print JSON." };

    private static (GridCompetition Competition, byte[] Bytes) Load(string path)
    {
        var bytes = CompetitionFile.Load(path);
        return (CompetitionFile.ReadCompetition(bytes, out var problem) ?? throw new InvalidDataException($"{path}: {problem}"), bytes);
    }

    private static DateOnly Day(string option, string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day : throw new InvalidDataException($"{option} is '{text}'; it must be a day like 2026-07-01.");

    private static void Write(bool asJson, object json, Func<string> text) => Console.WriteLine(asJson ? JsonSerializer.Serialize(json, Json) : text());
}

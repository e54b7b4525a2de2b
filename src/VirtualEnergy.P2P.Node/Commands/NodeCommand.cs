using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Balancing;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Doctor;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.Watching;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve node run</c>: the prosumer node, until it is stopped.</summary>
internal static class NodeCommand
{
    private const int MostInstantDigits = 32;

    private const string Name = "run";

    /// <summary>
    /// So long a command that is told to stop has to leave things in order. What runs until it is stopped says goodbye first: a node sets its devices free, each of which may take
    /// ten seconds to answer, and a role of a curve market takes its bid out.
    /// </summary>
    public static TimeSpan LeavesWithin(ParseResult parsed) => TimeSpan.FromSeconds(RunsUntilStopped(parsed.CommandResult.Command) ? 20 : 2);

    public static Command Create()
    {
        var config = new Option<string>("--config") { Description = "The home's configuration file.", Required = true };
        var untilInputCloses = new Option<bool>("--until-input-closes") { Description = "Also stop when standard input closes: for a supervisor that must not leave nodes behind." };
        var marketTime = new Option<long?>("--market-time") { Description = "The market's time is simulated and begins here, unix ms; lines of standard input, each an instant, move it on. For flexibility in simulations; with --until-input-closes.", HelpName = "MS" };
        var challenge = new Option<bool>("--challenge") { Description = "Prove on the chain, by the wallet's key, what is false in a round; roll back, and leave. The key needs some ether." };
        var pair = new Option<bool>("--pair") { Description = "Show a code for pairing one device that speaks S2, good for five minutes; needs s2 in the configuration." };
        var run = new Command(Name, """
            Take part in the market: bid for the home, obey the results, send what the meter reads.
              {
                "broker": "mqtt://192.168.1.10:1883",
                "wallet": "anna.json", "passwordFile": "anna.password",
                "rpc": "http://192.168.1.10:8545", "contract": "0x5FbDB2315678afecb367f032d93F642f64180aa3",   // for ve funds and audits
                "exchange": "http://192.168.1.10:8080", "receipts": "anna.receipts",
                "household": { "data": "my-home", "name": "anna" },
                "meterWallet": "meter.json", "meterPasswordFile": "meter.password",
                "supplier": { "importMicroEurPerKWh": 280000, "exportMicroEurPerKWh": 90000 },
                "preferences": { "greenMicroEurPerKWh": 10000, "localMicroEurPerKWh": 5000 }, "tellsSuggestions": true,
                "equipment": { "appliances": [ { "name": "dishwasher", "runs": [ { "loaded": "13:30", "ready": "19:00" } ] } ], "cars": [ { "capacityWattHours": 50000, "chargeWatts": 7400,
                    "journeys": [ { "days": ["monday", "friday"], "leaves": "07:30", "back": "17:15", "wattHours": 9000 } ] } ] },
                "homeBroker": { "address": "mqtt://homeassistant.local", "user": "ve", "passwordFile": "mqtt.password" }, "memory": "anna.memory",
                "flexibility": { "bsp": "0x3c44…93bc", "up": true, "down": true, "minimumPriceMicroEurPerKWh": 150000, "book": "anna.flexibility" },
                "devices": { "sunSpec": [ { "name": "roof", "host": "192.168.1.20" } ], "zigbee2Mqtt": "zigbee2mqtt" },
                "s2": { "listen": "0.0.0.0:8443", "host": "192.168.1.5" }
              }
            The agent plans plant, battery, appliances, cars, heat pumps and water heaters over five days (docs/planner.md).
            With each bid the exchange is told what the home means to take over five days at which price, in total and never by device: from that it tells
            all homes which prices to expect. "tellsPlan": false keeps the plan at home (docs/planner.md says what can be read from it).
            With "tellsSuggestions": true the member's page in the market's viewer says when to start which appliance.
            With rpc, contract and exchange the node audits every settled round (docs/audit.md).
            With flexibility a balancing service provider may order less or more from the grid, at a price (docs/headroom.md; ve flexibility shows it).
            With memory limits, the word for single devices, what the meter counted and what was traded for the running period outlive a restart; ve devices override decides for a device while it runs.
            With a homeBroker it appears in Home Assistant by itself; devices name the real ones that it reads and tells (docs/devices.md).
            With s2 it manages devices that speak S2, and plans and bids with them (docs/flexibility.md).
            Examples: ve node run --config home.json
                      ve node run --config home.json --challenge
                      ve node run --config home.json --pair
            """) { config, challenge, pair, untilInputCloses, marketTime };
        run.SetAction(async (parsed, cancellation) => await RunAsync(
            parsed.GetValue(config)!, parsed.GetValue(challenge), parsed.GetValue(pair), parsed.GetValue(untilInputCloses), MarketTime(parsed.GetValue(marketTime), parsed.GetValue(untilInputCloses)), cancellation).ConfigureAwait(false));
        return new Command("node", "The prosumer node.") { run };
    }

    // The others only ask, and may be waiting for a password or standard input, which nothing but the end of the process interrupts: they have nobody to say goodbye to.
    private static bool RunsUntilStopped(Command command) =>
        command.Parents.Any(parent => (parent.Name, command.Name) is ("node", Name) or ("s2", "manager" or "offer" or "battery") or ("curve", _));

    private static async Task<int> RunAsync(string path, bool challenges, bool pairs, bool untilInputCloses, DrivenTime? marketTime, CancellationToken cancellation)
    {
        var config = HomeConfig.Read(path);
        var broker = config.BrokerAddress();
        var settings = config.Watch();
        if (challenges && settings is null)
        {
            throw new UserErrorException($"--challenge: {path} names no rpc, contract and exchange, so that no round is audited.");
        }

        var community = config.Household.Open();
        var home = config.Plan(community, TimeProvider.System.GetUtcNow());
        using var logging = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(untilInputCloses ? LogLevel.Warning : LogLevel.Information)
            .AddSimpleConsole(console => console.SingleLine = true)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));

        var logger = logging.CreateLogger("node");
        var key = NodeKey.Open(config);
        var time = TimeProvider.System;
        if (challenges)
        {
            await CheckJudgeAsync(settings!, time, logger, cancellation).ConfigureAwait(false);
        }

        var member = key.Address.ToMember();
        using var random = RandomNumberGenerator.Create();
        await using var s2 = await OpenS2Async(config, pairs, path, random, time, logging.CreateLogger("s2"), cancellation).ConfigureAwait(false);
        await using var inHouse = InHouse.Open(config, member, home.Home.Name, time, logging, s2, MemberDoor.Beside(Path.GetFullPath(path)), home.Stores);
        using var flexibility = config.Flexibility is not { } consent ? null : new FlexibilityNode(consent.Open(), key, consent.Book, random, marketTime ?? time, logging.CreateLogger("flexibility"))
        {
            Measured = inHouse.Meter is { } power ? () => Measured(power, time) : null,
            IsPaused = () => inHouse.Controls.Limits.IsPaused,
        };
        var watch = settings is null ? null : new RoundWatch(settings with { Challenges = challenges }, key, time, logging.CreateLogger("audit"));
        try
        {
            var name = config.Community ?? await MarketDiscovery.FindCommunityAsync(broker, member, time, logger, cancellation).ConfigureAwait(false);
            await using var node = new ProsumerNode(broker, name, key, home, config.Supplier.Open(community), time, logger)
            {
                Preferences = config.Preferences?.Open() ?? default,
                MeterKey = config.MeterWallet is { } meter ? NodeKey.OpenWallet(meter, config.MeterPasswordFile) : key,
                TellsPlan = config.TellsPlan,
                TellsSuggestions = config.TellsSuggestions,
                Watch = watch,
                Flexibility = flexibility,
                Controls = inHouse.Controls,
                Senses = inHouse.Sense,
                News = inHouse.Tell,
                Clock = marketTime is null ? time : null,
                Meter = inHouse.Meter is { } counters ? counters.CountAsync : null,
                MeterInBetween = inHouse.Meter is { } counting ? counting.CountThirdAsync : null,
                Trades = config.Memory is { } file ? TradedPeriods.Open(file + ".trades", member, logger) : null,
                Prices = config.Memory is { } kept ? PriceMemory.Open(kept + ".prices", logger) : null,
                History = inHouse.Meter is not null && config.Memory is { } memory ? MeasuredHistory.Open(memory + ".history", logger) : null,
            };
            await inHouse.StartAsync().ConfigureAwait(false);
            StartWatch(watch, logger);
            await node.StartAsync(cancellation).ConfigureAwait(false);
            await (untilInputCloses ? InputClosedAsync(marketTime, cancellation) : Task.Delay(Timeout.InfiniteTimeSpan, cancellation)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopped by its user: a node runs until then, so this is its good end.
        }
        catch (MqttLinkException error)
        {
            throw new UserErrorException(error.Message, error);
        }
        finally
        {
            if (watch is not null)
            {
                await watch.DisposeAsync().ConfigureAwait(false);
            }
        }

        return 0;
    }

    private static async Task<S2House?> OpenS2Async(HomeConfig config, bool pairs, string path, RandomNumberGenerator random, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        if (config.S2 is not { } source)
        {
            return !pairs ? null : throw new UserErrorException($"--pair: {path} has no s2; see ve node run --help.");
        }

        var house = await S2House.StartAsync(source.Open(), random, time, logger, cancellation).ConfigureAwait(false);
        if (pairs)
        {
            var (address, code) = house.IssueCode();
            logger.LogInformation("Pair at {Address} with code {Code}, within five minutes.", address, code);
        }

        return house;
    }

    /// <summary>Who wants fraud proved should hear at once that it could not be. A node that is away is no reason not to start: the watch waits for it.</summary>
    private static async Task CheckJudgeAsync(WatchSettings settings, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        using var client = new JsonRpcClient(settings.Rpc, time, new JsonRpcOptions { KnownErrors = EnergySettlementContract.Errors });
        try
        {
            var finding = await MarketCheck.JudgeAsync(client, new EnergySettlementContract(client, settings.Contract), cancellation).ConfigureAwait(false);
            if (finding.State == FindingState.Fail)
            {
                throw new UserErrorException($"--challenge: {finding.Is}; {finding.Advice}.");
            }
        }
        catch (EthereumTransportException away)
        {
            logger.LogWarning("The judge was not looked at: {Why}", away.Message);
        }
    }

    // A meter that is silent for longer than a minute says nothing any more of what flows.
    private static (long Watts, TelemetryQuality Quality)? Measured(GridMeter meter, TimeProvider time) =>
        meter.Power() is not { } power ? (0, TelemetryQuality.Invalid)
        : (time.GetUtcNow() - power.At) is var age && age > GridMeter.MostAge ? (power.Watts, TelemetryQuality.Invalid)
        : (power.Watts, age > TimeSpan.FromSeconds(8) ? TelemetryQuality.Stale : TelemetryQuality.Measured);

    private static void StartWatch(RoundWatch? watch, ILogger logger)
    {
        if (watch is null)
        {
            logger.LogInformation("Rounds are not audited: the configuration names no rpc, contract and exchange.");
        }

        watch?.Start();
    }

    private static DrivenTime? MarketTime(long? begin, bool untilInputCloses) => begin is not { } at ? null
        : !untilInputCloses ? throw new UserErrorException("--market-time: standard input moves it on; say --until-input-closes as well.")
        : new DrivenTime(Instant(at) ?? throw new UserErrorException($"--market-time {at}: unix ms of an instant up to the year 9999."));

    private static DateTimeOffset? Instant(long ms) => ms is >= 0 and < 253_402_300_800_000 ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;

    // Whatever else comes in is passed over, and a line never takes more than its first digits.
    private static async Task InputClosedAsync(DrivenTime? marketTime, CancellationToken cancellation)
    {
        using var input = Console.OpenStandardInput();
        var (scrap, line) = (new byte[4_096], new StringBuilder());
        while (await input.ReadAsync(scrap, cancellation).ConfigureAwait(false) is var read and > 0)
        {
            foreach (var letter in scrap.AsSpan(0, marketTime is null ? 0 : read))
            {
                if (letter != '\n')
                {
                    line.Append(line.Length < MostInstantDigits ? ((char)letter).ToString() : "");
                    continue;
                }

                if (long.TryParse(line.ToString().AsSpan().TrimEnd('\r'), NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && Instant(ms) is { } instant)
                {
                    marketTime!.AdvanceTo(instant);
                }

                line.Clear();
            }
        }
    }
}

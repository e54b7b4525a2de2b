using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.CurveRoles;
using VirtualEnergy.P2P.Node.Curves;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve curve</c>: the roles of a curve market over a broker, each until it is stopped.</summary>
internal static class CurveRolesCommand
{
    private const string DefaultCommunity = "hamlet";

    private static readonly Option<string> Broker = new("--broker") { Description = "The cluster's broker.", DefaultValueFactory = _ => "mqtt://127.0.0.1:1883" };
    private static readonly Option<string?> Community = new("--community") { Description = "Its name; else the one market that the broker serves." };
    private static readonly Option<string?> Wallet = new("--wallet") { Description = $"File of this node's key (ve wallet new makes one). Else {NodeKey.KeyVariable}." };
    private static readonly Option<string?> PasswordFile = new("--password-file") { Description = $"Its first line is the wallet's password. Else {NodeKey.PasswordVariable}, or you are asked." };
    private static readonly Option<string?> BrokerPasswordFile = new("--broker-password-file") { Description = "Its first line is the broker's password for this node's address, where the broker checks passwords." };
    private static readonly Option<bool> Json = new("--json") { Description = "Print each event as a JSON object in a line." };
    private static readonly Option<string?> Parent = new("--parent") { Description = "Address of the auctioneer or concentrator above; else the community's one auctioneer." };
    private static readonly Option<int> Interval = new("--interval") { Description = "Least ms between two prices, or two sums sent up.", DefaultValueFactory = _ => 1_000 };
    private static readonly Option<int> AgentInterval = new("--agent-interval") { Description = "Least ms between two bids of one agent that are looked at; of those in between the latest counts.", DefaultValueFactory = _ => 500 };
    private static readonly Option<string?> Allow = new("--allow") { Description = "File of the addresses that may bid, one a line; else everyone may." };
    private static readonly Option<decimal?> SetPoint = new("--set-point") { Description = "What the cluster is to take, W: + draws, - feeds in." };
    private static readonly Option<string?> Schedule = new("--schedule") { Description = "File of set-points, a line each: 2026-11-23T10:00:00Z;-5000 from then on." };
    private static readonly Option<int> Lead = new("--lead") { Description = "Seconds before a period begins at which its curve is bid.", DefaultValueFactory = _ => 5 };

    public static Command Create() => new("curve", "A market of demand curves over a broker: take one of its roles.") { Auctioneer(), Concentrator(), Agent(), Objective() };

    private static Command Auctioneer()
    {
        var listen = new Option<int?>("--listen") { Description = "Be the broker too, on this port of 127.0.0.1 (0: a free one)." };
        var steps = new Option<int>("--price-steps") { Description = "The number of prices.", DefaultValueFactory = _ => 101 };
        var minimum = new Option<decimal>("--minimum-price") { Description = "EUR/kWh.", DefaultValueFactory = _ => 0m };
        var maximum = new Option<decimal>("--maximum-price") { Description = "EUR/kWh.", DefaultValueFactory = _ => 0.5m };
        var period = new Option<int>("--period") { Description = "Seconds; a whole part of an hour.", DefaultValueFactory = _ => 900 };
        var lifetime = new Option<int>("--bid-lifetime") { Description = "Seconds for which a bid counts.", DefaultValueFactory = _ => 300 };
        var command = new Command("auctioneer", """
            Be the top of a cluster: find the price of all demand curves as they change, and answer every bid with it. When a
            period begins, share out whole Wh by the bids that count then.
            With --set-point or --schedule the cluster as a whole takes that much (a virtual power plant); else it balances itself.
            Example: ve curve auctioneer --listen 1883 --wallet auctioneer.json
            """) { Broker, listen, Community, Wallet, PasswordFile, BrokerPasswordFile, steps, minimum, maximum, period, lifetime, Interval, AgentInterval, Allow, SetPoint, Schedule, Json };
        command.SetAction((parsed, cancellation) => RunAsync(async (time, logging, stop) =>
        {
            var key = Key(parsed);
            var seconds = parsed.GetValue(period) is > 0 and <= 3600 and var length && 3600 % length == 0
                ? length : throw new UserErrorException($"--period {parsed.GetValue(period)}: a whole part of an hour, as 900.");
            var terms = new ClusterTerms
            {
                Basis = Basis(parsed.GetValue(steps), parsed.GetValue(minimum), parsed.GetValue(maximum)),
                PeriodSeconds = seconds,
                BidLifetime = 1_000L * Within("--bid-lifetime", parsed.GetValue(lifetime), 1, 86_400),
            };
            terms = terms with { Objective = ObjectiveOf(parsed, terms) };
            var options = Options(parsed);
            using var random = RandomNumberGenerator.Create();
            await using var own = parsed.GetValue(listen) is { } port
                ? await OwnBrokerAsync(Within("--listen", port, 0, 65_535), parsed.GetValue(Community) ?? DefaultCommunity, random, logging).ConfigureAwait(false) : null;
            var broker = own?.Address ?? Address(parsed);
            var community = parsed.GetValue(Community) ?? (own is null ? await ClusterDiscovery.CommunityAsync(broker, key.Address.ToMember(), time, logging, stop).ConfigureAwait(false) : DefaultCommunity);
            var link = new RoleLink { Broker = broker, Community = community, Key = key, Password = BrokerPassword(parsed) };
            if (own is not null)
            {
                logging.LogInformation("Others reach this cluster at {Broker}.", broker);
            }

            await using var node = new AuctioneerNode(link, terms, options, Report(parsed), time, logging);
            await node.StartAsync(stop).ConfigureAwait(false);
            await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(false);
        }, cancellation));
        return command;
    }

    private static Command Concentrator()
    {
        var floor = new Option<decimal?>("--floor") { Description = "Peak shaving: the least flow, W; - when the cluster may feed in." };
        var ceiling = new Option<decimal?>("--ceiling") { Description = "Peak shaving: the most flow, W." };
        var flow = new Option<bool>("--measured-flow") { Description = "Peak shaving: read the flow at the cable from standard input, a line of W each time it is measured." };
        var settling = new Option<int>("--settling") { Description = "Seconds that devices take to follow a price, before a measurement counts against it.", DefaultValueFactory = _ => 30 };
        var command = new Command("concentrator", """
            Stand for agents towards the level above: send the sum of their curves up, pass prices and allocations down.
            Agents (and other concentrators) bid at this node's address as their --parent.
            With --floor or --ceiling it keeps the flow of its agents within bounds.
            Example: ve curve concentrator --broker mqtt://192.168.1.10:1883 --wallet street.json --ceiling 50000
            """) { Broker, Community, Wallet, PasswordFile, BrokerPasswordFile, Parent, Interval, AgentInterval, Allow, floor, ceiling, flow, settling, Json };
        command.SetAction((parsed, cancellation) => RunAsync(async (time, logging, stop) =>
        {
            var shaving = FlowBounds.Of(parsed.GetValue(floor), parsed.GetValue(ceiling)) is { } bounds ? new PeakShaving(bounds.Floor, bounds.Ceiling) : null;
            if (shaving is null && parsed.GetValue(flow))
            {
                throw new UserErrorException(FlowBounds.NothingToMeasureAgainst);
            }

            var options = Options(parsed);
            var delay = 1_000L * Within("--settling", parsed.GetValue(settling), 0, 3_600);
            var (link, parent) = await FindAsync(parsed, time, logging, stop).ConfigureAwait(false);
            await using var node = new ConcentratorNode(link, parent, options, shaving, delay, Report(parsed), time, logging);
            await node.StartAsync(stop).ConfigureAwait(false);
            await (parsed.GetValue(flow) ? MeasureAsync(node, logging, stop) : Task.Delay(Timeout.InfiniteTimeSpan, stop)).ConfigureAwait(false);
        }, cancellation));
        return command;
    }

    private static Command Agent()
    {
        var curve = new Option<string?>("--curve") { Description = "File of the device's curve: [W, W, ...] for each price, or {\"points\":[[EUR/kWh, W], ...]}; + consumption, - production." };
        var bid = new Option<string?>("--bid") { Description = "File of a home's bid: {\"buy\":[[uEUR/kWh, Wh], ...],\"sell\":[...]}; its energy is taken as constant power." };
        var home = new Option<string?>("--home") { Description = "A home's configuration, as ve node run takes it: its devices make the curves and run by what is allocated. Broker, community and wallet are the file's unless stated here." };
        var command = new Command("agent", """
            Bid a demand curve for a device or a home, and tell each price that answers the latest bid and what is allocated in
            each period. A home's devices run by that, and its next curve starts from the state that follows.
              {"points":[[0.10,2000],[0.30,0]]}
            Examples: ve curve agent --wallet anna.json --curve heat-pump.json
                      ve curve agent --home home.json
            """) { Broker, Community, Wallet, PasswordFile, BrokerPasswordFile, Parent, curve, bid, home, Lead, Json };
        command.SetAction((parsed, cancellation) => RunAsync(async (time, logging, stop) =>
        {
            var report = Report(parsed);
            var config = parsed.GetValue(home) is { } file ? HomeConfig.Read(file) : null;
            (Func<CurveMarketMessage, Period, DemandCurve> Source, Action<NumberedAllocation>? Allocated) agent = (parsed.GetValue(curve), parsed.GetValue(bid), config) switch
            {
                ({ } path, null, null) when RoleFiles.Curve(path) is var read => ((market, _) => read(market.Basis), null),
                (null, { } path, null) when RoleFiles.Bid(path) is var read => ((market, _) => read(market.Basis, market.PeriodSeconds), null),
                (null, null, { } known) when HomeOf(known, report, logging) is var devices => (devices.CurveIn, devices.Take),
                _ => throw new UserErrorException("ve curve agent: state one of --curve, --bid and --home."),
            };
            await RunAgentAsync(parsed, "agent", agent.Source, report, time, logging, stop, config, agent.Allocated).ConfigureAwait(false);
        }, cancellation));
        return command;
    }

    private static Command Objective()
    {
        var command = new Command("objective", """
            Make a cluster as a whole follow an aim: a set-point, or a schedule of them. It bids the aim's negative like any other
            agent, so the others come to the aim, and what it is allocated is what the cluster delivers.
            Example: ve curve objective --wallet plant.json --set-point -20000
            """) { Broker, Community, Wallet, PasswordFile, BrokerPasswordFile, Parent, SetPoint, Schedule, Lead, Json };
        command.SetAction((parsed, cancellation) => RunAsync(async (time, logging, stop) =>
        {
            var aim = AimOf(parsed) ?? throw new UserErrorException("ve curve objective: state a --set-point or a --schedule.");
            await RunAgentAsync(
                parsed, "objective", (market, period) => DemandCurve.Flat(market.Basis, -aim(StartOf(period, market.PeriodSeconds))), Report(parsed), time, logging, stop).ConfigureAwait(false);
        }, cancellation));
        return command;
    }

    private static async Task RunAgentAsync(
        ParseResult parsed, string role, Func<CurveMarketMessage, Period, DemandCurve> source, IProgress<RoleEvent> report, TimeProvider time, ILogger logging,
        CancellationToken stop, HomeConfig? home = null, Action<NumberedAllocation>? allocated = null)
    {
        var lead = 1_000L * Within("--lead", parsed.GetValue(Lead), 0, home is null ? 3_600 : CurveHome.MostLead);
        var (link, parent) = await FindAsync(parsed, time, logging, stop, home).ConfigureAwait(false);
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // A curve that does not fit the market is the user's to put right, whenever it shows.
        await using var node = new AgentNode(link, role, parent, (market, period) =>
        {
            try
            {
                return source(market, period);
            }
            catch (UserErrorException error)
            {
                failed.TrySetException(error);
                throw;
            }
        }, lead, report, time, logging)
        {
            Allocated = allocated,
        };
        await node.StartAsync(stop).ConfigureAwait(false);
        await failed.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    private static async Task<int> RunAsync(Func<TimeProvider, ILogger, CancellationToken, Task> role, CancellationToken cancellation)
    {
        using var logging = LoggerFactory.Create(builder => builder
            .AddSimpleConsole(console => console.SingleLine = true)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        try
        {
            await role(TimeProvider.System, logging.CreateLogger("curve"), cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopped by its user: a role runs until then, so this is its good end.
        }
        catch (Exception error) when (error is MqttLinkException or BrokerException)
        {
            throw new UserErrorException(error.Message, error);
        }

        return 0;
    }

    private static CurveHome HomeOf(HomeConfig config, IProgress<RoleEvent> report, ILogger logging)
    {
        if (config.Preferences is not null)
        {
            logging.LogWarning("A curve market knows no origin of energy: the home's preferences count for nothing here.");
        }

        var community = config.Household.Open();
        return new CurveHome(config.Plan(community, TimeProvider.System.GetUtcNow()), config.Supplier.Open(community), report, logging);
    }

    /// <param name="home">Says broker, community and wallet where the command line does not.</param>
    private static async Task<(RoleLink Link, MemberId Parent)> FindAsync(
        ParseResult parsed, TimeProvider time, ILogger logging, CancellationToken stop, HomeConfig? home = null)
    {
        var named = parsed.GetValue(Parent)?.ToLowerInvariant();
        if (named is not null && !Topics.IsMemberAddress(named))
        {
            throw new UserErrorException($"--parent {named}: an address is 0x and 40 hexadecimal digits.");
        }

        var key = parsed.GetValue(Wallet) is null && home is not null ? NodeKey.Open(home.Wallet, parsed.GetValue(PasswordFile) ?? home.PasswordFile) : Key(parsed);
        var broker = home is not null && parsed.GetResult(Broker)?.Implicit != false ? home.BrokerAddress() : Address(parsed);
        var community = parsed.GetValue(Community) ?? home?.Community ?? await ClusterDiscovery.CommunityAsync(broker, key.Address.ToMember(), time, logging, stop).ConfigureAwait(false);
        var link = new RoleLink { Broker = broker, Community = community, Key = key, Password = BrokerPassword(parsed) };
        return (link, named is not null ? new MemberId(named) : await ClusterDiscovery.AuctioneerAsync(link, time, logging, stop).ConfigureAwait(false));
    }

    private static async Task<EmbeddedBroker> OwnBrokerAsync(int port, string community, RandomNumberGenerator random, ILogger logging)
    {
        // No exchange connects here: its password is one that nobody knows.
        var password = new byte[16];
        random.GetBytes(password);
        var broker = new EmbeddedBroker(new EmbeddedBrokerOptions { Community = community, Port = port, ExchangePassword = Convert.ToHexString(password) }, logging);
        await broker.StartAsync().ConfigureAwait(false);
        return broker;
    }

    private static async Task MeasureAsync(ConcentratorNode node, ILogger logging, CancellationToken stop)
    {
        // The console's reader blocks whatever it is asked, and would keep the command from ending while no line comes.
        while (await Task.Run(NextLine, stop).WaitAsync(stop).ConfigureAwait(false) is { } line)
        {
            if (decimal.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out var watts) && Math.Abs(watts) <= 1_000_000_000)
            {
                node.Measured(FlowBounds.Watts("standard input", watts));
            }
            else
            {
                logging.LogWarning("Not a flow in W, and ignored: {Line}", line.Length > 64 ? line[..64] : line);
            }
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(false);
    }

    private static string? NextLine() => Console.In.ReadLine();

    private static ObjectiveAgent? ObjectiveOf(ParseResult parsed, ClusterTerms terms) =>
        AimOf(parsed) is not { } aim ? null
        : parsed.GetValue(Schedule) is null ? ObjectiveAgent.SetPoint(terms.Basis, aim(default))
        : ObjectiveAgent.Following(terms.Basis, period => aim(StartOf(period, terms.PeriodSeconds)));

    /// <summary>The aim at an instant; null where none was stated.</summary>
    private static Func<DateTimeOffset, Demand>? AimOf(ParseResult parsed)
    {
        switch (parsed.GetValue(SetPoint), parsed.GetValue(Schedule))
        {
            case (null, null):
                return null;
            case ({ } watts, null):
                var always = FlowBounds.Watts("--set-point", watts);
                return _ => always;
            case (null, { } path):
                var points = RoleFiles.Schedule(path);
                return at => points.LastOrDefault(point => point.From <= at).SetPoint;
            default:
                throw new UserErrorException("--set-point and --schedule: state one of them.");
        }
    }

    private static DateTimeOffset StartOf(Period period, int seconds) => DateTimeOffset.FromUnixTimeSeconds(period.Index * seconds);

    private static MarketBasis Basis(int steps, decimal minimum, decimal maximum)
    {
        if (steps is < 1 or > WireFormat.MaxCurveSteps)
        {
            throw new UserErrorException($"--price-steps {steps}: 1 to {WireFormat.MaxCurveSteps}.");
        }

        var (low, high) = (Micro("--minimum-price", minimum), Micro("--maximum-price", maximum));
        return high - low >= Math.Max(1, steps - 1)
            ? MarketBasis.Create(steps, low, high)
            : throw new UserErrorException($"--maximum-price {maximum}: is to be above --minimum-price {minimum}, by 0.000001 for each step at least.");
    }

    private static long Micro(string option, decimal euro) =>
        Math.Abs(euro) <= 1_000_000 ? (long)decimal.Round(euro * 1_000_000, MidpointRounding.AwayFromZero) : throw new UserErrorException($"{option} {euro}: EUR/kWh, as 0.25.");

    private static MatcherOptions Options(ParseResult parsed) => new()
    {
        Interval = Within("--interval", parsed.GetValue(Interval), 0, 3_600_000),
        AgentInterval = Within("--agent-interval", parsed.GetValue(AgentInterval), 0, 3_600_000),
        Whitelist = parsed.GetValue(Allow) is { } path ? RoleFiles.Whitelist(path) : null,
    };

    private static int Within(string option, int value, int least, int most) =>
        value >= least && value <= most ? value : throw new UserErrorException($"{option} {value}: {least} to {most}.");

    private static Settlement.Ethereum.EthereumKey Key(ParseResult parsed) => NodeKey.Open(parsed.GetValue(Wallet), parsed.GetValue(PasswordFile));

    private static string? BrokerPassword(ParseResult parsed) => parsed.GetValue(BrokerPasswordFile) is { } path ? NodeKey.Password(path) : null;

    private static RoleReport Report(ParseResult parsed) => new(Console.Out, parsed.GetValue(Json));

    private static BrokerAddress Address(ParseResult parsed) => BrokerAddress.TryParse(parsed.GetValue(Broker), out var address)
        ? address : throw new UserErrorException($"--broker {parsed.GetValue(Broker)}: write mqtt://host:1883, or mqtts://host:8883 for TLS.");
}

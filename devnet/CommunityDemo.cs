using System.Collections.Immutable;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Devnet.PowerPlant;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Households;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Devnet;

/// <summary>The whole community on one machine: chain, exchange, homes; then the summary. Everything that was started is stopped.</summary>
internal static class CommunityDemo
{
    /// <summary>128 + SIGINT: what a shell expects of a program that Ctrl-C ended.</summary>
    private const int Interrupted = 130;

    /// <summary>Generated homes have lived so many days before the first round: from these they forecast.</summary>
    private const int HistoryDays = 4;

    /// <summary>And they look three days beyond the last.</summary>
    private const int DaysBeyond = 3;

    /// <returns>0 when every round was settled, 1 when not, 130 after Ctrl-C.</returns>
    public static async Task<int> RunAsync(DemoOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var report = new DemoReport(options, time);
        try
        {
            return await RunAsync(options, report, time, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            report.Say("Stopped.");
            return Interrupted;
        }
        catch (Exception failure) when (failure is AnvilStartException or ExchangeStartException or GatewayStartException or SettlementStoppedException)
        {
            throw new UserErrorException(failure.Message, failure);
        }
    }

    private static async Task<int> RunAsync(DemoOptions options, DemoReport report, TimeProvider time, CancellationToken cancellation)
    {
        var config = CommunityConfig.Read();
        var (source, supplier) = (SourceOf(options), config.Supplier with { Prices = options.Prices });
        var community = source.Open();
        var tariff = supplier.Open(community);
        var first = FirstDayOf(options) is { } day ? PeriodGrid.QuarterHour.At(ItalianTime.Midnight(day)) : community.First;
        ImmutableArray<Home> homes = [.. community.Households.Zip(source.PlanAll(community), (household, plan) => (household, plan))
            .Select((home, i) => new Home(home.household, home.plan, DevnetChain.HomeKey(options.Seed, i)))];
        report.Community(community, homes.Length, first);

        var plan = new PowerPlantPlan(DateOnly.FromDateTime(ItalianTime.Local(PeriodGrid.QuarterHour.StartOf(first))), PowerPlantProfile.Read());
        var whyNot = plan.WhyNot(options, first);
        var able = whyNot is null ? PowerPlantDemo.Able(homes) : [];
        whyNot ??= able.IsEmpty ? "Left out: no home has a battery." : null;

        using var work = new WorkFolder(options.Journal);
        var accounts = AccountsOf(options);
        Address[] registered = [.. new[] { accounts.GridOperator, accounts.Community }.OfType<MemberId>().Select(account => Address.Parse(account.Value))];
        var rules = RulesOf(options, config, accounts, homes);
        await using var chain = await DevnetChain.StartAsync([.. homes.Select(home => home.Key.Address)], registered, first.Previous, rules, config.Deposit, time, cancellation);
        report.Chain(chain);

        await using var plant = whyNot is null ? new PowerPlantDemo(plan, able, options, report) : null;
        await using var exchange = await ExchangeHost.StartAsync(ExchangeOptionsOf(options, config, chain, rules, homes, tariff, work, report, plant), time, cancellation);
        if (plant is not null)
        {
            await plant.StartAsync(config.Name, exchange, chain, work.GatewayFolder, cancellation);
        }

        report.Exchange(new Uri(exchange.ViewerAddress), exchange.Broker, plant?.Address);

        var preferences = options.Zones ? config.Zones.Preferences : null;
        await using IAsyncDisposable nodes = options.Processes
            ? HomesInProcesses.Start(homes, new HomeConfig
            {
                Broker = exchange.Broker.ToString(), Community = config.Name, Household = source, Supplier = supplier, Preferences = preferences, TellsSuggestions = true,
            }, plant)
            : await HomesInProcess.StartAsync(homes, config.Name, exchange.Broker, tariff, preferences?.Open() ?? default, report, time, plant, cancellation);

        await exchange.Completion.WaitAsync(cancellation);
        var summary = exchange.Summary();
        var (msd, whyNoMsd) = plant is null ? (null, whyNot) : await plant.SummaryAsync(cancellation);
        report.Summary(summary, await chain.EscrowAsync(cancellation), exchange.ChainId, chain.Contract.Address, msd, whyNoMsd);
        if (options.Keep)
        {
            report.Say($"The viewer stays at {exchange.ViewerAddress}; Ctrl-C ends it.");
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation);
        }

        return summary.SettledRounds == options.Periods ? 0 : 1;
    }

    /// <summary>A mechanism may take in more than sellers get, a full line earns congestion rent, and zones have fees.</summary>
    private static MoneyAccounts AccountsOf(DemoOptions options) => new(
        options.Zones ? DevnetChain.GridAccount(options.Seed).ToMember() : null,
        options.Zones || options.Mechanism.TakesMoneyIn() ? DevnetChain.CommunityAccount(options.Seed).ToMember() : null);

    private static HouseholdSource SourceOf(DemoOptions options) => new()
    {
        Data = options.Data is null ? null : Path.GetFullPath(options.Data),
        Homes = options.Homes ?? (options.Data is null ? 20 : null),
        Seed = options.Seed,
        FirstDay = options.Data is null ? FirstDayOf(options)?.AddDays(-HistoryDays) : null,
        Days = Math.Min(366, HistoryDays + (options.Periods + 95) / 96 + DaysBeyond),

        // Nothing is added to a user's own data.
        Equipped = options.Data is null || !OwnCsvDataset.Recognises(options.Data),
    };

    private static DateOnly? FirstDayOf(DemoOptions options) => options.From ?? (options.Data is null ? GeneratedCommunity.DefaultFirstDay : null);

    private static MarketRules RulesOf(DemoOptions options, CommunityConfig config, MoneyAccounts accounts, ImmutableArray<Home> homes) => MarketRules.Default with
    {
        Mechanism = options.Mechanism,
        Accounts = accounts,
        Network = options.Zones ? config.Zones.Network(homes.Select(home => home.Household.Zone)) : ZoneNetwork.CopperPlate,
    };

    private static ExchangeOptions ExchangeOptionsOf(
        DemoOptions options, CommunityConfig config, DevnetChain chain, MarketRules rules, ImmutableArray<Home> homes, SupplierTariff tariff, WorkFolder work, DemoReport report,
        PowerPlantDemo? plant) => new()
    {
        Community = config.Name,
        Rpc = chain.Rpc,
        Contract = chain.Contract.Address,
        Key = DevAccounts.Settler,
        JournalPath = work.JournalPath,
        Members =
        [
            .. homes.Select(home => new Member(
                home.Key.Address.ToMember(), home.Household.Name, home.Household.Zone, home.Plan.Home.ConnectionWatts)
            {
                IsGreen = home.Household.Profile.Photovoltaics is not null,
            }),
        ],
        Rules = rules,
        Tariff = tariff,
        Gate = new LockstepGateOptions
        {
            MinimumPace = options.Speed is { } speed ? TimeSpan.FromSeconds(PeriodGrid.QuarterHour.LengthSeconds / speed) : TimeSpan.Zero,
            Timeout = TimeSpan.FromSeconds(120),
            WhileOpen = plant is null ? null : plant.WhileOpenAsync,
        },
        Url = $"http://127.0.0.1:{options.Port}",
        PowerPlant = () => plant?.Address,
        Rounds = options.Periods,
        MeteringGrace = TimeSpan.FromSeconds(60), // on a busy machine the last readings take their time
        Progress = report,
    };
}

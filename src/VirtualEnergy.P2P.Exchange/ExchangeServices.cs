using Microsoft.Extensions.Hosting;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Api;
using VirtualEnergy.P2P.Exchange.Funds;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Live;
using VirtualEnergy.P2P.Exchange.Metering;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Exchange;

/// <summary>Which parts an exchange is made of, and in which order they start.</summary>
internal static class ExchangeServices
{
    public static void AddExchange(this IServiceCollection services, ExchangeOptions options, ExchangeParts parts, TimeProvider time)
    {
        services.AddSingleton(options).AddSingleton(time).AddSingleton(options.Rules);
        services.AddSingleton(_ => parts.Journal).AddSingleton(_ => parts.Client).AddSingleton(_ => parts.RpcClient).AddSingleton(_ => parts.Contract).AddSingleton(parts.Plan);
        services.AddSingleton(new Topics(options.Community)).AddSingleton(new MarketDomain(parts.Chain.ChainId, options.Contract));
        services.AddSingleton(options.Key);
        services.AddSingleton(new MarketDescription(
            options.Community, parts.Chain.ChainId, options.Contract.ToString(), options.Key.Address.ToString(), options.Rules));

        services.AddSingleton(new MemberDirectory(options.Members)).AddSingleton<OpenRound>().AddSingleton<RoundHistory>().AddSingleton<ClearedRounds>();
        services.AddSingleton<FundsLedger>().AddSingleton<CommunityAccounts>().AddSingleton(new DeviationBook(options.SettlesDeviations)).AddSingleton<AwaitedReadings>().AddSingleton(new ReadingLimits(options.Rules.Grid));
        services.AddSingleton(new ChainStatus(parts.Chain.ChainId) { Block = parts.Chain.Block, Stopped = parts.Stopped, LastFinal = parts.LastFinal });
        services.AddSingleton(provider => new MessageRate(
            provider.GetRequiredService<MemberDirectory>(), options.MessagesPerMemberAndSecond, time));
        services.AddSingleton(GateOf(options, time));

        services.AddSingleton<MandateBook>().AddSingleton<FundsWatch>().AddSingleton<MandateDesk>().AddSingleton<MandateIntake>().AddSingleton<ChainHistory>().AddSingleton<MemberFunds>();
        services.AddSingleton<AdmissionDesk>().AddSingleton<ReservationDesk>().AddSingleton<ReservationIntake>().AddSingleton<ReadingReceipts>().AddSingleton<MeterDesk>().AddSingleton<DisputeDesk>().AddSingleton<PlanBook>().AddSingleton<PlanDesk>().AddSingleton<BalanceDesk>().AddSingleton<SuggestionDesk>().AddSingleton<RealTimePricing>().AddSingleton<RoundSeeds>().AddSingleton<JournalReplay>().AddSingleton<ExchangeLink>();
        services.AddSingleton(parts.Calls).AddSingleton(parts.Calls.Cadence).AddSingleton(parts.Outbox).AddSingleton(parts.Partwise).AddSingleton(parts.MeteredOutbox).AddSingleton(parts.Settler);
        services.AddSingleton<MeteredSettler>().AddSingleton<DeviationDesk>();
        services.AddSingleton(new EscrowHistory(parts.Client, options.Contract)).AddSingleton<Statements>();
        services.AddSingleton(provider => LinkOf(options, parts, time, provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<MarketViews>().AddSingleton<LiveFeed>();

        // Stopped in the opposite order: the clock first, the publisher last.
        services.AddStarted<MarketPublisher>().AddStarted<BidIntake>().AddStarted<SettlementWorker>().AddStarted<DemandAnswers>().AddStarted<DeviationClock>().AddStarted<RoundClock>();
        services.AddOpenApi().AddProblemDetails().AddSignalR();
    }

    public static void AddExchangeLogging(this WebApplicationBuilder builder, string log)
    {
        builder.Logging.ClearProviders();
        if (log == "json")
        {
            builder.Logging.AddJsonConsole(console => console.UseUtcTimestamp = true);
        }
        else if (log == "text")
        {
            builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        }

        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
    }

    private static IServiceCollection AddStarted<T>(this IServiceCollection services)
        where T : class, IHostedService =>
        services.AddSingleton<T>().AddHostedService(provider => provider.GetRequiredService<T>());

    private static IGate GateOf(ExchangeOptions options, TimeProvider time) => options.Gate switch
    {
        ClockGateOptions clock => new ClockGate(clock, options.Rules.Grid, time),
        LockstepGateOptions lockstep => new LockstepGate(lockstep, time),
        var other => throw new ExchangeStartException($"There is no gate for {other.GetType().Name}."),
    };

    private static MqttLink LinkOf(ExchangeOptions options, ExchangeParts parts, TimeProvider time, ILoggerFactory logging) => new(
        new MqttLinkOptions
        {
            Broker = parts.BrokerAddress,
            ClientId = $"exchange-{options.Key.Address}",
            User = options.Broker.User,
            Password = parts.BrokerPassword,
        },
        time,
        logging.CreateLogger<MqttLink>());
}

using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange;

/// <summary>What must work before the exchange is put together: the chain, the journal and the embedded broker.</summary>
internal sealed class ExchangeParts : IAsyncDisposable
{
    private readonly ChainClient _client;

    private ExchangeParts(ChainClient client, JsonRpcClient rpcClient, EnergySettlementContract contract) =>
        (_client, RpcClient, Contract) = (client, rpcClient, contract);

    public IEthereumClient Client => _client;

    /// <summary>To the same node, for who asks in batches: those are no part of <see cref="IEthereumClient"/>, so this is ours whatever the other is.</summary>
    public JsonRpcClient RpcClient { get; }

    public EnergySettlementContract Contract { get; }

    public ChainStart Chain { get; private set; } = null!;

    public ExchangeJournal Journal { get; private set; } = null!;

    public RunPlan Plan { get; private set; } = null!;

    public Outbox Outbox { get; private set; } = null!;

    public SettlementCalls Calls { get; private set; } = null!;

    public PartwiseOutbox Partwise { get; private set; } = null!;

    public MeteredOutbox MeteredOutbox { get; private set; } = null!;

    public Settler Settler { get; private set; } = null!;

    /// <summary>The last period of the journal that is settled, as far as both agree.</summary>
    public Period LastSettled { get; private set; }

    /// <summary>The last period whose batch is final.</summary>
    public Period? LastFinal { get; private set; }

    /// <summary>Why nothing can be settled at the start; null where chain and journal agree.</summary>
    public string? Stopped { get; private set; }

    public EmbeddedBroker? EmbeddedBroker { get; private set; }

    public BrokerAddress BrokerAddress { get; private set; } = null!;

    public string? BrokerPassword { get; private set; }

    /// <exception cref="ExchangeStartException">One of them does not work as configured.</exception>
    public static async Task<ExchangeParts> OpenAsync(ExchangeOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var asking = new JsonRpcOptions { KnownErrors = [.. EnergySettlementContract.Errors, .. FraudProofsContract.Errors] };
        var client = new ChainClient(options.Rpc, time, asking);
        var parts = new ExchangeParts(client, new JsonRpcClient(options.Rpc, time, asking), new EnergySettlementContract(client, options.Contract));
        try
        {
            parts.Chain = await ChainStart.CheckAsync(options, client, parts.Contract, cancellation);
            parts.Journal = ExchangeJournal.Open(
                options.JournalPath, new JournalIdentity(options.Community, parts.Chain.ChainId, options.Contract.ToString()), time);
            parts.Plan = await parts.Chain.PlanAsync(options, parts.Journal, parts.Contract, cancellation);
            parts.PutTogether(options, time);
            parts.Stopped = await parts.Settler.CompareAsync(deep: true, cancellation) is OtherChain other ? other.Why : null;
            if (parts.Stopped is null)
            {
                await parts.MeteredOutbox.CompareAsync(cancellation);
            }

            if (parts.Journal.LastParts(BatchKind.Trades) is not null || parts.Journal.LastParts(BatchKind.Metered) is not null)
            {
                parts.Chain = parts.Chain with { Balances = [.. await parts.Settler.BalancesAsync(cancellation)] };
            }

            parts.LastFinal = parts.Stopped is null ? await parts.Settler.FinaliseAsync(cancellation) : null;
            parts.LastSettled = parts.Journal.LastOnChain(BatchKind.Trades) ?? (parts.Journal.FirstCleared() ?? parts.Plan.First).Previous;
            await parts.Journal.AppendChangedMembersAsync(options.Members);
            await parts.StartBrokerAsync(options);
            return parts;
        }
        catch (Exception failure)
        {
            await parts.DisposeAsync();
            throw failure is JournalException or BrokerException or EthereumException ? new ExchangeStartException(failure.Message, failure) : failure;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (EmbeddedBroker is not null)
        {
            await EmbeddedBroker.DisposeAsync();
        }

        Outbox?.Sender.Dispose();
        if (Journal is not null)
        {
            await Journal.DisposeAsync();
        }

        _client.Dispose();
        RpcClient.Dispose();
    }

    private void PutTogether(ExchangeOptions options, TimeProvider time)
    {
        var sending = new TransactionSenderOptions
        {
            // The worker waits longer; here it should notice soon that a node forgot or replaced the transaction.
            ConfirmationTimeout = options.Settlement.Fees.ReplaceAfter + TimeSpan.FromSeconds(30),
            PollInterval = TimeSpan.FromMilliseconds(100),
            Fees = options.Settlement.Fees,
            FillsGaps = false, // what the chain lost is mostly in the outbox
        };
        var sender = new TransactionSender(Client, options.Key, Chain.ChainId, time, sending);
        var gas = new SettlementGas(options.Settlement.MostGas);
        var metered = new MeteredSettlementContract(Client, Contract);
        Calls = new SettlementCalls(
            options.Settlement.Mode, new SettlementCadence(Chain.PeriodsPerBatch, Journal.FirstCleared() ?? Plan.First), gas, Journal.Rounds);
        Outbox = new Outbox(options.Contract, sender, Journal.Batch, Journal.AppendAsync);
        Partwise = new PartwiseOutbox(Journal, new BatchPartsContract(Client, options.Contract), metered, Outbox, gas);
        MeteredOutbox = new MeteredOutbox(Journal, Contract, metered, Outbox, Partwise);
        Settler = new Settler(
            Contract, Client, options.Payees, Journal, Outbox, Calls, Partwise, new SettlementRecovery(Journal, Contract, Outbox, Calls, Partwise, MeteredOutbox.CommitmentOnAsync),
            options.Settlement.FinalBlocks);
    }

    private async Task StartBrokerAsync(ExchangeOptions options)
    {
        var broker = options.Broker;
        BrokerPassword = broker.Password;
        if (broker.External is { } external)
        {
            BrokerAddress = external;
            return;
        }

        BrokerPassword ??= RandomNumberGenerator.GetHexString(32);
        EmbeddedBroker = new EmbeddedBroker(
            new EmbeddedBrokerOptions
            {
                Address = broker.Address,
                Port = broker.Port,
                Community = options.Community,
                ExchangeUser = broker.User,
                ExchangePassword = BrokerPassword,
            },
            NullLogger.Instance);
        await EmbeddedBroker.StartAsync();
        BrokerAddress = EmbeddedBroker.Address;
    }
}

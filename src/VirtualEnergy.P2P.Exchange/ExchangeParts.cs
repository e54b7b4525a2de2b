using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange;

/// <summary>What must work before the exchange is put together: the chain, the journal and the embedded broker.</summary>
internal sealed class ExchangeParts : IAsyncDisposable
{
    private readonly ChainClient _client;

    private ExchangeParts(ChainClient client, EnergySettlementContract contract) => (_client, Contract) = (client, contract);

    public IEthereumClient Client => _client;

    /// <summary>The same, for who asks in batches.</summary>
    public JsonRpcClient RpcClient => _client;

    public EnergySettlementContract Contract { get; }

    public ChainStart Chain { get; private set; } = null!;

    public ExchangeJournal Journal { get; private set; } = null!;

    public RunPlan Plan { get; private set; } = null!;

    public EmbeddedBroker? EmbeddedBroker { get; private set; }

    public BrokerAddress BrokerAddress { get; private set; } = null!;

    public string? BrokerPassword { get; private set; }

    /// <exception cref="ExchangeStartException">One of them does not work as configured.</exception>
    public static async Task<ExchangeParts> OpenAsync(ExchangeOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var client = new ChainClient(options.Rpc, time, new JsonRpcOptions { KnownErrors = [.. EnergySettlementContract.Errors, .. FraudProofsContract.Errors] });
        var parts = new ExchangeParts(client, new EnergySettlementContract(client, options.Contract));
        try
        {
            parts.Chain = await ChainStart.CheckAsync(options, client, parts.Contract, cancellation);
            parts.Journal = ExchangeJournal.Open(
                options.JournalPath, new JournalIdentity(options.Community, parts.Chain.ChainId, options.Contract.ToString()), time);
            parts.Plan = await parts.Chain.PlanAsync(options, parts.Journal, parts.Contract, cancellation);
            await new SettlementRecovery(parts.Journal, client).RunAsync(parts.Chain, cancellation);
            await new MeteredRecovery(parts.Journal, client).RunAsync(parts.Chain, cancellation);
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

        if (Journal is not null)
        {
            await Journal.DisposeAsync();
        }

        _client.Dispose();
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

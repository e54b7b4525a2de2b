using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>One Anvil for all contract tests; each test deploys contracts of its own on it.</summary>
public sealed class DevChain : IAsyncLifetime
{
    public const ulong ChainId = 31337;

    private readonly Dictionary<Address, TransactionSender> _senders = [];
    private AnvilProcess? _anvil;
    private JsonRpcClient? _client;

    public JsonRpcClient Client => _client!;

    public Uri Rpc => _anvil!.RpcUrl;

    /// <summary>Deploys, registers, and pays for the members.</summary>
    public TransactionSender Registrar => SenderOf(DevAccounts.Registrar);

    public TransactionSender Settler => SenderOf(DevAccounts.Settler);

    public async ValueTask InitializeAsync()
    {
        _anvil = await AnvilProcess.StartAsync(new AnvilOptions { ChainId = ChainId }, TimeProvider.System);
        _client = new JsonRpcClient(
            _anvil.RpcUrl, TimeProvider.System, new JsonRpcOptions { KnownErrors = [.. EnergySettlementContract.Errors, .. FraudProofsContract.Errors] });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders.Values)
        {
            sender.Dispose();
        }

        _client?.Dispose();
        if (_anvil is not null)
        {
            await _anvil.DisposeAsync();
        }
    }

    /// <summary>The one sender of a key, so that its nonces never collide.</summary>
    public TransactionSender SenderOf(EthereumKey key)
    {
        if (!_senders.TryGetValue(key.Address, out var sender))
        {
            var options = new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(5) };
            _senders[key.Address] = sender = new TransactionSender(Client, key, ChainId, TimeProvider.System, options);
        }

        return sender;
    }
}

[CollectionDefinition(Name)]
public sealed class ContractTests : ICollectionFixture<DevChain>
{
    public const string Name = "Contracts on Anvil";
}

using System.Buffers.Binary;
using System.Text;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Devnet;

/// <summary>A chain of our own with the test euro and the settlement contract on it, members registered and funded.</summary>
internal sealed class DevnetChain : IAsyncDisposable
{
    /// <summary>Short, as a demo runs through many periods in a minute and settles only while the ring has room.</summary>
    private static readonly TimeSpan Challenge = TimeSpan.FromSeconds(10);

    private readonly AnvilProcess _anvil;
    private readonly JsonRpcClient _client;
    private readonly TestEuro _token;

    private DevnetChain(AnvilProcess anvil, JsonRpcClient client, TestEuro token, EnergySettlementContract contract) =>
        (_anvil, _client, _token, Contract) = (anvil, client, token, contract);

    public Uri Rpc => _anvil.RpcUrl;

    public EnergySettlementContract Contract { get; }

    /// <param name="members">Registered in this order.</param>
    /// <param name="accounts">Registered after them; they start with nothing.</param>
    /// <param name="lastPeriod">The period before the first that will be settled.</param>
    /// <param name="rules">Of the market; the contract keeps their hash.</param>
    /// <param name="deposit">Minted and paid in for each member.</param>
    /// <param name="time">For time-outs.</param>
    /// <param name="cancellation">Stops the start; the chain is then stopped too.</param>
    public static async Task<DevnetChain> StartAsync(
        IReadOnlyList<Address> members, IReadOnlyList<Address> accounts, Period lastPeriod, MarketRules rules, Money deposit, TimeProvider time, CancellationToken cancellation)
    {
        var anvil = await AnvilProcess.StartAsync(new AnvilOptions(), time, cancellation);
        var client = new JsonRpcClient(anvil.RpcUrl, time);
        try
        {
            using var sender = new TransactionSender(
                client, DevAccounts.Registrar, await client.ChainIdAsync(cancellation), time, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(5) });
            var token = await TestEuro.DeployAsync(sender, cancellation);
            var judge = await FraudProofsContract.DeployAsync(sender, cancellation);
            var terms = new EnergySettlementTerms(token.Address, judge.Address, sender.Address, DevAccounts.Settler.Address, lastPeriod)
            {
                Challenge = Challenge, Rules = CommittedRules.Of(rules).Hash,
            };
            var contract = await EnergySettlementContract.DeployAsync(sender, terms, cancellation);
            await contract.RegisterAsync(sender, members, cancellation);
            foreach (var account in accounts)
            {
                await contract.RegisterWideAsync(sender, account, cancellation);
            }

            var total = new Money(checked(deposit.MicroEur * members.Count));
            await token.MintAsync(sender, sender.Address, total, cancellation);
            await token.ApproveAsync(sender, contract.Address, total, cancellation);
            foreach (var member in members)
            {
                await contract.DepositAsync(sender, member, deposit, cancellation);
            }

            return new DevnetChain(anvil, client, token, contract);
        }
        catch
        {
            client.Dispose();
            await anvil.DisposeAsync();
            throw;
        }
    }

    /// <summary>A home's key: made up from the seed, so that a run can be repeated. For a devnet only.</summary>
    public static EthereumKey HomeKey(ulong seed, int home) => MadeUp("VirtualEnergy P2P devnet home", seed, home);

    /// <summary>The account that gets what a mechanism takes in. For a devnet only.</summary>
    public static Address CommunityAccount(ulong seed) => MadeUp("VirtualEnergy P2P devnet community", seed, 0).Address;

    /// <summary>The account that gets the fees between zones. For a devnet only.</summary>
    public static Address GridAccount(ulong seed) => MadeUp("VirtualEnergy P2P devnet grid", seed, 0).Address;

    private static EthereumKey MadeUp(string purpose, ulong seed, int number)
    {
        var text = Encoding.ASCII.GetBytes(purpose);
        Span<byte> numbers = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64BigEndian(numbers, seed);
        BinaryPrimitives.WriteInt32BigEndian(numbers[8..], number);
        return EthereumKey.FromBytes(Keccak256.Hash([.. text, .. numbers]).ToArray());
    }

    /// <summary>What the contract holds of the token.</summary>
    public Task<Money> EscrowAsync(CancellationToken cancellation) => _token.BalanceOfAsync(Contract.Address, cancellation);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _anvil.DisposeAsync();
    }
}

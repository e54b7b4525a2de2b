using System.Buffers.Binary;
using System.Text;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Funds;

namespace VirtualEnergy.P2P.Devnet;

/// <summary>A chain of our own with the test euro and the settlement contract on it, members registered and funded.</summary>
internal sealed class DevnetChain : IAsyncDisposable
{
    /// <summary>Short, as a demo runs through many periods in a minute and settles only while the ring has room.</summary>
    private static readonly TimeSpan Challenge = TimeSpan.FromSeconds(10);

    private readonly AnvilProcess _anvil;
    private readonly JsonRpcClient _client;
    private readonly TestEuro _token;
    private readonly TimeProvider _time;

    private DevnetChain(AnvilProcess anvil, JsonRpcClient client, TestEuro token, EnergySettlementContract contract, TimeProvider time) =>
        (_anvil, _client, _token, Contract, _time) = (anvil, client, token, contract, time);

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
            using var sender = await SenderAsync(client, DevAccounts.Registrar, time, cancellation);
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

            return new DevnetChain(anvil, client, token, contract, time);
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

    /// <summary>Mints test euros for an account of the devnet.</summary>
    public async Task MintAsync(Address account, Money amount, CancellationToken cancellation)
    {
        using var sender = await SenderAsync(_client, DevAccounts.Registrar, _time, cancellation);
        await _token.MintAsync(sender, account, amount, cancellation);
    }

    /// <summary>Pays test euros from one account to another, outside of the escrow.</summary>
    /// <returns>The transaction.</returns>
    public async Task<Hash256> TransferAsync(EthereumKey from, Address to, Money amount, CancellationToken cancellation)
    {
        using var sender = await SenderAsync(_client, from, _time, cancellation);
        return (await _token.TransferAsync(sender, to, amount, cancellation)).TransactionHash;
    }

    /// <summary>What an account has paid into members' balances, by the escrow's log.</summary>
    /// <returns>Sum and number of the deposits.</returns>
    public async Task<(Money Sum, int Deposits)> DepositedAsync(IEnumerable<Address> members, Address payer, CancellationToken cancellation)
    {
        var (sum, deposits) = (Money.Zero, 0);
        var replay = new EscrowReplay(_client, Contract, members.Select(member => KeyValuePair.Create(member, default(FundsState))), 0);
        await foreach (var page in replay.ReadToAsync(await _client.BlockNumberAsync(cancellation), cancellation))
        {
            foreach (var deposit in page.Where(entry => entry.Kind == FundsEntryKind.Deposit && entry.Other == payer))
            {
                (sum, deposits) = (sum + deposit.Change, deposits + 1);
            }
        }

        return (sum, deposits);
    }

    private static async Task<TransactionSender> SenderAsync(JsonRpcClient client, EthereumKey key, TimeProvider time, CancellationToken cancellation) =>
        new(client, key, await client.ChainIdAsync(cancellation), time, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(5) });

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _anvil.DisposeAsync();
    }
}

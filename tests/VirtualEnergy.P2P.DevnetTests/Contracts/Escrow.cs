using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using Xunit;

namespace VirtualEnergy.P2P.Contracts;

/// <summary>A freshly deployed escrow with its members, and the words in which tests speak about it.</summary>
/// <remarks>
/// Members 0 to 7 are Anvil's accounts and can send transactions; the others have addresses only. The first period to settle
/// is 1001.
/// </remarks>
internal sealed class Escrow
{
    public const long Before = 1000;

    public static readonly Money MaxBalance = new((1L << 42) - 1);
    public static readonly Hash256 BidsRoot = Keccak256.Hash("bids"u8);
    public static readonly Hash256 TradesRoot = Keccak256.Hash("trades"u8);

    private static readonly AbiFunction SettleFunction = new("settle(uint64,bytes32,bytes32,uint256[])");

    private Escrow(DevChain chain, TestEuro euro, EnergySettlementContract contract, ImmutableArray<Address> members)
    {
        Chain = chain;
        Euro = euro;
        Contract = contract;
        Members = members;
    }

    public DevChain Chain { get; }

    public TestEuro Euro { get; }

    public EnergySettlementContract Contract { get; }

    public ImmutableArray<Address> Members { get; }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Deploys token and contract, registers members, and pays each the same.</summary>
    public static async Task<Escrow> OfAsync(
        DevChain chain, int members, long eachMicroEur = 0, int window = 4, Func<EnergySettlementTerms, EnergySettlementTerms>? terms = null)
    {
        var euro = await TestEuro.DeployAsync(chain.Registrar, Cancellation);
        var usual = TermsOf(chain, euro.Address, window);
        var contract = await EnergySettlementContract.DeployAsync(chain.Registrar, terms?.Invoke(usual) ?? usual, Cancellation);
        var escrow = new Escrow(chain, euro, contract, [.. Enumerable.Range(0, members).Select(AddressOf)]);
        if (members > 0)
        {
            await contract.RegisterAsync(chain.Registrar, escrow.Members, Cancellation);
        }

        for (var member = 0; member < members && eachMicroEur > 0; member++)
        {
            await escrow.PayInAsync(member, eachMicroEur);
        }

        return escrow;
    }

    public static Task<EnergySettlementContract> DeployAsync(DevChain chain, Address token, int window = 4) =>
        EnergySettlementContract.DeployAsync(chain.Registrar, TermsOf(chain, token, window), Cancellation);

    /// <summary>Nothing can be challenged, so that a test need not wait; the registrar's account is the judge as well.</summary>
    public static EnergySettlementTerms TermsOf(DevChain chain, Address token, int window = 4) =>
        new(token, chain.Registrar.Address, chain.Registrar.Address, chain.Settler.Address, new Period(Before), window) { Challenge = TimeSpan.Zero };

    public TransactionSender SenderOf(int member) => Chain.SenderOf(DevAccounts.Keys[member + 2]);

    /// <summary>Mints the money and deposits it.</summary>
    public async Task PayInAsync(int member, long microEur)
    {
        var amount = new Money(microEur);
        await Euro.MintAsync(Chain.Registrar, Chain.Registrar.Address, amount, Cancellation);
        await Euro.ApproveAsync(Chain.Registrar, Contract.Address, amount, Cancellation);
        await Contract.DepositAsync(Chain.Registrar, Members[member], amount, Cancellation);
    }

    /// <summary>Settles a period with deltas by lane.</summary>
    public Task<TransactionReceipt> SettleAsync(long period, params (int Member, long MicroEur)[] deltas) =>
        Contract.SettleAsync(Chain.Settler, BatchOf(period, deltas), Cancellation);

    public SettlementBatch BatchOf(long period, params (int Member, long MicroEur)[] deltas) =>
        new(new Period(period), BidsRoot, TradesRoot,
            [.. deltas.Select(delta => new MemberDelta(Members[delta.Member].ToMember(), new Money(delta.MicroEur)))]);

    /// <summary>Settles period 1001 with words as they are, also such as our own packing would never make.</summary>
    public Task<TransactionReceipt> SettleWordsAsync(params BigInteger[] words) =>
        Chain.Settler.SendAndConfirmAsync(Contract.Address, EncodeWords(words), Cancellation);

    public static byte[] EncodeWords(params BigInteger[] words) =>
        SettleFunction.Encode(Before + 1, BidsRoot, TradesRoot, words.Select(word => (object)word).ToArray());

    public async Task<long> BalanceOfAsync(int member) =>
        (await Contract.BalanceOfAsync(Members[member], Cancellation)).MicroEur;

    public async Task<long[]> BalancesAsync() =>
        [.. (await Contract.BalancesAsync(Members, Cancellation)).Select(balance => balance.MicroEur)];

    /// <summary>These are the members' balances, µEUR.</summary>
    public async Task HasBalancesAsync(params long[] expected) => Assert.Equal(expected, await BalancesAsync());

    /// <summary>The contract refuses the action with this error and these arguments.</summary>
    public static async Task RefusesAsync(string error, object[] arguments, Func<Task> action)
    {
        var refusal = await Assert.ThrowsAsync<EthereumRevertException>(action);
        Assert.Equal(error, refusal.ErrorName);
        Assert.Equal(arguments.Select(Comparable), refusal.Arguments.Select(Comparable));
    }

    public static Address AddressOf(int member) =>
        member + 2 < DevAccounts.Keys.Length
            ? DevAccounts.Keys[member + 2].Address
            : Address.Parse("0x" + (0xE0000 + member).ToString("x40"));

    private static object Comparable(object value) => value switch
    {
        int number => new BigInteger(number),
        long number => new BigInteger(number),
        _ => value,
    };
}

using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>The euro that an escrow holds, as whoever owns some sees it: any ERC-20 of six decimals, so that its unit is 1 µEUR.</summary>
public sealed class EuroToken(IEthereumClient client, Address address)
{
    public const int Decimals = 6;

    private const int MaxSymbolLength = 12;

    private static readonly AbiFunction Approve = new("approve(address spender, uint256 amount)", "bool");
    private static readonly AbiFunction BalanceOf = new("balanceOf(address account)", "uint256");
    private static readonly AbiFunction Allowance = new("allowance(address owner, address spender)", "uint256");
    private static readonly AbiFunction Transfer = new("transfer(address to, uint256 amount)", "bool");
    private static readonly AbiEvent Transferred = new("Transfer(address indexed from, address indexed to, uint256 amount)");
    private static readonly AbiFunction DecimalsOf = new("decimals()", "uint8");
    private static readonly AbiFunction SymbolOf = new("symbol()", "string");

    public Address Address { get; } = address;

    /// <summary>Lets a spender take up to this much of the sender's money.</summary>
    public Task<TransactionReceipt> ApproveAsync(TransactionSender sender, Address spender, Money amount, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, Approve.Encode(spender, amount.MicroEur), cancellationToken);

    /// <summary>The call by which its sender gives money to another account, with a reference behind its arguments, where no contract looks (<see cref="ReferencedDeposit"/>).</summary>
    public static byte[] TransferCall(Address to, Money amount, Hash256 reference) => [.. Transfer.Encode(to, amount.MicroEur), .. reference.ToArray()];

    /// <summary>What an account got by a transaction.</summary>
    public Money ReceivedBy(TransactionReceipt transfer, Address account)
    {
        var received = BigInteger.Zero;
        foreach (var log in transfer.Logs.Where(log => log.Contract == Address && log.Topics.Length == 3 && log.Topics[0] == Transferred.Topic))
        {
            var values = Transferred.Decode(log.Topics, log.Data.AsSpan());
            received += (Address)values[1] == account ? (BigInteger)values[2] : 0;
        }

        return AtMost(received);
    }

    public async Task<Money> BalanceOfAsync(Address account, CancellationToken cancellationToken) =>
        AtMost(await ReadAsync<BigInteger>(BalanceOf, cancellationToken, account));

    /// <summary>What a spender may still take of an owner's money; who may take everything may take the most that a <see cref="Money"/> can say.</summary>
    public async Task<Money> AllowanceAsync(Address owner, Address spender, CancellationToken cancellationToken) =>
        AtMost(await ReadAsync<BigInteger>(Allowance, cancellationToken, owner, spender));

    public async Task<int> DecimalsAsync(CancellationToken cancellationToken) => (int)await ReadAsync<BigInteger>(DecimalsOf, cancellationToken);

    /// <summary>What people call it. Letters and digits of it, as it comes from a contract that anyone may have written.</summary>
    public async Task<string> SymbolAsync(CancellationToken cancellationToken) =>
        string.Concat((await ReadAsync<string>(SymbolOf, cancellationToken)).Where(char.IsAsciiLetterOrDigit).Take(MaxSymbolLength));

    // A token may have minted without bound; nobody's account here is worth more than 64 bits of µEUR.
    private static Money AtMost(BigInteger units) => new((long)BigInteger.Min(units, long.MaxValue));

    private Task<T> ReadAsync<T>(AbiFunction function, CancellationToken cancellationToken, params object[] arguments) =>
        client.ReadAsync(Address, function, values => (T)values[0], cancellationToken, arguments);
}

using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>The devnet's euro, <c>contracts/TestEuro.sol</c>: an ERC-20 with six decimals that anyone can mint. Never more than a test.</summary>
public sealed class TestEuro(IEthereumClient client, Address address)
{
    public const string Symbol = "tEUR";

    private static readonly ContractArtifact Artifact = ContractArtifact.Embedded("TestEuro");
    private static readonly AbiFunction Mint = new("mint(address to, uint256 amount)");
    private static readonly AbiFunction Transfer = new("transfer(address to, uint256 amount)", "bool");

    /// <summary>The errors of an OpenZeppelin ERC-20.</summary>
    public static ImmutableArray<AbiError> Errors => Artifact.Errors;

    private readonly EuroToken _token = new(client, address);

    public Address Address { get; } = address;

    public static async Task<TestEuro> DeployAsync(TransactionSender sender, CancellationToken cancellationToken)
    {
        var receipt = await sender.SendAndConfirmAsync(null, [.. Artifact.CreationCode], cancellationToken);
        return new TestEuro(sender.Client, receipt.ContractAddress!.Value);
    }

    /// <summary>Makes money from nothing.</summary>
    public Task<TransactionReceipt> MintAsync(TransactionSender sender, Address to, Money amount, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, Mint.Encode(to, amount.MicroEur), cancellationToken);

    /// <summary>Pays the sender's money to an account.</summary>
    public Task<TransactionReceipt> TransferAsync(TransactionSender sender, Address to, Money amount, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, Transfer.Encode(to, amount.MicroEur), cancellationToken);

    /// <summary>Lets a spender take up to this much of the sender's money.</summary>
    public Task<TransactionReceipt> ApproveAsync(TransactionSender sender, Address spender, Money amount, CancellationToken cancellationToken) =>
        _token.ApproveAsync(sender, spender, amount, cancellationToken);

    public Task<Money> BalanceOfAsync(Address account, CancellationToken cancellationToken) => _token.BalanceOfAsync(account, cancellationToken);
}

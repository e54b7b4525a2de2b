using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>Reads what contracts answer. An answer is hearsay of a node, and checked whole before it is used.</summary>
internal static class ContractAnswers
{
    /// <param name="client">Asks at the latest block.</param>
    /// <param name="contract">Whom.</param>
    /// <param name="function">What.</param>
    /// <param name="read">From the decoded values to what they mean.</param>
    /// <exception cref="ContractAnswerException">The answer is not what the function returns, or beyond what can be.</exception>
    public static Task<T> ReadAsync<T>(
        this IEthereumClient client, Address contract, AbiFunction function, Func<object[], T> read, CancellationToken cancellationToken, params object[] arguments) =>
        client.ReadAtAsync(null, contract, function, read, cancellationToken, arguments);

    /// <summary>The same at the end of a block; null is the latest.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static async Task<T> ReadAtAsync<T>(
        this IEthereumClient client, ulong? block, Address contract, AbiFunction function, Func<object[], T> read, CancellationToken cancellationToken,
        params object[] arguments)
    {
        var answer = await client.CallAsync(new EthereumCall(contract, function.Encode(arguments), Block: block), cancellationToken);
        return Checked(contract, function.Name, () => read(function.DecodeResult(answer)));
    }

    /// <summary>What the logs of an event say, in their order.</summary>
    /// <exception cref="ContractAnswerException">One of them is none of the event's.</exception>
    public static IReadOnlyList<T> ReadAll<T>(Address contract, string what, IReadOnlyList<LogEntry> logs, Func<LogEntry, T> read) =>
        Checked(contract, what, () => logs.Select(read).ToList());

    private static T Checked<T>(Address contract, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is AbiFormatException or OverflowException or ArgumentException)
        {
            throw new ContractAnswerException(contract, what, e);
        }
    }
}

/// <summary>A contract, or the node that speaks for it, answers something that its function cannot return.</summary>
public sealed class ContractAnswerException(Address contract, string what, Exception inner)
    : EthereumException($"{what}: the contract {contract} answers what it cannot: {inner.Message}", inner)
{
    public Address Contract { get; } = contract;
}

using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>The chain did not do what was asked. The kinds below say why; all can be caught as this.</summary>
public abstract class EthereumException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The node did not answer, answered late, or answered something that is not JSON-RPC.</summary>
public sealed class EthereumTransportException(string message, bool isTransient, Exception? inner = null) : EthereumException(message, inner)
{
    /// <summary>Whether asking again may help: yes when nothing came back, no when nonsense did.</summary>
    public bool IsTransient { get; } = isTransient;
}

/// <summary>The node lives on another chain than configured: nothing was sent.</summary>
public sealed class WrongChainException(ulong expected, ulong actual)
    : EthereumException($"The node is on chain {actual}, the configuration says {expected}.")
{
    public ulong Expected { get; } = expected;

    public ulong Actual { get; } = actual;
}

/// <summary>The node answered a JSON-RPC error.</summary>
public sealed class EthereumRpcException(int code, string nodeMessage, string method)
    : EthereumException($"{method}: the node answers error {code}, {nodeMessage}.")
{
    public const int MethodNotFound = -32601;

    public int Code { get; } = code;

    /// <summary>The node's own words.</summary>
    public string NodeMessage { get; } = nodeMessage;
}

/// <summary>A contract refused.</summary>
public sealed class EthereumRevertException : EthereumException
{
    private EthereumRevertException(string message, ImmutableArray<byte> data, string? errorName, ImmutableArray<object> arguments)
        : base(message)
    {
        Data = data;
        ErrorName = errorName;
        Arguments = arguments;
    }

    /// <summary>What the contract reverted with, undecoded.</summary>
    public new ImmutableArray<byte> Data { get; }

    /// <summary>The custom error's name, <c>Error</c> or <c>Panic</c>; null when the data is none of the known errors.</summary>
    public string? ErrorName { get; }

    /// <summary>The error's arguments, as <see cref="AbiType"/> maps them.</summary>
    public ImmutableArray<object> Arguments { get; }

    /// <param name="data">The revert data.</param>
    /// <param name="known">The contract's errors; Solidity's own two are always known.</param>
    public static EthereumRevertException From(ReadOnlySpan<byte> data, IEnumerable<AbiError> known)
    {
        foreach (var error in known.Append(AbiError.Reason).Append(AbiError.Panic))
        {
            if (error.TryDecode(data, out var arguments))
            {
                var shown = error == AbiError.Panic && arguments[0] is System.Numerics.BigInteger code
                    ? $"0x{(int)System.Numerics.BigInteger.Min(code, int.MaxValue):x2}: {PanicCode.Meaning(code)}"
                    : string.Join(", ", arguments.Select(Shown));
                return new EthereumRevertException($"The contract refuses: {error.Name}({shown}).", [.. data], error.Name, [.. arguments]);
            }
        }

        var why = data.IsEmpty ? "without a reason" : $"with an unknown error, {Hex.Of(data[..Math.Min(data.Length, 68)])}";
        return new EthereumRevertException($"The contract refuses {why}.", [.. data], null, []);
    }

    private static string Shown(object value) => value switch
    {
        byte[] bytes => Hex.Of(bytes),
        object[] items => $"[{string.Join(", ", items.Select(Shown))}]",
        _ => value.ToString() ?? "",
    };
}

/// <summary>A transaction was sent and not mined in time. It may still be: its hash and nonce are here.</summary>
public sealed class TransactionTimeoutException(SignedTransaction transaction, TimeSpan waited, Exception? lastError)
    : EthereumException($"Transaction {transaction.Hash} (nonce {transaction.Nonce}) is not mined after {waited.TotalSeconds:0} s.", lastError)
{
    public SignedTransaction Transaction { get; } = transaction;
}

/// <summary>Another transaction of the account has the nonce: this one, in all its versions, can never be mined while the chain stands.</summary>
public sealed class NonceTakenException(SignedTransaction transaction)
    : EthereumException($"Nonce {transaction.Nonce} of {transaction.Sender} went to another transaction than {transaction.Hash}: somebody else uses the key.")
{
    public SignedTransaction Transaction { get; } = transaction;
}

/// <summary>Nonces below a transaction's are free, and nobody knows of transactions for them: it cannot be mined until they are used.</summary>
public sealed class NonceGapException(SignedTransaction transaction, ulong next)
    : EthereumException($"Transaction {transaction.Hash} has nonce {transaction.Nonce}, and the node's next for {transaction.Sender} is {next}: the chain lost what was between.")
{
    public SignedTransaction Transaction { get; } = transaction;
}

/// <summary>A transaction would take more gas than any may: nothing was sent.</summary>
/// <param name="gas">What it would take.</param>
public sealed class TransactionTooLargeException(ulong gas)
    : EthereumException($"It would take {gas} gas, and a transaction may take {TransactionSenderOptions.MostGas} (EIP-7825).")
{
    public ulong Gas { get; } = gas;
}

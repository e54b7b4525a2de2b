using System.Numerics;
using Nethereum.Hex.HexTypes;
using Nethereum.RPC.Eth;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.Web3;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Receipt = VirtualEnergy.P2P.Settlement.Ethereum.TransactionReceipt;

namespace VirtualEnergy.P2P.Settlement.Nethereum;

/// <summary>
/// Nethereum's <see cref="Web3"/> as an <see cref="IEthereumClient"/>: an implementation of other authors, for installations
/// that prefer it and as a check of ours. It keeps the same promises and reads the same options.
/// </summary>
/// <remarks>
/// Of the options, <see cref="JsonRpcOptions.RequestTimeout"/> runs on the system's clock, because Nethereum takes no other;
/// what is about batches and sockets does not apply.
/// </remarks>
public sealed class NethereumClient : IEthereumClient, IDisposable
{
    private static readonly BigInteger OneGwei = 1_000_000_000;

    private readonly HttpClient _http;
    private readonly Web3 _web3;
    private readonly NethereumQuestions _questions;

    /// <param name="endpoint">http or https address of the node.</param>
    /// <param name="time">Measures back-off.</param>
    public NethereumClient(Uri endpoint, TimeProvider time, JsonRpcOptions? options = null)
    {
        var limits = options ?? new JsonRpcOptions();
        _http = new HttpClient { Timeout = limits.RequestTimeout, MaxResponseContentBufferSize = limits.MaxResponseBytes };
        _web3 = new Web3(new CheckedRpcClient(endpoint, _http));
        _questions = new NethereumQuestions(endpoint, time, limits);
    }

    public Task<ulong> ChainIdAsync(CancellationToken cancellationToken) =>
        _questions.AskAsync("eth_chainId", () => _web3.Eth.ChainId.SendRequestAsync(), NethereumData.UInt64, cancellationToken);

    public Task<ulong> BlockNumberAsync(CancellationToken cancellationToken) =>
        _questions.AskAsync("eth_blockNumber", () => _web3.Eth.Blocks.GetBlockNumber.SendRequestAsync(), NethereumData.UInt64, cancellationToken);

    public Task<byte[]> CallAsync(EthereumCall call, CancellationToken cancellationToken) =>
        _questions.AskAsync(
            "eth_call", () => _web3.Eth.Transactions.Call.SendRequestAsync(NethereumData.Of(call), NethereumData.Block(call)), Hex.Parse, cancellationToken);

    public Task<ulong> EstimateGasAsync(EthereumCall call, CancellationToken cancellationToken) =>
        _questions.AskAsync(
            "eth_estimateGas",
            // Nethereum's own EstimateGas names no block, which leaves it to the node on which one it runs.
            () => _web3.Client.SendRequestAsync<HexBigInteger>("eth_estimateGas", null, NethereumData.Of(call), NethereumData.Block(call)),
            NethereumData.UInt64,
            cancellationToken);

    public async Task<EthereumFees> FeesAsync(CancellationToken cancellationToken)
    {
        // The last base fee of the history is the next block's.
        var nextBaseFee = await _questions.AskAsync(
            "eth_feeHistory",
            () => _web3.Eth.FeeHistory.SendRequestAsync(NethereumData.Of(1), BlockParameter.CreateLatest(), []),
            history => NethereumData.Quantity(history.BaseFeePerGas[^1]),
            cancellationToken);
        var tip = await TipAsync(cancellationToken);
        return new EthereumFees(2 * nextBaseFee + tip, tip);
    }

    public Task<ulong> TransactionCountAsync(Address account, bool pending, CancellationToken cancellationToken) =>
        _questions.AskAsync(
            "eth_getTransactionCount",
            () => _web3.Eth.Transactions.GetTransactionCount.SendRequestAsync(account.ToString(), pending ? BlockParameter.CreatePending() : BlockParameter.CreateLatest()),
            NethereumData.UInt64,
            cancellationToken);

    public Task<BigInteger> BalanceAsync(Address account, CancellationToken cancellationToken) =>
        _questions.AskAsync(
            "eth_getBalance", () => _web3.Eth.GetBalance.SendRequestAsync(account.ToString(), BlockParameter.CreateLatest()), NethereumData.Quantity, cancellationToken);

    public Task<Hash256> SendRawTransactionAsync(ReadOnlyMemory<byte> raw, CancellationToken cancellationToken) =>
        _questions.AskAsync(
            "eth_sendRawTransaction", () => _web3.Eth.Transactions.SendRawTransaction.SendRequestAsync(Hex.Of(raw.Span)), NethereumData.Hash, cancellationToken, repeatable: false);

    public Task<bool> KnowsTransactionAsync(Hash256 transaction, CancellationToken cancellationToken) =>
        _questions.AskAsync(
            "eth_getTransactionByHash",
            () => _web3.Eth.Transactions.GetTransactionByHash.SendRequestAsync(transaction.ToString()),
            (Transaction? known) => known is not null,
            cancellationToken);

    public Task<Receipt?> ReceiptAsync(Hash256 transaction, CancellationToken cancellationToken) =>
        _questions.AskAsync(
            "eth_getTransactionReceipt",
            () => _web3.Eth.Transactions.GetTransactionReceipt.SendRequestAsync(transaction.ToString()),
            receipt => NethereumData.Receipt(receipt, transaction),
            cancellationToken);

    public Task<IReadOnlyList<LogEntry>> LogsAsync(LogFilter filter, CancellationToken cancellationToken) =>
        _questions.AskAsync("eth_getLogs", () => _web3.Eth.Filters.GetLogs.SendRequestAsync(NethereumData.Of(filter)), logs => NethereumData.Logs(logs, filter), cancellationToken);

    public Task<byte[]> CodeAsync(Address account, CancellationToken cancellationToken) =>
        _questions.AskAsync(
            "eth_getCode", () => _web3.Eth.GetCode.SendRequestAsync(account.ToString(), BlockParameter.CreateLatest()), Hex.Parse, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<BigInteger> TipAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _questions.AskAsync(
                "eth_maxPriorityFeePerGas", () => new EthMaxPriorityFeePerGas(_web3.Client).SendRequestAsync(), NethereumData.Quantity, cancellationToken);
        }
        catch (EthereumRpcException e) when (e.Code == EthereumRpcException.MethodNotFound)
        {
            return OneGwei; // The method is an extension that not every node has.
        }
    }
}

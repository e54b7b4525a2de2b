using System.Numerics;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

/// <summary>
/// A node with one account, a pool by go-ethereum's rules (no nonce below, a replacement 10 % dearer in both fields) and a chain that
/// grows by a block at each question for its number and each for a receipt.
/// </summary>
internal sealed class ScriptedMempool
{
    public const ulong ChainId = 31337;

    private readonly SortedDictionary<ulong, TransactionRead> _pool = [];
    private readonly Dictionary<Hash256, (ulong Block, bool Succeeded)> _mined = [];

    private readonly SkippingTime _time = new();


    /// <summary>Everything that came in, refused or not, in order.</summary>
    public List<TransactionRead> Received { get; } = [];

    public IEnumerable<ulong> Nonces => Received.Select(read => read.Content.Nonce);

    /// <summary>(most, tip) of everything that came in.</summary>
    public IEnumerable<(int, int)> Fees => Received.Select(read => (Eip1559Transaction)read.Content).Select(fees => ((int)fees.MaxFeePerGas, (int)fees.MaxPriorityFeePerGas));

    public BigInteger BaseFee { get; set; } = 100;

    public bool Mines { get; set; } = true;

    public bool TakesGaps { get; init; } = true;

    public ulong Head { get; private set; } = 4;

    /// <summary>The account's mined transactions.</summary>
    public ulong Count { get; private set; }

    /// <summary>The contract: runs a mined call, told its data, and says whether it succeeded.</summary>
    public Func<byte[], bool> Executes { get; set; } = _ => true;

    /// <summary>Whether a call would succeed now.</summary>
    public Func<byte[], bool> Foresees { get; set; } = _ => true;

    /// <summary>What happens just before a transaction comes in, told which one it is (from 1).</summary>
    public Action<int> BeforeReceiving { get; set; } = _ => { };

    /// <summary>What happens at each new block, told its number.</summary>
    public Action<ulong> AtBlock { get; set; } = _ => { };

    public JsonRpcClient Client() => ScriptedNode.Replying(Answer).Client(_time);

    public TransactionSender Sender(EthereumKey key, TransactionSenderOptions? options = null) => Sender(Client(), key, options);

    public TransactionSender Sender(IEthereumClient client, EthereumKey key, TransactionSenderOptions? options = null) =>
        new(client, key, ChainId, _time, options);

    /// <summary>Somebody else's transaction with the account's next nonce is mined.</summary>
    public void TakeNonce() => _pool.Remove(Count++);

    public void DropPool() => _pool.Clear();

    /// <summary>These bytes are mined though the pool may have others under their nonce.</summary>
    public void Mine(TransactionRead read)
    {
        _pool.Remove(read.Content.Nonce);
        _mined[read.Signed.Hash] = (Head, Executes([.. read.Content.Data]));
        Count = read.Content.Nonce + 1;
    }

    /// <summary>A reorganisation takes the last transaction out of the chain, and the pool does not get it back.</summary>
    public void Undo()
    {
        _mined.Clear();
        Count--;
    }

    private string Answer(string method, JsonArray parameters) => method switch
    {
        "eth_chainId" => Result("\"0x7a69\""),
        "eth_feeHistory" => Result($$"""{"baseFeePerGas":["{{Hex.OfQuantity(BaseFee)}}"]}"""),
        "eth_maxPriorityFeePerGas" => Result("\"0x3\""),
        "eth_blockNumber" => Result($"\"{Hex.OfQuantity(Grow())}\""),
        "eth_estimateGas" => Foresees(Hex.Parse(parameters[0]!["data"]!.GetValue<string>())) ? Result("\"0x5208\"")
            : """{"jsonrpc":"2.0","id":ID,"error":{"code":3,"message":"execution reverted","data":"0x"}}""",
        "eth_getTransactionCount" => Result($"\"{Hex.OfQuantity(parameters[1]!.GetValue<string>() == "latest" ? Count : Pending())}\""),
        "eth_getTransactionByHash" => Result(Hash(parameters) is var hash && (_mined.ContainsKey(hash) || _pool.Values.Any(read => read.Signed.Hash == hash)) ? "{}" : "null"),
        "eth_getTransactionReceipt" => Result(Receipt(Hash(parameters))),
        "eth_sendRawTransaction" => Receive(Hex.Parse(parameters[0]!.GetValue<string>())),
        _ => throw new InvalidOperationException(method),
    };

    private ulong Grow()
    {
        Head++;
        AtBlock(Head);
        while (Mines && _pool.TryGetValue(Count, out var next) && next.Content.HighestFeePerGas >= BaseFee)
        {
            Mine(next);
        }

        return Head;
    }

    private ulong Pending()
    {
        var next = Count;
        while (_pool.ContainsKey(next))
        {
            next++;
        }

        return next;
    }

    private string Receive(byte[] raw)
    {
        BeforeReceiving(Received.Count + 1);
        var read = TransactionReader.Read(raw, ChainId);
        Received.Add(read);
        var nonce = read.Content.Nonce;
        if (nonce < Count)
        {
            return Error("nonce too low");
        }

        if (!TakesGaps && nonce > Pending())
        {
            return Error("nonce too high");
        }

        if (_pool.TryGetValue(nonce, out var waiting) && waiting.Signed.Hash != read.Signed.Hash && !IsDearer(read, waiting))
        {
            return Error("replacement transaction underpriced");
        }

        _pool[nonce] = read;
        return Result($"\"{read.Signed.Hash}\"");
    }

    private static bool IsDearer(TransactionRead read, TransactionRead than)
    {
        var (one, other) = ((Eip1559Transaction)read.Content, (Eip1559Transaction)than.Content);
        return one.MaxFeePerGas * 100 >= other.MaxFeePerGas * 110 && one.MaxPriorityFeePerGas * 100 >= other.MaxPriorityFeePerGas * 110;
    }

    private string Receipt(Hash256 hash)
    {
        Grow();
        return !_mined.TryGetValue(hash, out var mined) ? "null"
            : $$"""
            {"transactionHash":"{{hash}}","blockNumber":"{{Hex.OfQuantity(mined.Block)}}","blockHash":"{{hash}}","status":"{{(mined.Succeeded ? "0x1" : "0x0")}}","gasUsed":"0x5208",
             "effectiveGasPrice":"0x1","contractAddress":null,"logs":[]}
            """;
    }

    private static Hash256 Hash(JsonArray parameters) => new(Hex.Parse(parameters[0]!.GetValue<string>()));

    private static string Error(string message) => """{"jsonrpc":"2.0","id":ID,"error":{"code":-32000,"message":"MESSAGE"}}""".Replace("MESSAGE", message, StringComparison.Ordinal);

    private static string Result(string json) => $$"""{"jsonrpc":"2.0","id":ID,"result":{{json}}}""";
}

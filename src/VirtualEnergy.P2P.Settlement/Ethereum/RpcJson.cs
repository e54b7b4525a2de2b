using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>The JSON of requests and answers (execution-apis). A wrong form throws; the client says of which method.</summary>
internal static class RpcJson
{
    /// <summary>What reading an answer of another form than specified throws.</summary>
    public static bool IsWrongForm(Exception e) =>
        e is FormatException or InvalidOperationException or KeyNotFoundException or OverflowException or ArgumentException;

    public static JsonObject Of(EthereumCall call)
    {
        var json = new JsonObject { ["data"] = Hex.Of(call.Data.Span) };
        if (call.To is { } to)
        {
            json["to"] = to.ToString();
        }

        if (call.From is { } from)
        {
            json["from"] = from.ToString();
        }

        if (!call.Value.IsZero)
        {
            json["value"] = Hex.OfQuantity(call.Value);
        }

        return json;
    }

    public static JsonObject Of(LogFilter filter)
    {
        var json = new JsonObject
        {
            ["address"] = filter.Contract.ToString(),
            ["fromBlock"] = Hex.OfQuantity(filter.FromBlock),
            ["toBlock"] = Block(filter.ToBlock),
        };
        if (filter.Topic is { } topic)
        {
            json["topics"] = new JsonArray(topic.ToString());
        }

        return json;
    }

    public static string Block(EthereumCall call) => call.OnPending ? "pending" : Block(call.Block);

    public static string Block(ulong? number) => number is { } block ? Hex.OfQuantity(block) : "latest";

    public static BigInteger Quantity(JsonElement json) => Hex.ParseQuantity(json.GetString());

    public static ulong UInt64(JsonElement json) => (ulong)Quantity(json);

    public static byte[] Data(JsonElement json) => Hex.Parse(json.GetString());

    public static Hash256 Hash(JsonElement json) => new(Data(json));

    /// <summary>The last of <c>baseFeePerGas</c> is the next block's.</summary>
    public static BigInteger NextBaseFee(JsonElement json) => Quantity(json.GetProperty("baseFeePerGas").EnumerateArray().Last());

    public static TransactionReceipt? Receipt(JsonElement json, Hash256 expected)
    {
        if (json.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var hash = Hash(json.GetProperty("transactionHash"));
        if (hash != expected)
        {
            throw new FormatException($"a receipt of {hash} where {expected} was asked for");
        }

        var contract = json.TryGetProperty("contractAddress", out var created) && created.ValueKind == JsonValueKind.String
            ? new Address(Data(created))
            : (Address?)null;
        return new TransactionReceipt(
            hash,
            UInt64(json.GetProperty("blockNumber")),
            Hash(json.GetProperty("blockHash")),
            UInt64(json.GetProperty("status")) == 1,
            UInt64(json.GetProperty("gasUsed")),
            Quantity(json.GetProperty("effectiveGasPrice")),
            contract,
            [.. Logs(json.GetProperty("logs"))]);
    }

    public static MinedCall? MinedCall(JsonElement json, Hash256 expected)
    {
        if (json.ValueKind == JsonValueKind.Null || json.GetProperty("blockNumber").ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var hash = Hash(json.GetProperty("hash"));
        var to = json.TryGetProperty("to", out var known) && known.ValueKind == JsonValueKind.String ? new Address(Data(known)) : (Address?)null;
        return hash == expected
            ? new MinedCall(new Address(Data(json.GetProperty("from"))), to, [.. Data(json.GetProperty("input"))], UInt64(json.GetProperty("blockNumber")))
            : throw new FormatException($"transaction {hash} where {expected} was asked for");
    }

    public static IReadOnlyList<LogEntry> Logs(JsonElement json) => [.. json.EnumerateArray().Select(Log)];

    /// <summary>A log that the filter does not ask for voids them all: the node answers something else.</summary>
    public static IReadOnlyList<LogEntry> Logs(JsonElement json, LogFilter filter)
    {
        var logs = Logs(json);
        return logs.All(filter.Asks) ? logs : throw new FormatException("a log that was not asked for");
    }

    /// <summary>Null where there is no such block.</summary>
    public static BlockHead? Head(JsonElement json, ulong? expected)
    {
        if (json.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var head = new BlockHead(
            UInt64(json.GetProperty("number")),
            Hash(json.GetProperty("hash")),
            Hash(json.GetProperty("parentHash")),
            DateTimeOffset.FromUnixTimeSeconds((long)UInt64(json.GetProperty("timestamp"))),
            json.TryGetProperty("baseFeePerGas", out var fee) && fee.ValueKind == JsonValueKind.String ? Quantity(fee) : BigInteger.Zero);
        return expected is null || head.Number == expected ? head : throw new FormatException($"block {head.Number} where {expected} was asked for");
    }

    public static LogEntry Log(JsonElement json) => new(
        new Address(Data(json.GetProperty("address"))),
        [.. json.GetProperty("topics").EnumerateArray().Select(Hash)],
        [.. Data(json.GetProperty("data"))],
        UInt64(json.GetProperty("blockNumber")),
        Hash(json.GetProperty("blockHash")),
        Hash(json.GetProperty("transactionHash")),
        UInt64(json.GetProperty("logIndex")));
}

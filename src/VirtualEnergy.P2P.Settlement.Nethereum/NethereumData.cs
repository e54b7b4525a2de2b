using System.Numerics;
using Nethereum.Hex.HexTypes;
using Nethereum.RPC.Eth.DTOs;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Receipt = VirtualEnergy.P2P.Settlement.Ethereum.TransactionReceipt;

namespace VirtualEnergy.P2P.Settlement.Nethereum;

/// <summary>
/// Between Nethereum's objects and ours. Nethereum reads text leniently and leaves what is missing null; here both are wrong
/// form, which throws.
/// </summary>
internal static class NethereumData
{
    public static HexBigInteger Of(BigInteger value) => new(value);

    public static CallInput Of(EthereumCall call) => new()
    {
        Data = Hex.Of(call.Data.Span),
        To = call.To?.ToString(),
        From = call.From?.ToString(),
        Value = call.Value.IsZero ? null : Of(call.Value),
    };

    public static NewFilterInput Of(LogFilter filter) => new()
    {
        Address = [filter.Contract.ToString()],
        FromBlock = Block(filter.FromBlock),
        ToBlock = Block(filter.ToBlock),
        Topics = filter.Topic is { } topic ? [topic.ToString()] : null,
    };

    public static BlockParameter Block(EthereumCall call) => call.OnPending ? BlockParameter.CreatePending() : Block(call.Block);

    public static BlockParameter Block(ulong? number) => number is { } block ? new BlockParameter(block) : BlockParameter.CreateLatest();

    public static BigInteger Quantity(HexBigInteger value) => Hex.ParseQuantity(value.HexValue);

    public static ulong UInt64(HexBigInteger value) => (ulong)Quantity(value);

    public static Hash256 Hash(string text) => new(Hex.Parse(text));

    public static Receipt? Receipt(global::Nethereum.RPC.Eth.DTOs.TransactionReceipt? receipt, Hash256 expected)
    {
        if (receipt is null)
        {
            return null;
        }

        var hash = Hash(receipt.TransactionHash);
        return hash == expected
            ? new Receipt(
                hash,
                UInt64(receipt.BlockNumber),
                Hash(receipt.BlockHash),
                UInt64(receipt.Status) == 1,
                UInt64(receipt.GasUsed),
                Quantity(receipt.EffectiveGasPrice),
                receipt.ContractAddress is { } contract ? AddressOf(contract) : null,
                [.. receipt.Logs.Select(Log)])
            : throw new FormatException($"a receipt of {hash} where {expected} was asked for");
    }

    /// <summary>A log that the filter does not ask for voids them all: the node answers something else.</summary>
    public static IReadOnlyList<LogEntry> Logs(FilterLog[] answer, LogFilter filter)
    {
        var logs = answer.Select(Log).ToList();
        return logs.TrueForAll(filter.Asks) ? logs : throw new FormatException("a log that was not asked for");
    }

    private static LogEntry Log(FilterLog log) => new(
        AddressOf(log.Address),
        [.. log.Topics.Select(topic => Hash((string)topic))],
        [.. Hex.Parse(log.Data)],
        UInt64(log.BlockNumber),
        Hash(log.BlockHash),
        Hash(log.TransactionHash),
        UInt64(log.LogIndex));

    private static Address AddressOf(string text) => new(Hex.Parse(text));
}

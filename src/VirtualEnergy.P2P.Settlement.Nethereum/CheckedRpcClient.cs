using System.Globalization;
using Nethereum.JsonRpc.Client;
using Nethereum.JsonRpc.Client.RpcMessages;
using Newtonsoft.Json.Linq;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Nethereum;

/// <summary>
/// Nethereum's HTTP client, which numbers all requests alike, takes any answer for its own and any number for a quantity. Here
/// each request has a number that its answer must bear, and a quantity is one by the specification or none.
/// </summary>
internal sealed class CheckedRpcClient(Uri endpoint, HttpClient http) : RpcClient(endpoint, http)
{
    private static readonly HashSet<string> AnsweredByQuantity =
        ["eth_chainId", "eth_blockNumber", "eth_estimateGas", "eth_getTransactionCount", "eth_getBalance", "eth_maxPriorityFeePerGas"];

    private long _lastId;

    /// <exception cref="FormatException">The answer is none to this request.</exception>
    public override async Task<RpcResponseMessage> SendAsync(RpcRequestMessage rpcRequestMessage, string? route = null)
    {
        rpcRequestMessage.Id = Interlocked.Increment(ref _lastId);
        var answer = await base.SendAsync(rpcRequestMessage, route);
        if (answer is null || (!answer.HasError && Text(answer.Id) != Text(rpcRequestMessage.Id)))
        {
            throw new FormatException("JSON that is not the response to this request");
        }

        if (!answer.HasError && AnsweredByQuantity.Contains(rpcRequestMessage.Method))
        {
            Hex.ParseQuantity((answer.Result is JValue json ? json.Value : answer.Result) as string);
        }

        return answer;
    }

    private static string? Text(object? id) => Convert.ToString(id, CultureInfo.InvariantCulture);
}

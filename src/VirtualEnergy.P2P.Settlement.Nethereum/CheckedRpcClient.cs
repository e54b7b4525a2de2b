using System.Globalization;
using Nethereum.JsonRpc.Client;
using Nethereum.JsonRpc.Client.RpcMessages;

namespace VirtualEnergy.P2P.Settlement.Nethereum;

/// <summary>
/// Nethereum's HTTP client, which numbers all requests alike and takes any answer for its own: here each has a number, and an
/// answer bears it or is none.
/// </summary>
internal sealed class CheckedRpcClient(Uri endpoint, HttpClient http) : RpcClient(endpoint, http)
{
    private long _lastId;

    public override async Task<RpcResponseMessage> SendAsync(RpcRequestMessage rpcRequestMessage, string? route = null)
    {
        rpcRequestMessage.Id = Interlocked.Increment(ref _lastId);
        var answer = await base.SendAsync(rpcRequestMessage, route);
        return answer is not null && (answer.HasError || Convert.ToString(answer.Id, CultureInfo.InvariantCulture) == Convert.ToString(rpcRequestMessage.Id, CultureInfo.InvariantCulture))
            ? answer
            : throw new FormatException("JSON that is not the response to this request");
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.DevnetTests.Viewer;

/// <summary>
/// A browser's wallet without a browser's dialogs: <c>window.ethereum</c> whose questions go to a real node, and whose signatures are made
/// here, outside the page, with a key of the devnet.
/// </summary>
internal sealed class StubWallet(Uri rpc, EthereumKey key) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = rpc };
    private readonly JsonRpcClient _client = new(rpc, TimeProvider.System);
    private string _chain = "0x7a69";

    /// <summary>What its owner answers next: false declines.</summary>
    public bool Signs { get; set; } = true;

    /// <summary>Everything that the page asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>Puts the wallet into every document that the page opens from now on.</summary>
    /// <param name="page">The page.</param>
    /// <param name="chain">The chain that the wallet is on at first.</param>
    public async Task InstallAsync(IPage page, ulong chain = 31337)
    {
        _chain = $"0x{chain:x}";
        await page.ExposeFunctionAsync("stubWallet", (string method, string parameters) => AnswerAsync(method, JsonNode.Parse(parameters)!.AsArray()));
        await page.AddInitScriptAsync("""
            window.ethereum = { request: async ({ method, params }) => {
              const { result, error } = JSON.parse(await window.stubWallet(method, JSON.stringify(params ?? [])));
              if (error) { throw Object.assign(new Error(error.message), error); }
              return result;
            } };
            """);
    }

    public void Dispose()
    {
        _http.Dispose();
        _client.Dispose();
    }

    private async Task<string> AnswerAsync(string method, JsonArray parameters)
    {
        Asked.Enqueue(method);
        switch (method)
        {
            case "eth_accounts" or "eth_requestAccounts":
                return Result(new JsonArray(key.Address.ToString()));
            case "eth_chainId":
                return Result(_chain);
            case "wallet_switchEthereumChain":
                _chain = (string)parameters[0]!["chainId"]!;
                return Result(null);
            case "eth_sendTransaction" or "eth_signTypedData_v4" when !Signs:
                return """{"error":{"code":4001,"message":"User rejected the request."}}""";
            case "eth_signTypedData_v4":
                return Result(Hex.Of(key.Sign(Eip712Json.Read((string)parameters[1]!).Digest).ToBytes()));
            case "eth_sendTransaction":
                return Result((await SendAsync(parameters[0]!)).ToString());
            default:
                return await ForwardAsync(method, parameters);
        }
    }

    private async Task<Market.Hash256> SendAsync(JsonNode transaction)
    {
        var options = new TransactionSenderOptions { EstimateOnPending = true };
        using var sender = new TransactionSender(_client, key, ulong.Parse(_chain.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture), TimeProvider.System, options);
        return await sender.SendAsync(Address.Parse((string)transaction["to"]!), Hex.Parse((string)transaction["data"]!), CancellationToken.None);
    }

    private async Task<string> ForwardAsync(string method, JsonArray parameters)
    {
        var question = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = parameters.DeepClone() };
        using var response = await _http.PostAsJsonAsync("", question);
        return await response.Content.ReadAsStringAsync();
    }

    private static string Result(JsonNode? value) => JsonSerializer.Serialize(new JsonObject { ["result"] = value });
}

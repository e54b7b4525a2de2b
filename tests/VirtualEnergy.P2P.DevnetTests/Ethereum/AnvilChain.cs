using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>What Anvil lets a test do and no real chain would: mine, wind its clock on, go back, change what an account has.</summary>
internal static class AnvilChain
{
    /// <summary>Asks for what is not in every node's interface.</summary>
    /// <exception cref="InvalidOperationException">The chain refuses; the message has its answer.</exception>
    public static async Task<JsonElement> AskAsync(Uri rpc, string method, params object[] parameters)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(rpc, new { jsonrpc = "2.0", id = 1, method, @params = parameters }, TestContext.Current.CancellationToken);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return json.TryGetProperty("result", out var result) ? result : throw new InvalidOperationException($"{method}: {json}");
    }

    /// <summary>So much time passes on the chain, and a block shows it.</summary>
    public static async Task PassAsync(Uri rpc, TimeSpan time)
    {
        await AskAsync(rpc, "evm_increaseTime", (long)time.TotalSeconds);
        await AskAsync(rpc, "evm_mine");
    }
}

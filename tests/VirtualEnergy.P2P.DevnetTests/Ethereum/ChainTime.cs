using System.Net.Http.Json;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>The clock of a chain, which goes as a test wants it to.</summary>
internal static class ChainTime
{
    /// <summary>So much time passes on the chain, and a block shows it.</summary>
    public static async Task PassAsync(Uri rpc, TimeSpan time)
    {
        using var http = new HttpClient();
        foreach (var request in (object[])[
            new { jsonrpc = "2.0", id = 1, method = "evm_increaseTime", @params = (long[])[(long)time.TotalSeconds] },
            new { jsonrpc = "2.0", id = 2, method = "evm_mine", @params = (long[])[] },
        ])
        {
            using var answer = await http.PostAsJsonAsync(rpc, request, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
        }
    }
}

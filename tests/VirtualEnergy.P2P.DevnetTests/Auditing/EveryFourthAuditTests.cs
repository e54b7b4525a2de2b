using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.DevnetTests.Exchange;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Watching;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Auditing;

/// <summary>Where money moves every fourth period, an honest market is good to who watches it, and from whichever period on it is verified.</summary>
public sealed class EveryFourthAuditTests
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_honest_market_is_good_from_every_period_on()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation, periodsPerBatch: 4);
        await using var exchange = await ExchangeHost.StartAsync(
            community.Options with { Rounds = 9, Deviations = false, Settlement = new SettlementOptions { PeriodsPerBatch = 4 } }, TimeProvider.System, _cancellation);
        var news = Channel.CreateUnbounded<WatchNews>();
        await using var watch = new RoundWatch(
            new WatchSettings(community.Options.Rpc, community.Options.Contract, new Uri(exchange.ViewerAddress)) { Interval = TimeSpan.FromMilliseconds(20) },
            community.Keys[0], TimeProvider.System, NullLogger.Instance);
        watch.News += step => news.Writer.TryWrite(step);
        watch.Start();
        for (var n = 1; n <= 9; n++)
        {
            await community.SettleAsync(exchange, n, _cancellation);
            var told = await news.Reader.ReadAsync(_cancellation).AsTask().WaitAsync(TestCommunity.Patience, _cancellation);
            Assert.True(told == new WatchNews(WatchStep.Good, TestCommunity.Nth(n)), $"{told.Step}: {told.Finding}");
        }

        foreach (var from in (int[])[1, 2, 4, 6])
        {
            await using var verify = DemoProcess.Ve(
                NoEnvironment, "verify", "--rpc", community.Options.Rpc.ToString(), "--contract", community.Options.Contract.ToString(), "--exchange", exchange.ViewerAddress,
                "--from", $"{TestCommunity.Nth(from)}", "--json");
            Assert.True(await verify.ExitAsync() == 0, string.Join('\n', verify.Output.Concat(verify.Errors)));
            var result = JsonSerializer.Deserialize<JsonElement>(verify.Output[^1]);
            Assert.Equal(10 - from, result.GetProperty("rounds").GetArrayLength());
            Assert.True(result.GetProperty("balances").GetProperty("compared").GetBoolean());
        }
    }
}

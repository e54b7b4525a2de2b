using System.Text.Json;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.DevnetTests.Exchange;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Auditing;

/// <summary><c>ve verify</c> on what meters showed, beside a real exchange and from files alone.</summary>
public sealed class VerifyMeteringTests : IDisposable
{
    private static readonly Dictionary<string, string> NoEnvironment = [];
    private static readonly Period First = TestCommunity.First;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-verify-metering-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>
    /// Three rounds of 200 Wh: home 0 buys, 1 and 2 sell 100 each. One reading is late, one is corrected, one disputed and the dispute dismissed; home 1 has a meter with a key of its own,
    /// and another one announced after all that, which makes no old reading a forgery.
    /// </summary>
    [Fact]
    public async Task What_was_metered_is_verified_from_the_exchange_and_from_files_alone()
    {
        await using var community = await TestCommunity.StartAsync(homes: 3, _cancellation);
        var meter = EthereumKey.FromBytes([.. Enumerable.Repeat((byte)77, EthereumKey.Size)]);
        await community.RegisterMeterAsync(1, meter.Address, _cancellation);
        var options = community.MeteredOptions with { Rounds = 3, Members = [.. community.Options.Members.Select((member, home) => home == 1 ? member with { Meter = meter.Address.ToMember() } : member)] };
        await using (var exchange = await ExchangeHost.StartAsync(options, TimeProvider.System, _cancellation))
        {
            await using var homes = await MeteredHomes.ConnectAsync(community, exchange.Broker, count: 3, _cancellation);
            await homes.TradeAsync(First);
            await homes.MeterAsync(First, 250, null, null);
            Assert.Null((await homes[1].AskUntilKnownAsync(community.Reading(1, First, -120, key: meter), _cancellation)).Reason);
            await homes.TradeAsync(First.Next);
            await community.Progress.NextAsync<PeriodMetered>(_cancellation);

            Assert.Null((await homes[0].AskAsync(community.Reading(0, First, 230, number: 2), _cancellation)).Reason);
            Assert.Null((await homes[2].AskAsync(community.Reading(2, First, -70), _cancellation)).Reason);
            Assert.Equal("disputed", (await homes[1].AskAsync(community.Dispute(1, First), _cancellation)).Reason);
            await homes.MeterAsync(First.Next, 200, null, -100);
            Assert.Null((await homes[1].AskUntilKnownAsync(community.Reading(1, First.Next, -100, key: meter), _cancellation)).Reason);
            Assert.Equal(3, (await community.Progress.NextAsync<PeriodMetered>(_cancellation)).Corrections);

            Assert.Null((await homes[1].AskAsync(community.Dispute(1, First, dismisses: true), _cancellation)).Reason);
            await homes.TradeAsync(First.Next.Next);
            await homes.MeterAsync(First.Next.Next, 210, null, -100);
            Assert.Null((await homes[1].AskUntilKnownAsync(community.Reading(1, First.Next.Next, -100, key: meter), _cancellation)).Reason);
            await exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation);

            var result = await VerifyAsync(community, 0, "--exchange", exchange.ViewerAddress);
            var meterings = result.GetProperty("meterings").EnumerateArray().ToList();
            Assert.All(meterings, metering => Assert.True(metering.GetProperty("good").GetBoolean()));
            Assert.Equal(
                [(2, 1, 0), (3, 0, 3), (3, 0, 1)],
                meterings.Select(metering => (metering.GetProperty("readings").GetInt32(), metering.GetProperty("estimates").GetInt32(), metering.GetProperty("corrections").GetInt32())));
            Assert.All(meterings, metering => Assert.Equal(0, metering.GetProperty("unseen").GetInt32()));

            await using var save = DemoProcess.Ve(NoEnvironment, "rounds", "save", "--exchange", exchange.ViewerAddress, "--folder", _folder.FullName, "--json");
            Assert.Equal(0, await save.ExitAsync());
            Assert.Equal(3, JsonSerializer.Deserialize<JsonElement>(Assert.Single(save.Output)).GetProperty("metered").GetInt32());
        }

        // The exchange is gone. A span that begins with the last period looks back into the files for what it corrects.
        await community.PassAsync(TestCommunity.KeyDelay);
        await community.RegisterMeterAsync(1, community.Keys[0].Address, _cancellation);
        await community.PassAsync(TestCommunity.KeyDelay);
        Assert.Equal(3, (await VerifyAsync(community, 0, "--rounds", _folder.FullName)).GetProperty("meterings").GetArrayLength());
        var last = (await VerifyAsync(community, 0, "--rounds", _folder.FullName, "--from", $"{First.Next.Next}")).GetProperty("meterings").EnumerateArray().Single();
        Assert.Equal((1, 0), (last.GetProperty("corrections").GetInt32(), last.GetProperty("unseen").GetInt32()));

        await FindsAsync(community, First, "\"importWh\":250", "\"importWh\":251", "meter-root");
        await FindsAsync(community, First, "\"deltaMicroEur\":-", "\"deltaMicroEur\":-1", "deltas");
        await FindsAsync(community, First.Next, "\"knownWh\":230", "\"knownWh\":231", "carried");
        await FindsAsync(community, First.Next, "\"assumedWh\":250", "\"assumedWh\":249", "carried");
        await FindsAsync(community, First.Next, "\"importWh\":230", "\"importWh\":229", "reading-signature");

        // Without a file what was metered is a difference where the span was asked for, and said to be left out where it was not.
        File.Delete(FileOf(First));
        Assert.Equal("published", (await VerifyAsync(community, 1, "--rounds", _folder.FullName, "--from", $"{First}")).GetProperty("first").GetProperty("check").GetString());
        var left = (await VerifyAsync(community, 0, "--rounds", _folder.FullName)).GetProperty("meterings")[0];
        Assert.False(left.GetProperty("good").GetBoolean());
        Assert.Contains("ve rounds save", left.GetProperty("why").GetString(), StringComparison.Ordinal);
    }

    private string FileOf(Period period) => Path.Combine(_folder.FullName, $"{period}.deviations.json");

    private async Task FindsAsync(TestCommunity community, Period period, string text, string instead, string check)
    {
        var content = await File.ReadAllTextAsync(FileOf(period), _cancellation);
        Assert.Contains(text, content, StringComparison.Ordinal);
        await File.WriteAllTextAsync(FileOf(period), content.Replace(text, instead, StringComparison.Ordinal), _cancellation);
        var first = (await VerifyAsync(community, 1, "--rounds", _folder.FullName)).GetProperty("first");
        Assert.Equal((check, period.Index), (first.GetProperty("check").GetString(), first.GetProperty("period").GetInt64()));
        await File.WriteAllTextAsync(FileOf(period), content, _cancellation);
    }

    private static async Task<JsonElement> VerifyAsync(TestCommunity community, int exitCode, params string[] options)
    {
        await using var verify = DemoProcess.Ve(
            NoEnvironment, ["verify", "--rpc", community.Options.Rpc.ToString(), "--contract", community.Options.Contract.ToString(), "--json", .. options]);
        Assert.True(await verify.ExitAsync() == exitCode, string.Join('\n', verify.Output.Concat(verify.Errors)));
        return JsonSerializer.Deserialize<JsonElement>(verify.Output[^1]);
    }
}

using System.Text.Json;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.DevnetTests.Exchange;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Funds;

/// <summary><c>ve meter</c> as the registrar runs it, against a real chain.</summary>
public sealed class VeMeterTests
{
    private static readonly Address Meter = EthereumKey.FromBytes([.. Enumerable.Repeat((byte)77, 32)]).Address;
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_registrar_announces_a_meter_which_signs_after_the_delay_and_nobody_else_does()
    {
        await using var community = await TestCommunity.StartAsync(homes: 1, _cancellation);
        var member = community.Keys[0].Address.ToString();
        Assert.True((await AskAsync(community, "show", "--member", member)).GetProperty("own").GetBoolean());

        await RefusedAsync(community, DevAccounts.Settler, "is not the registrar of this community", "announce", Meter.ToString(), "--member", member);
        await RefusedAsync(community, DevAccounts.Registrar, "is no member of this community", "announce", member, "--member", Meter.ToString());
        await RefusedAsync(community, DevAccounts.Registrar, "write 0x and 40 hexadecimal digits", "announce", "meter", "--member", member);
        await RefusedAsync(community, DevAccounts.Registrar, "The zero address signs nothing", "announce", default(Address).ToString(), "--member", member);
        var announced = await AskAsync(community, "announce", Meter.ToString(), "--member", member);
        Assert.Equal(Meter.ToString(), announced.GetProperty("meter").GetString());
        Assert.Equal(member, (await AskAsync(community, "show", "--member", member)).GetProperty("meter").GetString());

        // Half of the time for which the one before counts as well is over: another change would take it away too early.
        await community.PassAsync(TestCommunity.KeyDelay * 1.5);
        Assert.Equal(Meter.ToString(), (await AskAsync(community, "show", "--member", member)).GetProperty("meter").GetString());
        await RefusedAsync(community, DevAccounts.Registrar, "too young for another", "announce", member, "--member", member);
    }

    private static DemoProcess Ve(TestCommunity community, EthereumKey key, string[] arguments) => DemoProcess.Ve(
        new Dictionary<string, string> { ["VE_KEY"] = Convert.ToHexStringLower(key.ToBytes()) },
        ["meter", .. arguments, "--rpc", community.Options.Rpc.ToString(), "--contract", community.Contract.Address.ToString(), "--json"]);

    private static async Task<JsonElement> AskAsync(TestCommunity community, params string[] arguments)
    {
        await using var ve = Ve(community, DevAccounts.Registrar, arguments);
        Assert.True(await ve.ExitAsync() == 0, string.Join('\n', ve.Errors));
        return JsonSerializer.Deserialize<JsonElement>(Assert.Single(ve.Output));
    }

    private static async Task RefusedAsync(TestCommunity community, EthereumKey key, string expected, params string[] arguments)
    {
        await using var ve = Ve(community, key, arguments);
        Assert.Equal(2, await ve.ExitAsync());
        Assert.Contains(expected, Assert.Single(ve.Errors), StringComparison.Ordinal);
    }
}

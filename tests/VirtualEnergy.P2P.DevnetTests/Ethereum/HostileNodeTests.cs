using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>A node of another chain. What a client itself refuses is in <see cref="EthereumClientContract"/>.</summary>
public sealed class HostileNodeTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_on_another_chain_gets_no_transaction()
    {
        var asked = new List<string>();
        await using var node = await HostileNode.SayingAsync(question =>
        {
            asked.Add(question.Text("method"));
            return """{"jsonrpc":"2.0","id":ID,"result":"0x1"}""";
        });
        using var client = new JsonRpcClient(HostileNode.UrlOf(node), TimeProvider.System);
        using var sender = new TransactionSender(client, DevAccounts.Settler, 31337, TimeProvider.System);

        var e = await Assert.ThrowsAsync<WrongChainException>(() => sender.SendAsync(Address.Zero, [], Ct));

        Assert.Equal("The node is on chain 1, the configuration says 31337.", e.Message);
        Assert.Equal(["eth_chainId"], asked);
    }
}

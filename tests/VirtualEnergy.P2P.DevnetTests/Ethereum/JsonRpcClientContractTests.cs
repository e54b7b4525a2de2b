using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>Our own client.</summary>
public sealed class JsonRpcClientContractTests(AnvilNode node) : EthereumClientContract(node)
{
    protected override IEthereumClient Open(Uri endpoint, JsonRpcOptions options) => new JsonRpcClient(endpoint, TimeProvider.System, options);
}

using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Nethereum;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>Nethereum behind the same interface; compiled with <c>-p:EthereumClient=Nethereum</c> only.</summary>
public sealed class NethereumClientContractTests(AnvilNode node) : EthereumClientContract(node)
{
    protected override IEthereumClient Open(Uri endpoint, JsonRpcOptions options) => new NethereumClient(endpoint, TimeProvider.System, options);
}

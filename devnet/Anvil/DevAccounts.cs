using System.Collections.Immutable;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Devnet.Anvil;

/// <summary>
/// The accounts that Anvil gives 10,000 ETH each: the first of the mnemonic "test test test test test test test test test test
/// test junk" at m/44'/60'/0'/0/n.
/// </summary>
/// <remarks>Their keys are public, printed by every Anvil at start. Whatever they own on a real chain is taken at once.</remarks>
public static class DevAccounts
{
    /// <summary>Deploys the contracts, registers members and pays them their first euros.</summary>
    public static EthereumKey Registrar => Keys[0];

    /// <summary>The exchange: signs receipts and settles.</summary>
    public static EthereumKey Settler => Keys[1];

    /// <summary>The balancing service provider that the homes consent to.</summary>
    public static EthereumKey Balancer => Keys[4];

    /// <summary>The simulated transmission system operator, as it pays.</summary>
    public static EthereumKey SystemOperator => Keys[5];

    /// <summary>All of them, the four above included.</summary>
    public static ImmutableArray<EthereumKey> Keys { get; } =
    [
        EthereumKey.FromHex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
        EthereumKey.FromHex("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
        EthereumKey.FromHex("0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
        EthereumKey.FromHex("0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
        EthereumKey.FromHex("0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
        EthereumKey.FromHex("0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
        EthereumKey.FromHex("0x92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
        EthereumKey.FromHex("0x4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
        EthereumKey.FromHex("0xdbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
        EthereumKey.FromHex("0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
    ];
}

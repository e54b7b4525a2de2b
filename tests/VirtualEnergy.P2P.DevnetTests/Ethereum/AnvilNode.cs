using VirtualEnergy.P2P.Devnet.Anvil;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>One Anvil for the tests of a class, which run one after another and may leave blocks behind.</summary>
public sealed class AnvilNode : IAsyncLifetime
{
    public const ulong ChainId = 31337;

    private AnvilProcess? _anvil;

    public Uri Url => _anvil!.RpcUrl;

    public async ValueTask InitializeAsync() =>
        _anvil = await AnvilProcess.StartAsync(new AnvilOptions { ChainId = ChainId }, TimeProvider.System, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_anvil is not null)
        {
            await _anvil.DisposeAsync();
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>Blocks and logs of a real node, through its socket and without it, through cuts and reorganisations: all of them, and each once.</summary>
public sealed class ChainFeedTests : IAsyncLifetime
{
    private static readonly Hash256 Transfer = Keccak256.Hash("Transfer(address,address,uint256)");

    private AnvilProcess _anvil = null!;
    private JsonRpcClient _client = null!;
    private TransactionSender _sender = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _anvil = await AnvilProcess.StartAsync(new AnvilOptions(), TimeProvider.System, Ct);
        _client = new JsonRpcClient(_anvil.RpcUrl, TimeProvider.System);
        _sender = new TransactionSender(_client, DevAccounts.Registrar, 31337, TimeProvider.System, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(5) });
    }

    public async ValueTask DisposeAsync()
    {
        _sender.Dispose();
        _client.Dispose();
        await _anvil.DisposeAsync();
    }

    [Fact]
    public async Task One_batch_asks_a_real_node_many_things()
    {
        var batch = _client.NewBatch();
        var (chain, block, fees) = (batch.Client.ChainIdAsync(Ct), batch.Client.BlockNumberAsync(Ct), batch.Client.FeesAsync(Ct));
        var balances = DevAccounts.Keys.Take(8).Select(key => batch.Client.BalanceAsync(key.Address, Ct)).ToArray();
        await batch.SendAsync(Ct);

        Assert.Equal((31337UL, 0UL), (await chain, await block));
        Assert.True((await fees).MaxFeePerGas > 0);
        Assert.All(await Task.WhenAll(balances), balance => Assert.False(balance.IsZero));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_block_comes_once_and_in_order(bool bySocket)
    {
        var feed = Feed(bySocket ? Socket(_anvil.RpcUrl.Port) : null);
        await using var heads = feed.HeadsAsync(Ct).GetAsyncEnumerator(Ct);
        Assert.True(await heads.MoveNextAsync());
        Assert.Equal(0UL, heads.Current.Number);
        if (bySocket)
        {
            await UntilAsync(() => feed.Mode == ChainFeedMode.Subscribed);
        }

        var before = heads.Current;
        for (var i = 1UL; i <= 6; i++)
        {
            await RpcAsync("evm_mine");
            Assert.True(await heads.MoveNextAsync());
            Assert.Equal((i, before.Hash), (heads.Current.Number, heads.Current.Parent));
            before = heads.Current;
        }

        Assert.Equal(bySocket ? ChainFeedMode.Subscribed : ChainFeedMode.Polling, feed.Mode);
    }

    /// <summary>The socket is cut and refused for a while; polling goes on, and the socket is taken up again when it returns.</summary>
    [Fact]
    public async Task A_socket_that_dies_is_replaced_by_polling_until_it_returns()
    {
        await using var door = new TcpDoor(_anvil.RpcUrl.Port);
        var feed = Feed(Socket(door.Port));
        var euro = await TestEuro.DeployAsync(_sender, Ct);
        await using var logs = feed.LogsAsync(new LogFilter(euro.Address, Transfer, 0), Ct).GetAsyncEnumerator(Ct);
        await MintedAsync(euro, logs, 1);
        await UntilAsync(() => feed.Mode == ChainFeedMode.Subscribed);

        door.Shut();
        await UntilAsync(() => feed.Mode == ChainFeedMode.Polling);
        await MintedAsync(euro, logs, 2);
        await MintedAsync(euro, logs, 3);

        door.Open();
        await UntilAsync(() => feed.Mode == ChainFeedMode.Subscribed);
        await MintedAsync(euro, logs, 4);
    }

    [Fact]
    public async Task A_log_that_a_reorganisation_takes_back_is_told_as_removed_and_the_new_one_after_it()
    {
        var euro = await TestEuro.DeployAsync(_sender, Ct);
        await using var logs = Feed(Socket(_anvil.RpcUrl.Port)).LogsAsync(new LogFilter(euro.Address, Transfer, 0), Ct).GetAsyncEnumerator(Ct);
        await MintedAsync(euro, logs, 1);
        var snapshot = (await RpcAsync("evm_snapshot")).GetString()!;
        await MintedAsync(euro, logs, 2);
        var lost = logs.Current.Log;

        await RpcAsync("evm_revert", snapshot);
        await RpcAsync("evm_mine"); // Another block in the place of the one that had the log.
        using var again = new TransactionSender(_client, DevAccounts.Registrar, 31337, TimeProvider.System, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(5) });
        await euro.MintAsync(again, _sender.Address, new Money(7), Ct);

        Assert.True(await logs.MoveNextAsync());
        Assert.Equal((true, lost.BlockHash), (logs.Current.IsRemoved, logs.Current.Log.BlockHash));
        Assert.True(await logs.MoveNextAsync());
        Assert.Equal((false, 7), (logs.Current.IsRemoved, logs.Current.Log.Data[^1]));
    }

    [Fact]
    public async Task A_feed_of_another_chain_is_refused()
    {
        await using var heads = new ChainFeed(_client, 1, TimeProvider.System).HeadsAsync(Ct).GetAsyncEnumerator(Ct);

        await Assert.ThrowsAsync<WrongChainException>(async () => await heads.MoveNextAsync());
        await Assert.ThrowsAsync<WrongChainException>(() => JsonRpcSocket.ConnectAsync(Socket(_anvil.RpcUrl.Port), 1, TimeProvider.System, null, Ct));
    }

    private ChainFeed Feed(Uri? socket) => new(_client, 31337, TimeProvider.System, new ChainFeedOptions
    {
        Socket = socket, PollInterval = TimeSpan.FromMilliseconds(50), FirstBackOff = TimeSpan.FromMilliseconds(50), LongestBackOff = TimeSpan.FromMilliseconds(200),
    });

    private static Uri Socket(int port) => new($"ws://127.0.0.1:{port}/");

    private async Task MintedAsync(TestEuro euro, IAsyncEnumerator<LogNotice> logs, byte amount)
    {
        await euro.MintAsync(_sender, _sender.Address, new Money(amount), Ct);
        Assert.True(await logs.MoveNextAsync());
        Assert.Equal((false, amount), (logs.Current.IsRemoved, logs.Current.Log.Data[^1]));
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(Hang.After);
        while (!holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), patience.Token);
        }
    }

    private Task<JsonElement> RpcAsync(string method, params object[] parameters) => AnvilChain.AskAsync(_anvil.RpcUrl, method, parameters);

    /// <summary>Passes bytes on to a port of this machine; shut, it cuts what is open and lets nobody in.</summary>
    private sealed class TcpDoor : IAsyncDisposable
    {
        private readonly int _to;
        private readonly List<TcpClient> _open = [];
        private readonly Lock _lock = new();
        private readonly Task _letting;
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private bool _isShut;

        public TcpDoor(int to)
        {
            _to = to;
            _listener.Start();
            _letting = LetInAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Shut()
        {
            lock (_lock)
            {
                _isShut = true;
                _open.ForEach(client => client.Dispose());
                _open.Clear();
            }
        }

        public void Open()
        {
            lock (_lock)
            {
                _isShut = false;
            }
        }

        public async ValueTask DisposeAsync()
        {
            Shut();
            _listener.Dispose();
            await _letting;
        }

        private async Task LetInAsync()
        {
            try
            {
                while (true)
                {
                    var client = await _listener.AcceptTcpClientAsync();
                    _ = PassAsync(client);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Disposed.
            }
        }

        private async Task PassAsync(TcpClient client)
        {
            using var server = new TcpClient();
            lock (_lock)
            {
                if (_isShut)
                {
                    client.Dispose();
                    return;
                }

                _open.AddRange([client, server]);
            }

            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _to);
                await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(client.GetStream()));
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // Cut.
            }
            finally
            {
                client.Dispose();
            }
        }
    }
}

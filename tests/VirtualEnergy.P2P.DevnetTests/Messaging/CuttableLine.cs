using System.Net;
using System.Net.Sockets;

namespace VirtualEnergy.P2P.DevnetTests.Messaging;

/// <summary>A line to a broker that a test can cut, keep cut, or make deaf to the broker's answers.</summary>
public sealed class CuttableLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _brokerPort;
    private readonly Lock _lock = new();
    private readonly List<TcpClient> _open = [];
    private readonly Task _accepting;
    private volatile bool _isDown;
    private volatile bool _swallowsAnswers;

    public CuttableLine(int brokerPort)
    {
        _brokerPort = brokerPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>From now on the broker hears the client and the client hears nothing.</summary>
    public void SwallowAnswers() => _swallowsAnswers = true;

    /// <summary>Closes what is open; new connections end at once until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        _isDown = true;
        lock (_lock)
        {
            _open.ForEach(client => client.Dispose());
            _open.Clear();
        }
    }

    public void Mend()
    {
        _swallowsAnswers = false;
        _isDown = false;
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        _listener.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            _ = JoinAsync(client);
        }
    }

    private async Task JoinAsync(TcpClient client)
    {
        using var broker = new TcpClient();
        using (client)
        {
            try
            {
                await broker.ConnectAsync(IPAddress.Loopback, _brokerPort);
                lock (_lock)
                {
                    if (_isDown)
                    {
                        return;
                    }

                    _open.Add(client);
                    _open.Add(broker);
                }

                await Task.WhenAny(CopyAsync(client, broker, false), CopyAsync(broker, client, true));
            }
            catch (SocketException)
            {
                // The broker is not there; the client sees its connection end.
            }
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, bool isAnswer)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer) is > 0 and var count)
            {
                if (!(isAnswer && _swallowsAnswers))
                {
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
                }
            }
        }
        catch (Exception cut) when (cut is IOException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }
}

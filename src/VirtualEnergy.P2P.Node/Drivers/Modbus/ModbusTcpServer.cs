using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace VirtualEnergy.P2P.Node.Drivers.Modbus;

/// <summary>The other end of a Modbus TCP line: answers requests on a table of registers. For devices that are simulated.</summary>
/// <param name="answer">Given unit and request, the answer; null says nothing, as a device does that is busy with itself.</param>
/// <param name="logger">Told of clients that speak nonsense.</param>
public sealed class ModbusTcpServer(Func<byte, ReadOnlyMemory<byte>, byte[]?> answer, ILogger logger) : IAsyncDisposable
{
    private const int MostClients = 16;

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly List<TcpClient> _clients = [];
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>The port it listens on, on loopback; 0 before the start.</summary>
    public int Port { get; private set; }

    /// <param name="port">0 takes a free one.</param>
    public void Start(int port = 0)
    {
        var listener = _listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _accepting = Task.Run(() => AcceptAsync(listener));
    }

    /// <summary>Cuts every connection, as a device does that is switched off and on.</summary>
    public void CutAll()
    {
        lock (_lock)
        {
            _clients.ForEach(client => client.Dispose());
            _clients.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        CutAll();
        await _accepting.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptTcpClientAsync(_stopping.Token).ConfigureAwait(false);
                lock (_lock)
                {
                    if (_clients.Count >= MostClients)
                    {
                        client.Dispose();
                        continue;
                    }

                    _clients.Add(client);
                }

                _ = ServeAsync(client);
            }
            catch (Exception ending) when (ending is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            var (reader, buffer, stream) = (new ModbusFrameReader(), new byte[512], client.GetStream());
            while (await stream.ReadAsync(buffer, _stopping.Token).ConfigureAwait(false) is > 0 and var count)
            {
                foreach (var frame in Whole(reader, buffer.AsSpan(0, count)))
                {
                    if (answer(frame.Unit, frame.Pdu) is { } pdu)
                    {
                        await stream.WriteAsync((frame with { Pdu = pdu }).ToBytes(), _stopping.Token).ConfigureAwait(false);
                    }
                }
            }
        }
        catch (Exception ending) when (ending is IOException or SocketException or ObjectDisposedException or OperationCanceledException or ModbusException)
        {
            logger.LogDebug(ending, "A Modbus client is gone.");
        }
        finally
        {
            lock (_lock)
            {
                _clients.Remove(client);
            }

            client.Dispose();
        }
    }

    private static List<ModbusFrame> Whole(ModbusFrameReader reader, ReadOnlySpan<byte> bytes)
    {
        var frames = new List<ModbusFrame>();
        while (reader.TryRead(ref bytes, out var frame))
        {
            frames.Add(frame);
        }

        return frames;
    }
}

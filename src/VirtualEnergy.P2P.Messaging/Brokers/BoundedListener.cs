using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using MQTTnet.Adapter;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;
using MQTTnet.Implementations;
using MQTTnet.Server;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>The embedded broker's door: one address, one port, and for each client a channel that knows its limit.</summary>
internal sealed class BoundedListener(EmbeddedBrokerOptions options) : IMqttServerAdapter
{
    private readonly ConditionalWeakTable<IMqttChannelAdapter, BoundedChannel> _channels = [];
    private Socket? _listening;
    private int _connections;

    /// <summary>0 until started; then kept, so that a restart comes back where clients look for it.</summary>
    public int Port { get; private set; } = options.Port;

    public Func<IMqttChannelAdapter, Task>? ClientHandler { get; set; }

    public void AllowExchangePackets(IMqttChannelAdapter client)
    {
        if (_channels.TryGetValue(client, out var channel))
        {
            channel.Allow(options.MaxExchangePacketBytes);
        }
    }

    public Task StartAsync(MqttServerOptions serverOptions, IMqttNetLogger logger)
    {
        var socket = new Socket(options.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(options.Address, Port));
            socket.Listen();
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw new BrokerException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The MQTT broker cannot listen on {options.Address}:{Port}: {failure.Message}. Choose another port, or 0 for a free one."),
                failure);
        }

        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        _listening = socket;
        _ = Task.Run(() => AcceptAsync(socket, serverOptions, logger));
        return Task.CompletedTask;
    }

    public Task StopAsync()
    {
        _listening?.Dispose();
        _listening = null;
        return Task.CompletedTask;
    }

    public void Dispose() => _listening?.Dispose();

    private async Task AcceptAsync(Socket listening, MqttServerOptions serverOptions, IMqttNetLogger logger)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listening.AcceptAsync().ConfigureAwait(false);
            }
            catch (Exception stopped) when (stopped is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.Interrupted or SocketError.InvalidArgument })
            {
                return;
            }
            catch (SocketException)
            {
                // The client went away before it was taken, or the machine is short of handles for now.
                await Task.Yield();
                continue;
            }

            if (Interlocked.Increment(ref _connections) > options.MaxConnections)
            {
                Interlocked.Decrement(ref _connections);
                client.Dispose();
                continue;
            }

            _ = Task.Run(() => ServeAsync(client, serverOptions, logger));
        }
    }

    private async Task ServeAsync(Socket client, MqttServerOptions serverOptions, IMqttNetLogger logger)
    {
        try
        {
            client.NoDelay = true;
            await using var stream = new NetworkStream(client, ownsSocket: true);
            using var channel = new BoundedChannel(
                new MqttTcpChannel(stream, client.LocalEndPoint, client.RemoteEndPoint, null), options.MaxNodePacketBytes);
            var formatter = new MqttPacketFormatterAdapter(new MqttBufferWriter(serverOptions.WriterBufferSize, serverOptions.WriterBufferSizeMax));
            using var adapter = new MqttChannelAdapter(channel, formatter, logger);
            _channels.Add(adapter, channel);
            if (ClientHandler is { } serve)
            {
                await serve(adapter).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // Whatever one client brought about ends with its connection. MQTTnet has logged what it knows.
        }
        finally
        {
            client.Dispose();
            Interlocked.Decrement(ref _connections);
        }
    }
}

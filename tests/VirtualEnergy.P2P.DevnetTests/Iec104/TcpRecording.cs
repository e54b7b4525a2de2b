using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace VirtualEnergy.P2P.DevnetTests.Iec104;

/// <summary>Stands between two ends of a TCP connection on loopback, passes on what they send, and keeps it for a capture file.</summary>
internal sealed class TcpRecording : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<(bool FromClient, DateTimeOffset At, byte[] Bytes)> _segments = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _relaying;

    public TcpRecording(IPEndPoint server)
    {
        _listener.Start();
        _relaying = RelayAsync(server);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Writes what went by as a capture of raw IPv4 packets (libpcap format, link type 101) from a client to the given port.</summary>
    public void Save(string file, ushort serverPort)
    {
        using var output = new BinaryWriter(File.Create(file));
        // Magic number of microsecond time stamps, version 2.4, no zone, no accuracy, longest packet, link type.
        output.Write(0xA1B2C3D4);
        output.Write((ushort)2);
        output.Write((ushort)4);
        output.Write(0L);
        output.Write(65_535);
        output.Write(101);
        uint client = 1_000, server = 5_000;
        Packet(output, _segments[0].At, fromClient: true, serverPort, client++, 0, Syn, []);
        Packet(output, _segments[0].At, fromClient: false, serverPort, server++, client, Syn | Ack, []);
        lock (_segments)
        {
            foreach (var (fromClient, at, bytes) in _segments)
            {
                Packet(output, at, fromClient, serverPort, fromClient ? client : server, fromClient ? server : client, Ack | Push, bytes);
                client += fromClient ? (uint)bytes.Length : 0;
                server += fromClient ? 0 : (uint)bytes.Length;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _relaying;
        _listener.Dispose();
        _stop.Dispose();
    }

    private const byte Syn = 0x02;
    private const byte Push = 0x08;
    private const byte Ack = 0x10;

    private static void Packet(BinaryWriter output, DateTimeOffset at, bool fromClient, ushort port, uint number, uint acknowledged, byte flags, byte[] bytes)
    {
        var packet = new byte[40 + bytes.Length];
        packet[0] = 0x45; // IPv4, header of five words
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = 6; // TCP
        byte[] controlling = [192, 0, 2, 1], controlled = [192, 0, 2, 2];
        (fromClient ? controlling : controlled).CopyTo(packet, 12);
        (fromClient ? controlled : controlling).CopyTo(packet, 16);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), fromClient ? (ushort)50_000 : port);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), fromClient ? port : (ushort)50_000);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(24), number);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(28), acknowledged);
        packet[32] = 0x50; // TCP header of five words
        packet[33] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(34), 65_535);
        bytes.CopyTo(packet, 40);
        output.Write((uint)at.ToUnixTimeSeconds());
        output.Write((uint)(at.Ticks % TimeSpan.TicksPerSecond / 10));
        output.Write(packet.Length);
        output.Write(packet.Length);
        output.Write(packet);
    }

    private async Task RelayAsync(IPEndPoint server)
    {
        try
        {
            using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            using var other = new TcpClient { NoDelay = true };
            client.NoDelay = true;
            await other.ConnectAsync(server, _stop.Token);
            await Task.WhenAny(PassAsync(client.GetStream(), other.GetStream(), fromClient: true), PassAsync(other.GetStream(), client.GetStream(), fromClient: false));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, bool fromClient)
    {
        var buffer = new byte[1_400];
        try
        {
            while (await from.ReadAsync(buffer, _stop.Token) is var count && count > 0)
            {
                lock (_segments)
                {
                    _segments.Add((fromClient, DateTimeOffset.UtcNow, buffer[..count]));
                }

                await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One end has closed.
        }
    }
}

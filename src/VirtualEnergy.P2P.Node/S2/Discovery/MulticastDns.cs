using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace VirtualEnergy.P2P.Node.S2.Discovery;

/// <summary>Messages to everybody on the home's network and from them, by IPv4. What is no message of DNS is left out.</summary>
public sealed class MulticastDns : IDisposable
{
    private static readonly IPAddress Group = IPAddress.Parse("224.0.0.251");

    private readonly Socket _socket;
    private readonly IPEndPoint _everybody;

    private MulticastDns(Socket socket, int port, ImmutableArray<IPAddress> addresses) => (_socket, _everybody, Addresses) = (socket, new IPEndPoint(Group, port), addresses);

    /// <summary>Port of multicast DNS.</summary>
    public const int UsualPort = 5353;

    /// <summary>This machine's addresses on the networks that are spoken to.</summary>
    public ImmutableArray<IPAddress> Addresses { get; }

    /// <param name="addresses">On which networks, by this machine's address there; empty takes all that reach others.</param>
    /// <exception cref="SocketException">Nothing can listen there.</exception>
    public static MulticastDns Open(ImmutableArray<IPAddress> addresses, int port = UsualPort)
    {
        var own = addresses.IsEmpty ? Reaching() : addresses;
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, 255);
            foreach (var address in own)
            {
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(Group, address));
            }

            return new MulticastDns(socket, port, own);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends to everybody on each network; one that is away is passed over.</summary>
    public async Task SendAsync(DnsMessage message, CancellationToken cancellation)
    {
        var bytes = DnsWire.Write(message);
        foreach (var address in Addresses)
        {
            try
            {
                _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, address.GetAddressBytes());
                await _socket.SendToAsync(bytes, _everybody, cancellation).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // A cable that is out, or a network without a way.
            }
        }
    }

    /// <summary>Waits for the next message.</summary>
    public async Task<DnsMessage> ReceiveAsync(CancellationToken cancellation)
    {
        var buffer = new byte[DnsWire.MostBytes + 1];
        while (true)
        {
            var received = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), cancellation).ConfigureAwait(false);
            if (DnsWire.TryRead(buffer.AsSpan(0, received.ReceivedBytes), out var message))
            {
                return message;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static ImmutableArray<IPAddress> Reaching() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up && network.SupportsMulticast && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .Select(network => network.GetIPProperties().UnicastAddresses.Select(known => known.Address).FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork))
            .OfType<IPAddress>(),
    ];
}

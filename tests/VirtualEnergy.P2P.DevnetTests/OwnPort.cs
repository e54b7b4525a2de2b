using System.Net;
using System.Net.Sockets;

namespace VirtualEnergy.P2P.DevnetTests;

/// <summary>
/// TCP ports of the loopback interface for what has to be told its port, or comes back on it. They lie below those that systems give to whoever asks for any, so nobody gets one in between.
/// </summary>
internal static class OwnPort
{
    private const int First = 20_000;
    private const int Count = 12_000; // Linux gives from 32,768 on, others from 49,152

    // Runs beside each other begin elsewhere.
    private static int s_last = Environment.ProcessId * 89 % Count;

    /// <summary>A port that nobody listens on; each call gives another one.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref s_last) & int.MaxValue) % Count;
            if (IsFree(port))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>A port that is held and on which nobody listens: whoever connects is turned away, and it cannot become somebody else's meanwhile.</summary>
internal sealed class ClosedPort : IDisposable
{
    private readonly Socket _held = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ClosedPort() => _held.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public int Number => ((IPEndPoint)_held.LocalEndPoint!).Port;

    public void Dispose() => _held.Dispose();
}

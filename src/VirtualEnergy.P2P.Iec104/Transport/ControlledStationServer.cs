using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using VirtualEnergy.P2P.Iec104.Stations;

namespace VirtualEnergy.P2P.Iec104.Transport;

/// <summary>Listens for controlling stations on behalf of a <see cref="ControlledStation"/>, over TCP or TLS.</summary>
public sealed class ControlledStationServer : IAsyncDisposable
{
    /// <summary>The port that 104 has been given; with TLS it is 19998.</summary>
    public const int DefaultPort = 2404;

    private readonly ControlledStation _station;
    private readonly TlsOptions? _tls;
    private readonly TimeProvider _time;
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly SemaphoreSlim _places;
    private readonly Task _accepting;

    private ControlledStationServer(ControlledStation station, TcpListener listener, TlsOptions? tls, TimeProvider time)
    {
        (_station, _listener, _tls, _time) = (station, listener, tls, time);
        // Handshakes under way count as well, so that nobody fills the machine with half-open ones.
        _places = new SemaphoreSlim(2 * station.Options.MaxConnections);
        EndPoint = (IPEndPoint)listener.LocalEndpoint;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens; the port is the one chosen when 0 was asked for.</summary>
    public IPEndPoint EndPoint { get; }

    /// <exception cref="SocketException">The address or port is not to be had.</exception>
    public static ControlledStationServer Start(ControlledStation station, IPEndPoint endPoint, TimeProvider time, TlsOptions? tls = null)
    {
        ArgumentNullException.ThrowIfNull(station);
        var listener = new TcpListener(endPoint);
        listener.Start(backlog: 512);
        return new ControlledStationServer(station, listener, tls, time);
    }

    /// <summary>Closes all connections and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_running.Keys);
        _places.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _places.WaitAsync(_stop.Token);
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                var running = ServeAsync(socket);
                _running[running] = true;
                _ = running.ContinueWith(ended => _running.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
            catch (SocketException)
            {
                // That connection was gone before it was taken; the next one is another matter.
                _places.Release();
            }
            catch (Exception stopped) when (stopped is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        try
        {
            socket.NoDelay = true;
            var endPoint = (IPEndPoint)socket.RemoteEndPoint!;
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            await using (stream)
            {
                var (secured, subject) = await SecureAsync(stream);
                await using (secured)
                {
                    if (_station.Accept(new Peer(endPoint, subject)) is { } connection)
                    {
                        await ConnectionRunner.RunAsync(connection, secured, _time, _stop.Token);
                    }
                }
            }
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException or SocketException or OperationCanceledException)
        {
            _station.Say(new StationNotice(NoticeKind.Refused, $"{socket.RemoteEndPointOrNone()}", failure.Message));
        }
        finally
        {
            socket.Dispose();
            _places.Release();
        }
    }

    private async Task<(Stream Stream, string? Subject)> SecureAsync(Stream stream)
    {
        if (_tls is null)
        {
            return (stream, null);
        }

        using var timeout = new CancellationTokenSource(_station.Options.Link.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
        var secured = new SslStream(stream);
        await secured.AuthenticateAsServerAsync(_tls.ForServer(), either.Token);
        return (secured, (secured.RemoteCertificate as X509Certificate2)?.Subject);
    }
}

internal static class SocketNames
{
    public static string RemoteEndPointOrNone(this Socket socket)
    {
        try
        {
            return $"{socket.RemoteEndPoint}";
        }
        catch (Exception gone) when (gone is ObjectDisposedException or SocketException)
        {
            return "a peer that is gone";
        }
    }
}

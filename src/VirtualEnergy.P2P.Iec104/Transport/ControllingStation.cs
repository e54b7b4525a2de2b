using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Link;
using VirtualEnergy.P2P.Iec104.Stations;

namespace VirtualEnergy.P2P.Iec104.Transport;

/// <summary>How a controlling station reaches a controlled one.</summary>
public sealed record ControllingStationOptions
{
    /// <summary>Where the station listens: when one does not answer the next is tried, and again from the first.</summary>
    public required IReadOnlyList<(string Host, int Port)> Hosts { get; init; }

    public ControllingConnectionOptions Connection { get; init; } = new();

    /// <summary>Null, and the connection is plain TCP.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>The wait after the first failure; doubled with each further one.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between attempts.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A station's present values are asked for whenever the transfer has started; empty, and nothing is.</summary>
    public IReadOnlyList<CommonAddress> Interrogates { get; init; } = [];
}

/// <summary>A controlling station over TCP or TLS: it connects, starts, interrogates, and connects again when the link breaks.</summary>
public sealed class ControllingStation : IAsyncDisposable
{
    private readonly ControllingStationOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private TaskCompletionSource<ControllingConnection> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ControllingConnection? _connection;

    /// <summary>Begins to connect at once.</summary>
    public ControllingStation(ControllingStationOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (options.Hosts.Count == 0 || options.FirstRetry <= TimeSpan.Zero || options.LongestRetry < options.FirstRetry)
        {
            throw new ArgumentException("At least one host, and waits above 0 of which the longest is not below the first.", nameof(options));
        }

        (_options, _time) = (options, time);
        _running = RunAsync();
    }

    /// <summary>The connection there is, started or not; null while there is none.</summary>
    public ControllingConnection? Connection => _connection;

    /// <summary>The next connection whose transfer is started, or the present one.</summary>
    public Task<ControllingConnection> StartedAsync(CancellationToken stop = default) => Volatile.Read(ref _started).Task.WaitAsync(stop);

    /// <summary>Closes the connection and stops connecting.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        var (wait, host) = (_options.FirstRetry, 0);
        while (!_stop.IsCancellationRequested)
        {
            if (await AttemptAsync(_options.Hosts[host]))
            {
                wait = _options.FirstRetry;
            }

            host = (host + 1) % _options.Hosts.Count;
            try
            {
                await Task.Delay(wait, _time, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            wait = wait * 2 < _options.LongestRetry ? wait * 2 : _options.LongestRetry;
        }
    }

    /// <returns>Whether data transfer was started on the connection.</returns>
    private async Task<bool> AttemptAsync((string Host, int Port) host)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{host.Host}:{host.Port}");
        var wasStarted = false;
        try
        {
            var stream = await ConnectAsync(host.Host, host.Port);
            Say(new StationNotice(NoticeKind.Connected, name, ""));
            ControllingConnection? connection = null;
            connection = new ControllingConnection(_options.Connection with { OnNotice = OnNotice }, _time, name);
            _connection = connection;
            await ConnectionRunner.RunAsync(connection, stream, _time, _stop.Token);

            void OnNotice(StationNotice notice)
            {
                if (notice.Kind == NoticeKind.Started)
                {
                    wasStarted = true;
                    OnStarted(connection!);
                }

                Say(notice);
            }
        }
        catch (Exception failure) when (failure is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            if (!_stop.IsCancellationRequested)
            {
                Say(new StationNotice(NoticeKind.Refused, name, failure.Message));
            }
        }
        finally
        {
            _connection = null;
            if (Volatile.Read(ref _started).Task.IsCompleted)
            {
                Volatile.Write(ref _started, new TaskCompletionSource<ControllingConnection>(TaskCreationOptions.RunContinuationsAsynchronously));
            }
        }

        return wasStarted;
    }

    private void OnStarted(ControllingConnection connection)
    {
        foreach (var address in _options.Interrogates)
        {
            _ = connection.InterrogateAsync(address);
        }

        Volatile.Read(ref _started).TrySetResult(connection);
    }

    private async Task<Stream> ConnectAsync(string host, int port)
    {
        using var timeout = new CancellationTokenSource(_options.Connection.Link.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, either.Token);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (_options.Tls is { } tls)
            {
                var secured = new SslStream(stream);
                await secured.AuthenticateAsClientAsync(tls.ForClient(host), either.Token);
                stream = secured;
            }

            return stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Say(in StationNotice notice) => _options.Connection.OnNotice?.Invoke(notice);
}

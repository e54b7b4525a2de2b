using System.Net.Sockets;
using VirtualEnergy.P2P.Iec104.Link;
using VirtualEnergy.P2P.Iec104.Stations;

namespace VirtualEnergy.P2P.Iec104.Transport;

/// <summary>Joins a connection with a stream: reads, writes and keeps time until either ends.</summary>
internal sealed class ConnectionRunner : IDisposable
{
    private const int ReadSize = 4_096;

    /// <summary>While so much waits to be written nothing more is read: a peer that only asks and never reads is not served on.</summary>
    private const int MostUnwritten = 64 * 1_024;

    private readonly StationConnection _connection;
    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _toWrite = new(0, 1);
    private readonly SemaphoreSlim _written = new(0, 1);
    private readonly CancellationTokenSource _end;
    private readonly ITimer _timer;
    private readonly Lock _timing = new();
    private long _armed = long.MaxValue;

    private ConnectionRunner(StationConnection connection, Stream stream, TimeProvider time, CancellationToken stop)
    {
        (_connection, _stream, _time) = (connection, stream, time);
        _end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        connection.OutputReady = () => Signal(_toWrite);
    }

    /// <summary>Runs until the connection is closed, the stream ends, or it is told to stop; the stream is disposed of then.</summary>
    public static async Task RunAsync(StationConnection connection, Stream stream, TimeProvider time, CancellationToken stop)
    {
        await using (stream)
        {
            using var runner = new ConnectionRunner(connection, stream, time, stop);
            await runner.RunAsync();
        }
    }

    public void Dispose()
    {
        _connection.OutputReady = null;
        _timer.Dispose();
        _end.Dispose();
        _toWrite.Dispose();
        _written.Dispose();
    }

    private async Task RunAsync()
    {
        Arm();
        Signal(_toWrite);
        var writing = EndingAsync(WriteAsync);
        await EndingAsync(ReadAsync);
        _connection.Close(LinkCloseReason.TransportEnded);
        await writing;
    }

    // Whatever ends one direction ends both.
    private async Task EndingAsync(Func<Task> direction)
    {
        try
        {
            await direction();
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer is gone, or this side has stopped: both are ends like any other.
        }

        await _end.CancelAsync();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[ReadSize];
        while (!_connection.IsClosed)
        {
            var count = await _stream.ReadAsync(buffer, _end.Token);
            if (count == 0)
            {
                return;
            }

            _connection.Receive(buffer.AsSpan(0, count));
            Arm();
            while (_connection.OutputLength > MostUnwritten)
            {
                await _written.WaitAsync(_end.Token);
            }
        }
    }

    private async Task WriteAsync()
    {
        var buffer = new byte[ReadSize];
        while (true)
        {
            await _toWrite.WaitAsync(_end.Token);
            while (_connection.TakeOutput(buffer) is var count && count > 0)
            {
                await _stream.WriteAsync(buffer.AsMemory(0, count), _end.Token);
            }

            Signal(_written);
            Arm();
            if (_connection.IsClosed)
            {
                return;
            }
        }
    }

    private static void Signal(SemaphoreSlim semaphore)
    {
        try
        {
            if (semaphore.CurrentCount == 0)
            {
                semaphore.Release();
            }
        }
        catch (SemaphoreFullException)
        {
            // Another has signalled in between: that is as good.
        }
        catch (ObjectDisposedException)
        {
            // The connection has ended.
        }
    }

    private void OnTimer()
    {
        lock (_timing)
        {
            _armed = long.MaxValue;
        }

        _connection.Tick();
        Arm();
    }

    // The timer is moved only when something is due earlier than it would ring; ringing early does no harm.
    private void Arm()
    {
        var deadline = _connection.Deadline;
        lock (_timing)
        {
            if (deadline >= _armed)
            {
                return;
            }

            _armed = deadline;
            var wait = (deadline - _time.GetTimestamp()) * 1_000.0 / _time.TimestampFrequency;
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(wait))), Timeout.InfiniteTimeSpan);
        }
    }
}

using System.Net.Sockets;

namespace VirtualEnergy.P2P.Node.Drivers.Modbus;

/// <summary>Where a Modbus TCP device is.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">502 as a rule.</param>
/// <param name="Unit">The unit behind it.</param>
public sealed record ModbusAddress(string Host, int Port = 502, byte Unit = 1)
{
    public override string ToString() => $"{Host}:{Port} unit {Unit}";
}

/// <summary>
/// Reads and writes a device's registers, one request at a time. It connects when it has to, leaves a connection that speaks nonsense or
/// nothing, and takes no answer for another request's.
/// </summary>
/// <param name="address">The device.</param>
/// <param name="timeout">For a connection, and for an answer.</param>
/// <param name="time">Says when that is over.</param>
public sealed class ModbusTcpClient(ModbusAddress address, TimeSpan timeout, TimeProvider time) : IAsyncDisposable
{
    // Late answers of requests that were given up may still be on their way; more than this many is no device but a flood.
    private const int MostStrayFrames = 16;

    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly byte[] _received = new byte[512];
    private ModbusFrameReader _reader = new();
    private ReadOnlyMemory<byte> _unread;
    private TcpClient? _connection;
    private ushort _transaction;

    public ModbusAddress Address => address;

    /// <summary>Holding registers, however many: more than one message takes are read in several.</summary>
    /// <exception cref="ModbusException">No device, no answer in time, or a refusal.</exception>
    public Task<ushort[]> ReadHoldingAsync(int first, int count, CancellationToken cancellation) => ReadAsync(ModbusPdu.ReadHoldingRegisters, first, count, cancellation);

    /// <inheritdoc cref="ReadHoldingAsync"/>
    public Task<ushort[]> ReadInputAsync(int first, int count, CancellationToken cancellation) => ReadAsync(ModbusPdu.ReadInputRegisters, first, count, cancellation);

    /// <exception cref="ModbusException">No device, no answer in time, or a refusal. After no answer it is not known whether it was written.</exception>
    public async Task WriteAsync(int register, ushort value, CancellationToken cancellation)
    {
        var request = ModbusPdu.WriteSingle(register, value);
        var answer = await AskAsync(request, cancellation).ConfigureAwait(false);
        ModbusPdu.CheckWritten(request, answer.Span);
    }

    /// <inheritdoc cref="WriteAsync(int, ushort, CancellationToken)"/>
    public async Task WriteAsync(int first, ushort[] values, CancellationToken cancellation)
    {
        var request = ModbusPdu.WriteMultiple(first, values);
        var answer = await AskAsync(request, cancellation).ConfigureAwait(false);
        ModbusPdu.CheckWritten(request, answer.Span);
    }

    public ValueTask DisposeAsync()
    {
        Hangup();
        _oneAtATime.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<ushort[]> ReadAsync(byte function, int first, int count, CancellationToken cancellation)
    {
        var registers = new ushort[count];
        for (var done = 0; done < count; done += ModbusPdu.MostRegistersRead)
        {
            var request = ModbusPdu.Read(function, first + done, Math.Min(ModbusPdu.MostRegistersRead, count - done));
            var answer = await AskAsync(request, cancellation).ConfigureAwait(false);
            ModbusPdu.RegistersOf(request, answer.Span).CopyTo(registers, done);
        }

        return registers;
    }

    private async Task<ReadOnlyMemory<byte>> AskAsync(byte[] request, CancellationToken cancellation)
    {
        await _oneAtATime.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using var limit = new CancellationTokenSource(timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
            try
            {
                return await AskOnceAsync(request, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                Hangup();
                throw new ModbusException($"{address} did not answer function {request[0]} within {timeout.TotalSeconds:0.#} s");
            }
            catch (Exception failure) when (failure is IOException or SocketException)
            {
                Hangup();
                throw new ModbusException($"{address} cannot be reached: {failure.GetBaseException().Message}", failure);
            }
            catch
            {
                // Nonsense, or a caller that left in the middle: what comes next on this connection would belong to nobody.
                Hangup();
                throw;
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task<ReadOnlyMemory<byte>> AskOnceAsync(byte[] request, CancellationToken cancellation)
    {
        if (_connection is null)
        {
            _connection = new TcpClient { NoDelay = true };
            await _connection.ConnectAsync(address.Host, address.Port, cancellation).ConfigureAwait(false);
        }

        var stream = _connection.GetStream();
        var asked = new ModbusFrame(unchecked(++_transaction), address.Unit, request);
        await stream.WriteAsync(asked.ToBytes(), cancellation).ConfigureAwait(false);
        for (var strays = 0; strays <= MostStrayFrames; strays++)
        {
            var frame = await NextFrameAsync(stream, cancellation).ConfigureAwait(false);
            if (frame.Transaction == asked.Transaction && frame.Unit == asked.Unit)
            {
                return frame.Pdu;
            }
        }

        throw new ModbusException($"{address} sends answers that nobody asked for");
    }

    private async Task<ModbusFrame> NextFrameAsync(NetworkStream stream, CancellationToken cancellation)
    {
        while (true)
        {
            if (TryTake(out var frame))
            {
                return frame;
            }

            var count = await stream.ReadAsync(_received, cancellation).ConfigureAwait(false);
            _unread = count > 0 ? _received.AsMemory(0, count) : throw new IOException("the device closed the connection");
        }
    }

    private bool TryTake(out ModbusFrame frame)
    {
        var bytes = _unread.Span;
        var isWhole = _reader.TryRead(ref bytes, out frame);
        _unread = _unread[^bytes.Length..];
        return isWhole;
    }

    private void Hangup()
    {
        _connection?.Dispose();
        (_connection, _reader, _unread) = (null, new ModbusFrameReader(), default);
    }
}

using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Node.Drivers.Modbus;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Drivers;

/// <summary>The client against a real socket whose other end does what it should not.</summary>
public sealed class ModbusTcpTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = Hang.After;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private ModbusTcpClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _listener.Start();
        _client = Client(Patience);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _listener.Dispose();
    }

    [Fact]
    public async Task An_answer_in_single_bytes_and_two_answers_in_one_piece_are_read_alike()
    {
        var first = _client.ReadHoldingAsync(100, 1, Cancellation);
        var stream = await AcceptAsync();
        foreach (var part in Answer(await RequestAsync(stream), 0x1234))
        {
            await stream.WriteAsync(new[] { part }, Cancellation);
        }

        Assert.Equal([0x1234], await first);

        // The answer to this request, joined by a stray one that nobody asked for, then the next.
        var second = _client.ReadHoldingAsync(100, 1, Cancellation);
        var request = await RequestAsync(stream);
        byte[] stray = [0xAB, 0xCD, 0, 0, 0, 3, 1, 3, 0];
        await stream.WriteAsync((byte[])[.. stray, .. Answer(request, 7), .. stray], Cancellation);
        Assert.Equal([7], await second);
        var third = _client.ReadHoldingAsync(100, 1, Cancellation);
        await stream.WriteAsync(Answer(await RequestAsync(stream), 8), Cancellation);
        Assert.Equal([8], await third);
    }

    [Fact]
    public async Task A_device_that_says_nothing_is_given_up_and_asked_anew_on_another_connection()
    {
        await using var impatient = Client(TimeSpan.FromSeconds(1));
        var silent = impatient.ReadHoldingAsync(0, 1, Cancellation);
        using var hung = await _listener.AcceptTcpClientAsync(Cancellation);
        Assert.Contains("did not answer function 3 within 1 s", (await Assert.ThrowsAsync<ModbusException>(() => silent)).Message, StringComparison.Ordinal);

        // What it was about to say belongs to nobody: the next request has a line of its own.
        await using var patient = Client(Patience);
        var again = patient.ReadHoldingAsync(0, 1, Cancellation);
        var stream = await AcceptAsync();
        await stream.WriteAsync(Answer(await RequestAsync(stream), 5), Cancellation);
        Assert.Equal([5], await again);
    }

    [Theory]
    [InlineData("485454502F312E31203430302042616420", "Not Modbus TCP")] // "HTTP/1.1 400 Bad "
    [InlineData("", "closed the connection")]
    public async Task A_peer_that_is_no_Modbus_device_is_named(string says, string named)
    {
        var asked = _client.ReadHoldingAsync(0, 1, Cancellation);
        using (var peer = await _listener.AcceptTcpClientAsync(Cancellation))
        {
            await RequestAsync(peer.GetStream());
            await peer.GetStream().WriteAsync(Convert.FromHexString(says), Cancellation);
        }

        Assert.Contains(named, (await Assert.ThrowsAsync<ModbusException>(() => asked)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_of_answers_that_nobody_asked_for_ends_the_connection()
    {
        var asked = _client.ReadHoldingAsync(0, 1, Cancellation);
        var stream = await AcceptAsync();
        await RequestAsync(stream);
        byte[] stray = [0xAB, 0xCD, 0, 0, 0, 3, 1, 3, 0];
        await stream.WriteAsync(Enumerable.Repeat(stray, 100).SelectMany(bytes => bytes).ToArray(), Cancellation);
        Assert.Contains("nobody asked for", (await Assert.ThrowsAsync<ModbusException>(() => asked)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_registers_than_a_message_takes_are_read_in_several_requests_in_order()
    {
        await using var server = new ModbusTcpServer(
            (_, request) =>
            {
                var (at, count) = (request.Span[1] << 8 | request.Span[2], request.Span[4]);
                return [3, (byte)(2 * count), .. Enumerable.Range(at, count).SelectMany(register => (byte[])[(byte)(register >> 8), unchecked((byte)register)])];
            },
            NullLogger.Instance);
        server.Start();
        await using var client = new ModbusTcpClient(new ModbusAddress("127.0.0.1", server.Port), Patience, TimeProvider.System);
        Assert.Equal(Enumerable.Range(40_000, 300).Select(register => (ushort)register), await client.ReadHoldingAsync(40_000, 300, Cancellation));
    }

    [Fact]
    public async Task Nobody_at_the_address_is_said_with_the_address()
    {
        using var closed = new ClosedPort();
        await using var client = new ModbusTcpClient(new ModbusAddress("127.0.0.1", closed.Number), Patience, TimeProvider.System);
        Assert.Contains($"127.0.0.1:{closed.Number} unit 1 cannot be reached", (await Assert.ThrowsAsync<ModbusException>(() => client.ReadHoldingAsync(0, 1, Cancellation))).Message, StringComparison.Ordinal);
    }

    private ModbusTcpClient Client(TimeSpan patience) =>
        new(new ModbusAddress("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port), patience, TimeProvider.System);

    private async Task<NetworkStream> AcceptAsync() => (await _listener.AcceptTcpClientAsync(Cancellation)).GetStream();

    private static async Task<byte[]> RequestAsync(NetworkStream stream)
    {
        var request = new byte[12];
        await stream.ReadExactlyAsync(request, Cancellation);
        return request;
    }

    // One register, for the request's transaction and unit.
    private static byte[] Answer(byte[] request, ushort value) => [request[0], request[1], 0, 0, 0, 5, request[6], 3, 2, (byte)(value >> 8), unchecked((byte)value)];
}

using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.DevnetTests.Drivers;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Tests.Proof.S2;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2;

/// <summary>A device that comes by a token and floods, flaps or has a wrong clock: what the home's log says of it, and that it waits at the door.</summary>
public sealed class S2TroublesomeDeviceTests : IAsyncLifetime
{
    private const string Token = "token-of-the-heater-0123456789abcdef";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s2-trouble-");
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly FakeTimeProvider _time = new(S2Examples.Now); // stands still: nobody is too late, and no minute goes by
    private readonly RecordedLog _log = new();
    private readonly IdentifierSequence _ids = new(Guid.NewGuid());
    private S2House _house = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _house = await S2House.StartAsync(
        new S2HouseOptions(_folder.FullName, new IPEndPoint(IPAddress.Loopback, 0)) { Tokens = [("heater", Token)], Announces = false }, _random, _time, _log, Stop);

    public async ValueTask DisposeAsync()
    {
        await _house.DisposeAsync();
        _random.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task One_that_floods_loses_its_session_and_the_log_says_why_once_however_often_it_comes()
    {
        for (var i = 0; i < 2; i++)
        {
            using var socket = await GreetAsync();
            try
            {
                for (var k = 0; k < 700; k++)
                {
                    await SayAsync(socket, Measured(_time.GetUtcNow()));
                }
            }
            catch (Exception cut) when (cut is WebSocketException or OperationCanceledException)
            {
                // Cut off while it was still at it.
            }

            await S2Home.UntilAsync(() => !_house.Names.Any(), "the session is over");
        }

        await S2Home.UntilAsync(() => Said("has lost its session") > 0, "the log says so");
        Assert.Equal((1, 1), (Said("s2/heater is here"), Said("s2/heater: has lost its session: the peer sent more than 600 messages within a minute.")));
    }

    [Fact]
    public async Task One_with_a_wrong_clock_is_told_of_and_stays()
    {
        using var socket = await GreetAsync();
        await SayAsync(socket, Measured(_time.GetUtcNow().AddHours(3)));
        await S2Home.UntilAsync(() => Said("has a clock that is 3 h fast") == 1, "the log says so");
        Assert.Equal(["s2/heater"], _house.Names);
    }

    [Fact]
    public async Task One_that_comes_and_goes_waits_at_the_door_after_the_twentieth_time_in_a_minute()
    {
        for (var i = 0; i < 20; i++)
        {
            using var socket = NewSocket();
            await socket.ConnectAsync(_house.Address, Stop);
            Assert.IsType<Handshake>(await HearAsync(socket)); // it has its session, and takes no later one's place any more
        }

        using var refused = NewSocket();
        await Assert.ThrowsAsync<WebSocketException>(() => refused.ConnectAsync(_house.Address, Stop));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.HttpStatusCode);

        // A minute later it may come again.
        _time.Advance(TimeSpan.FromMinutes(1));
        using var patient = await GreetAsync();
        Assert.Equal(["s2/heater"], _house.Names);
    }

    private int Said(string part) => _log.Lines.Count(line => line.Contains(part, StringComparison.Ordinal));

    private ClientWebSocket NewSocket()
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {Token}");
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => new S2Trust(_house.Fingerprint).Trusts(certificate, chain, errors);
        return socket;
    }

    /// <summary>Connects, and introduces itself until something is selected.</summary>
    private async Task<ClientWebSocket> GreetAsync()
    {
        var socket = NewSocket();
        await socket.ConnectAsync(_house.Address, Stop);
        await SayAsync(socket, new Handshake(_ids.Next(), EnergyManagementRole.Rm, [S2Codec.ProtocolVersion]));
        while (true)
        {
            var message = await HearAsync(socket);
            if (message is S2Request request)
            {
                await SayAsync(socket, new ReceptionStatus(request.MessageId, ReceptionStatusValue.Ok));
            }

            if (message is HandshakeResponse)
            {
                await SayAsync(socket, S2Examples.Details(ControlType.NotControlable) with { MessageId = _ids.Next() });
            }
            else if (message is SelectControlType)
            {
                return socket;
            }
        }
    }

    private PowerMeasurement Measured(DateTimeOffset at) => new(_ids.Next(), at, [new PowerValue(CommodityQuantity.ElectricPowerL1, 2_000)]);

    private static Task SayAsync(ClientWebSocket socket, S2Message message) => socket.SendAsync(S2Codec.Write(message), WebSocketMessageType.Text, true, Stop);

    private static async Task<S2Message?> HearAsync(ClientWebSocket socket)
    {
        var (bytes, length) = (new byte[65_536], 0);
        while (true)
        {
            var part = await socket.ReceiveAsync(bytes.AsMemory(length), Stop);
            length += part.Count;
            if (part.EndOfMessage)
            {
                return S2Codec.Read(bytes.AsMemory(0, length)).Message;
            }
        }
    }
}

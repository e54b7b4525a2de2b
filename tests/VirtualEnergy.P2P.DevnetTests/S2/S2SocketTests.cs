using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Node.S2;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2;

/// <summary>An energy manager and a device over real sockets on loopback; and peers that mean no good.</summary>
public sealed class S2SocketTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_battery_connects_over_tls_describes_itself_and_carries_out_what_it_is_told()
    {
        await using var home = await S2Home.OpenAsync();
        Assert.Equal("wss", home.Manager.Address.Scheme);
        home.ConnectBattery();
        var battery = await DescribedAsync(home);

        Assert.Equal(4.2, battery.Connection.Resource.StorageStatus!.PresentFillLevel.Value);
        Assert.Null(battery.Connection.Send(id => new FrbcInstruction(
            id, new Identifier("order-1"), TimeProvider.System.GetUtcNow(), false, new Identifier("inverter"), new Identifier("charge"), 0.5)));
        await S2Home.UntilAsync(() => battery.Connection.Resource.Instructions[new Identifier("order-1")].Status == InstructionStatus.Succeeded, "the instruction is carried out");
        Assert.DoesNotContain(home.Heard, heard => heard.News is S2Refused or S2RefusedByPeer);
    }

    [Fact]
    public async Task A_device_comes_back_by_itself_when_the_manager_was_away()
    {
        await using var home = await S2Home.OpenAsync(port: OwnPort.Next()); // it comes back on it
        var lost = home.ConnectBattery();
        await DescribedAsync(home);
        await home.RestartAsync();
        await DescribedAsync(home);
        Assert.NotEmpty(lost);
    }

    [Fact]
    public async Task Only_the_token_from_pairing_lets_a_device_in()
    {
        await using var home = await S2Home.OpenAsync();
        var lost = home.ConnectBattery(token: "another-token-0123456789abcdef0123456789");
        await S2Home.UntilAsync(() => lost.Count >= 2, "two attempts are refused");
        Assert.All(lost, reason => Assert.Contains("401", reason, StringComparison.Ordinal));
        Assert.Empty(home.Manager.Devices);

        home.Doors.Forget("battery");
        var forgotten = home.ConnectBattery();
        await S2Home.UntilAsync(() => !forgotten.IsEmpty, "a device that is not paired any more is refused");
        Assert.Contains("401", forgotten.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_does_not_tell_its_token_to_a_certificate_it_does_not_know()
    {
        await using var home = await S2Home.OpenAsync();
        var lost = home.ConnectBattery(fingerprint: new string('0', 64));
        await S2Home.UntilAsync(() => !lost.IsEmpty, "the connection is refused");
        Assert.Empty(home.Heard);
    }

    [Fact]
    public async Task A_device_has_one_session_and_the_newest_counts()
    {
        await using var home = await S2Home.OpenAsync();
        using var first = await ConnectAsync(home);
        await S2Home.UntilAsync(() => home.Manager.Devices.ContainsKey("battery"), "the first is connected");
        using var second = await ConnectAsync(home);
        var texts = await ReadUntilClosedAsync(first);
        Assert.Contains(texts, text => text.Contains("\"TERMINATE\"", StringComparison.Ordinal) && text.Contains("the device connected anew", StringComparison.Ordinal));
        Assert.Equal(WebSocketState.Open, second.State);
    }

    [Fact]
    public async Task A_device_that_takes_the_name_of_another_is_refused()
    {
        await using var home = await S2Home.OpenAsync();
        home.Doors.Admit("stranger", "token-of-a-stranger-0123456789abcdef");
        home.ConnectBattery();
        await DescribedAsync(home);
        var lost = home.ConnectBattery(token: "token-of-a-stranger-0123456789abcdef");
        await S2Home.UntilAsync(() => !lost.IsEmpty, "the stranger loses its session");
        Assert.Contains("resource device-1 is managed already", lost.First(), StringComparison.Ordinal);
        Assert.True(home.Manager.Devices["battery"].Connection.IsEstablished);
    }

    [Fact]
    public async Task What_is_no_message_is_answered_and_the_session_goes_on()
    {
        await using var home = await S2Home.OpenAsync();
        using var socket = await ConnectAsync(home);
        await SendAsync(socket, "nonsense");
        var texts = await ReadAsync(socket, 2);
        Assert.Contains(texts, text => text.Contains("INVALID_DATA", StringComparison.Ordinal));
        await SendAsync(socket, Encoding.UTF8.GetString(S2Codec.Write(new Handshake(new Identifier("m-1"), EnergyManagementRole.Rm, [S2Codec.ProtocolVersion]))));
        Assert.Contains(await ReadAsync(socket, 2), text => text.Contains("HandshakeResponse", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("binary")]
    [InlineData("endless")]
    [InlineData("flood")]
    [InlineData("vanish")]
    public async Task A_hostile_peer_loses_its_session_and_nobody_else_does(string kind)
    {
        await using var home = await S2Home.OpenAsync();
        home.Doors.Admit("hostile", "token-of-a-hostile-0123456789abcdefgh");
        home.ConnectBattery();
        await DescribedAsync(home);
        using var hostile = await ConnectAsync(home, "token-of-a-hostile-0123456789abcdefgh");
        await S2Home.UntilAsync(() => home.Manager.Devices.ContainsKey("hostile"), "it is connected");
        try
        {
            switch (kind)
            {
                case "binary":
                    await hostile.SendAsync(new byte[] { 1, 2, 3 }, WebSocketMessageType.Binary, true, Stop);
                    break;
                case "endless":
                    for (var part = 0; part < 2 * S2Codec.MostBytes / 65_536; part++)
                    {
                        await hostile.SendAsync(Encoding.UTF8.GetBytes(new string('[', 65_536)), WebSocketMessageType.Text, false, Stop);
                    }

                    break;
                case "flood":
                    for (var message = 0; message < 2 * S2Limits.Default.MessagesPerMinute; message++)
                    {
                        await SendAsync(hostile, "{\"message_type\":\"ReceptionStatus\"}");
                    }

                    break;
                case "vanish":
                    hostile.Abort();
                    break;
            }
        }
        catch (WebSocketException)
        {
            // Cut off while it was still at it.
        }

        await S2Home.UntilAsync(() => !home.Manager.Devices.ContainsKey("hostile"), "it is gone");
        Assert.True(home.Manager.Devices["battery"].Connection.IsEstablished);
    }

    [Fact]
    public async Task A_peer_that_says_nothing_loses_its_session()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var home = await S2Home.OpenAsync(time);
        using var silent = await ConnectAsync(home);
        Assert.Single(await ReadAsync(silent, 1)); // the manager's handshake: the session is open and its clock runs
        time.Advance(TimeSpan.FromSeconds(11));
        await ReadUntilClosedAsync(silent);
        await S2Home.UntilAsync(() => home.Manager.Devices.Count == 0, "it is gone");
    }

    [Fact]
    public async Task Without_a_certificate_only_loopback_is_listened_on()
    {
        using var random = RandomNumberGenerator.Create();
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => S2EnergyManager.StartAsync(
            new S2Listening(new IPEndPoint(IPAddress.Any, 0), null), new S2Doors(TimeProvider.System), [], (_, _) => ValueTask.CompletedTask, TimeProvider.System, random, stop: Stop));
        Assert.Contains("Give a certificate", fault.Message, StringComparison.Ordinal);
        await using var home = await S2Home.OpenAsync(secure: false);
        Assert.Equal("ws", home.Manager.Address.Scheme);
    }

    private static async Task<S2Device> DescribedAsync(S2Home home)
    {
        S2Device? battery = null;
        await S2Home.UntilAsync(
            () => home.Manager.Devices.TryGetValue("battery", out battery) && battery.Connection.Resource.StorageStatus is not null, "the battery has described itself");
        return battery!;
    }

    private static async Task<ClientWebSocket> ConnectAsync(S2Home home, string token = S2Home.Token)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => new S2Trust(home.Fingerprint).Trusts(certificate, chain, errors);
        await socket.ConnectAsync(home.Manager.Address, Stop);
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Stop);

    private static async Task<List<string>> ReadAsync(ClientWebSocket socket, int most)
    {
        var (texts, buffer) = (new List<string>(), new byte[65_536]);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(Hang.After);
        try
        {
            while (texts.Count < most)
            {
                var part = await socket.ReceiveAsync(buffer, deadline.Token);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                texts.Add(Encoding.UTF8.GetString(buffer, 0, part.Count));
            }
        }
        catch (WebSocketException)
        {
            // Cut off: as good as closed.
        }

        return texts;
    }

    private static Task<List<string>> ReadUntilClosedAsync(ClientWebSocket socket) => ReadAsync(socket, int.MaxValue);
}

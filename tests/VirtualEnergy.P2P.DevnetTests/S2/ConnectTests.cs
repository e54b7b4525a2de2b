using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.S2.Connect;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2;

/// <summary>S2 Connect in a home: pairing by code and sessions by tokens that change, over TLS on loopback.</summary>
public sealed class ConnectTests
{
    private static readonly Guid Battery = Guid.Parse("0d9f3c54-6a86-4a0e-9d0d-3f0f5c1a7e02");

    private static readonly NodeDescription Self = new(Battery, "A maker", "battery", "B2", EnergyManagementRole.Rm);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_device_pairs_by_code_and_gets_a_new_token_for_each_session()
    {
        await using var home = await S2Home.OpenAsync();
        var pairing = await new ConnectClient(Self).PairAsync(home.Pairing, home.Desk.IssueCode(), Stop);
        Assert.Equal(home.Fingerprint, pairing.Fingerprint);
        Assert.Equal(Self, Assert.Single(home.Desk.Paired.All).Description);

        var first = pairing.AccessTokens[0];
        var kept = pairing;
        home.ConnectBattery(stop => ConnectClient.SessionAsync(kept, changed =>
        {
            kept = changed;
            return ValueTask.CompletedTask;
        }, stop));
        await S2Home.UntilAsync(() => home.Manager.Devices.TryGetValue(Battery.ToString(), out var device) && device.Connection.Resource.StorageStatus is not null, "it is connected");
        Assert.NotEqual(first, Assert.Single(kept.AccessTokens));

        // The first token has done its work; the manager's coming back is met with the one that took its place.
        await Assert.ThrowsAsync<HttpRequestException>(() => ConnectClient.SessionAsync(pairing, _ => ValueTask.CompletedTask, Stop).AsTask());
        var second = kept.AccessTokens[0];
        await home.RestartAsync();
        await S2Home.UntilAsync(() => home.Manager.Devices.TryGetValue(Battery.ToString(), out var device) && device.Connection.IsEstablished, "it is back");
        Assert.NotEqual(second, kept.AccessTokens[0]);
    }

    [Fact]
    public async Task A_wrong_code_pairs_nobody()
    {
        await using var home = await S2Home.OpenAsync();
        home.Desk.IssueCode();
        var fault = await Assert.ThrowsAsync<UserErrorException>(() => new ConnectClient(Self).PairAsync(home.Pairing, "wrongcode", Stop));
        Assert.StartsWith("What answers there does not know this code", fault.Message, StringComparison.Ordinal);
        Assert.Empty(home.Desk.Paired.All);
    }

    [Fact]
    public async Task A_device_that_guesses_is_refused_and_the_code_is_void()
    {
        await using var home = await S2Home.OpenAsync();
        var code = home.Desk.IssueCode();
        using var http = Http();
        var accepted = await PostAsync(http, home, "pairing/v1/requestPairing", null, Request());
        var id = (await accepted.Content.ReadFromJsonAsync<System.Text.Json.Nodes.JsonObject>(Stop))!["pairingAttemptId"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(http, home, "pairing/v1/requestConnectionDetails", id, new { serverHmacChallengeResponse = new byte[32] })).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(http, home, "pairing/v1/finalizePairing", id, new { success = true })).StatusCode);
        var fault = await Assert.ThrowsAsync<UserErrorException>(() => new ConnectClient(Self).PairAsync(home.Pairing, code, Stop));
        Assert.Contains("NoValidPairingTokenOnPairingServer", fault.Message, StringComparison.Ordinal);
        Assert.Empty(home.Desk.Paired.All);
    }

    [Fact]
    public async Task A_code_and_an_attempt_run_out()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var home = await S2Home.OpenAsync(time);
        home.Desk.IssueCode();
        using var http = Http();
        var accepted = await PostAsync(http, home, "pairing/v1/requestPairing", null, Request());
        var id = (await accepted.Content.ReadFromJsonAsync<System.Text.Json.Nodes.JsonObject>(Stop))!["pairingAttemptId"]!.GetValue<string>();
        time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(http, home, "pairing/v1/requestConnectionDetails", id, new { serverHmacChallengeResponse = new byte[32] })).StatusCode);
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(http, home, "pairing/v1/requestPairing", null, Request())).StatusCode);
    }

    [Fact]
    public void A_token_for_a_session_opens_one_session_within_half_a_minute()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var doors = new S2Doors(time);
        var token = new string('t', 44);
        doors.AdmitOnce("battery", token, time.GetUtcNow().AddSeconds(30));
        Assert.Equal("battery", doors.DeviceOf($"Bearer {token}"));
        Assert.Null(doors.DeviceOf($"Bearer {token}"));
        doors.AdmitOnce("battery", token, time.GetUtcNow().AddSeconds(30));
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Null(doors.DeviceOf($"Bearer {token}"));
    }

    [Fact]
    public async Task A_device_that_is_unpaired_loses_its_session_and_gets_no_other()
    {
        await using var home = await S2Home.OpenAsync();
        var kept = await new ConnectClient(Self).PairAsync(home.Pairing, home.Desk.IssueCode(), Stop);
        var lost = home.ConnectBattery(stop => ConnectClient.SessionAsync(kept, changed =>
        {
            kept = changed;
            return ValueTask.CompletedTask;
        }, stop));
        await S2Home.UntilAsync(() => home.Manager.Devices.ContainsKey(Battery.ToString()), "it is connected");
        Assert.True(home.Desk.Unpair(Battery));
        await S2Home.UntilAsync(() => lost.Any(reason => reason.Contains("not paired any more", StringComparison.Ordinal)), "its session ends");
        await S2Home.UntilAsync(() => lost.Any(reason => reason.Contains("NoLongerPaired", StringComparison.Ordinal)), "it gets no other");
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("nonsense", HttpStatusCode.BadRequest)]
    [InlineData("null", HttpStatusCode.BadRequest)]
    [InlineData("[[[[[[[[[[[[", HttpStatusCode.BadRequest)]
    public async Task What_is_no_request_is_refused(string body, HttpStatusCode expected)
    {
        await using var home = await S2Home.OpenAsync();
        using var http = Http();
        foreach (var path in new[] { "pairing/v1/requestPairing", "pairing/v1/requestConnectionDetails", "pairing/v1/finalizePairing", "connection/v1/initiateSession", "connection/v1/unpair" })
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            Assert.Equal(expected, (await http.PostAsync(new Uri(home.Pairing, "/" + path), content, Stop)).StatusCode);
        }

        using var large = new StringContent(new string(' ', 100_000), Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsync(new Uri(home.Pairing, "v1/requestPairing"), large, Stop)).StatusCode);
        Assert.Equal("[\"v1\"]", await http.GetStringAsync(home.Pairing, Stop));
    }

    [Fact]
    public void Pairings_survive_a_restart_and_tokens_are_not_in_the_file()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "paired.json");
        PairedNodes.Open(path).Keep(new PairedNode(Battery, Self, "hash"));
        Assert.Equal(new PairedNode(Battery, Self, "hash"), PairedNodes.Open(path).Find(Battery));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        File.WriteAllText(path, "{");
        Assert.Contains("pair the devices anew", Assert.Throws<UserErrorException>(() => PairedNodes.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_response_to_a_challenge_is_the_one_of_RFC_4231()
    {
        // Its test case 1 has a key of twenty bytes 0x0b and the message "Hi There"; here the message is token and fingerprint together.
        Assert.Equal(
            "B0344C61D8DB38535CA8AFCEAF0BF12B881DC200C9833DA726E9376C2E32CFF7",
            Convert.ToHexString(ChallengeResponse.Of(Enumerable.Repeat((byte)0x0b, 20).ToArray(), "Hi", " There"u8)));
    }

    private static object Request() => new
    {
        clientNodeDescription = new { id = Battery, brand = "A maker", type = "battery", modelName = "B2", role = "RM" },
        clientEndpointDescription = new { deployment = "LAN" },
        supportedCommunicationProtocols = new[] { "WebSocket" },
        supportedS2MessageVersions = new[] { "0.0.2-beta" },
        supportedHmacHashingAlgorithms = new[] { "SHA256" },
        clientHmacChallenge = new byte[32],
    };

    private static Task<HttpResponseMessage> PostAsync(HttpClient http, S2Home home, string path, string? bearer, object body)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(home.Pairing, "/" + path)) { Content = JsonContent.Create(body) };
        message.Headers.Authorization = bearer is null ? null : new("Bearer", bearer);
        return http.SendAsync(message, Stop);
    }

    private static HttpClient Http() => new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, errors) => errors != SslPolicyErrors.RemoteCertificateNotAvailable } });
}

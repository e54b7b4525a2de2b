using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.S2.Connect;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2;

/// <summary>S2 Connect in a home: pairing by code and sessions by tokens that change, over TLS on loopback.</summary>
public sealed class ConnectTests : IDisposable
{
    private static readonly Guid Battery = Guid.Parse("0d9f3c54-6a86-4a0e-9d0d-3f0f5c1a7e02");

    private static readonly NodeDescription Self = new(Battery, "A maker", "battery", "B2", EnergyManagementRole.Rm);

    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _random.Dispose();

    [Fact]
    public async Task A_device_pairs_by_code_and_gets_a_new_token_for_each_session()
    {
        await using var home = await S2Home.OpenAsync(port: OwnPort.Next()); // it comes back on it
        var pairing = await new ConnectClient(Self, _random).PairAsync(home.Pairing, home.Desk.IssueCode(), Stop);
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
        var fault = await Assert.ThrowsAsync<UserErrorException>(() => new ConnectClient(Self, _random).PairAsync(home.Pairing, "AAECAwQFBgcI", Stop));
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
        var fault = await Assert.ThrowsAsync<UserErrorException>(() => new ConnectClient(Self, _random).PairAsync(home.Pairing, code, Stop));
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
        var kept = await new ConnectClient(Self, _random).PairAsync(home.Pairing, home.Desk.IssueCode(), Stop);
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
    [InlineData(0)]
    [InlineData(5)] // HMAC fills a short key up with zeros, so that this is the same key
    public async Task A_challenge_of_the_managers_own_is_not_answered_to_who_sends_it_back(int zeros)
    {
        await using var home = await S2Home.OpenAsync();
        home.Desk.IssueCode();
        using var http = Http();
        var first = (await (await PostAsync(http, home, "pairing/v1/requestPairing", null, Request())).Content.ReadFromJsonAsync<System.Text.Json.Nodes.JsonObject>(Stop))!;
        byte[] reflected = [.. Convert.FromBase64String(first["serverHmacChallenge"]!.GetValue<string>()), .. new byte[zeros]];
        var second = await PostAsync(http, home, "pairing/v1/requestPairing", null, Request(reflected));
        Assert.Equal(HttpStatusCode.BadRequest, second.StatusCode);
        Assert.DoesNotContain("clientHmacChallengeResponse", await second.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_in_the_home_sees_who_the_manager_is_and_the_manager_hears_of_a_device_that_is_about_to_be_paired()
    {
        await using var home = await S2Home.OpenAsync();
        using var http = Http();
        Assert.Equal("""{"deployment":"LAN","name":"VirtualEnergy"}""", await http.GetStringAsync(new Uri(home.Pairing, "v1/endpoint"), Stop));
        var node = Assert.Single((await http.GetFromJsonAsync<System.Text.Json.Nodes.JsonArray>(new Uri(home.Pairing, "v1/nodes"), Stop))!);
        Assert.Equal(("7b1c1f0e-6a2f-4a53-9c57-0f7b7f2d4c01", "CEM"), (node!["id"]!.GetValue<string>(), node["role"]!.GetValue<string>()));

        var heard = new List<(NodeDescription Device, bool HasCode)>();
        home.Desk.Prepared = (device, hasCode) => heard.Add((device, hasCode));
        var prepare = new { clientNodeDescription = Node("RM"), clientEndpointDescription = new { deployment = "LAN" }, serverNodeId = "7b1c1f0e-6a2f-4a53-9c57-0f7b7f2d4c01" };
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(http, home, "pairing/v1/preparePairing", null, prepare)).StatusCode);
        home.Desk.IssueCode();
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(http, home, "pairing/v1/preparePairing", null, prepare)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(http, home, "pairing/v1/preparePairing", null, prepare with { serverNodeId = Battery.ToString() })).StatusCode);
        Assert.Equal([(Self, false), (Self, true)], heard); // nobody else is meant by another id
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(http, home, "pairing/v1/preparePairing", null, prepare with { clientNodeDescription = Node("CEM") })).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(http, home, "pairing/v1/cancelPreparePairing", null, new { clientNodeId = Battery, serverNodeId = Battery })).StatusCode);
    }

    [Fact]
    public async Task A_device_that_listens_nowhere_waits_until_its_code_is_typed_in_at_the_manager()
    {
        await using var home = await S2Home.OpenAsync();
        var (token, told) = (PairingToken.New(_random), new System.Collections.Concurrent.ConcurrentQueue<string>());
        var waiting = new WaitingDevice(Self, token, _random, TimeProvider.System) { Pause = TimeSpan.FromMilliseconds(5), Told = told.Enqueue }.WaitAsync(home.Pairing, Stop);
        var devices = new DevicePairing(home.Desk, _ => Task.FromResult<System.Collections.Immutable.ImmutableArray<VirtualEnergy.P2P.Node.S2.Discovery.S2Endpoint>>([]), _random);
        DeviceCandidate[] expected = [new("A maker B2", Battery, null)];
        var seen = false;
        while (!seen)
        {
            seen = expected.SequenceEqual(await devices.CandidatesAsync(Stop));
        }

        // Another code is not its own: it says so, and waits on.
        var wrong = await Assert.ThrowsAsync<UserErrorException>(() => devices.PairAsync(new PairingCode(null, PairingToken.New(_random)), null, Sessions(home), Stop));
        Assert.Contains("this is not its code", wrong.Message, StringComparison.Ordinal);
        Assert.Empty(home.Desk.Paired.All);

        Assert.Equal("A maker B2", await devices.PairAsync(new PairingCode(null, token), "a maker b2", Sessions(home), Stop));
        Assert.Equal(Self, Assert.Single(home.Desk.Paired.All).Description);
        Assert.Contains(told, line => line.Contains("does not know this code", StringComparison.Ordinal));
        var kept = await waiting;
        home.ConnectBattery(stop => ConnectClient.SessionAsync(kept, changed =>
        {
            kept = changed;
            return ValueTask.CompletedTask;
        }, stop));
        await S2Home.UntilAsync(() => home.Manager.Devices.TryGetValue(Battery.ToString(), out var device) && device.Connection.IsEstablished, "it is connected");
    }

    [Fact]
    public async Task A_device_that_is_a_server_is_paired_by_the_code_on_its_label()
    {
        await using var home = await S2Home.OpenAsync();
        await using var device = await LabelledDevice.StartAsync(Self, "AAECAwQFBgcI", home.Certificate, Stop);
        var devices = new DevicePairing(home.Desk, _ => Task.FromResult<System.Collections.Immutable.ImmutableArray<VirtualEnergy.P2P.Node.S2.Discovery.S2Endpoint>>([]), _random);

        var wrong = await Assert.ThrowsAsync<UserErrorException>(() => devices.PairAsync(PairingCode.Parse("AAECAwQFBgcJ"), device.Pairing.AbsoluteUri, Sessions(home), Stop));
        Assert.StartsWith("What answers there does not know this code", wrong.Message, StringComparison.Ordinal);
        Assert.Empty(home.Desk.Paired.All);

        Assert.Equal("A maker B2", await devices.PairAsync(PairingCode.Parse("AAECAwQFBgcI"), device.Pairing.AbsoluteUri, Sessions(home), Stop));
        Assert.Equal(home.Fingerprint, device.Told!.Fingerprint);
        var kept = new ManagerPairing(device.Told.Sessions, home.Desk.Paired.All.Single().Id == Battery ? Guid.Parse("7b1c1f0e-6a2f-4a53-9c57-0f7b7f2d4c01") : default, Battery, [device.Told.AccessToken], device.Told.Fingerprint);
        var address = await ConnectClient.SessionAsync(kept, _ => ValueTask.CompletedTask, Stop);
        Assert.Equal(home.Manager.Address, address.Address);
    }

    [Fact]
    public async Task A_device_that_fails_at_the_end_is_paired_as_before()
    {
        await using var home = await S2Home.OpenAsync();
        await using var device = await LabelledDevice.StartAsync(Self, "AAECAwQFBgcI", home.Certificate, Stop);
        var devices = new DevicePairing(home.Desk, _ => Task.FromResult<System.Collections.Immutable.ImmutableArray<VirtualEnergy.P2P.Node.S2.Discovery.S2Endpoint>>([]), _random);
        device.IsBroken = true;
        await Assert.ThrowsAsync<UserErrorException>(() => devices.PairAsync(PairingCode.Parse("AAECAwQFBgcI"), device.Pairing.AbsoluteUri, Sessions(home), Stop));
        Assert.Empty(home.Desk.Paired.All);

        device.IsBroken = false;
        await devices.PairAsync(PairingCode.Parse("AAECAwQFBgcI"), device.Pairing.AbsoluteUri, Sessions(home), Stop);
        var before = Assert.Single(home.Desk.Paired.All);
        device.IsBroken = true;
        await Assert.ThrowsAsync<UserErrorException>(() => devices.PairAsync(PairingCode.Parse("AAECAwQFBgcI"), device.Pairing.AbsoluteUri, Sessions(home), Stop));
        Assert.Equal(before, Assert.Single(home.Desk.Paired.All));
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
        foreach (var path in new[] { "pairing/v1/requestPairing", "pairing/v1/requestConnectionDetails", "pairing/v1/finalizePairing", "connection/v1/initiateSession", "connection/v1/unpair", "pairing/v1/preparePairing", "pairing/v1/cancelPreparePairing", "pairing/v1/waitForPairing" })
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
        // Its test case 3 has a key of twenty bytes 0xaa and fifty bytes 0xdd; here those are token, in Base64, and fingerprint together.
        Assert.True(PairingToken.TryParse(Convert.ToBase64String(Enumerable.Repeat((byte)0xdd, 18).ToArray()), out var token));
        Assert.Equal(
            "773EA91E36800E46854DB8EBD09181A72959098B3EF8C122D9635514CED565FE",
            Convert.ToHexString(ChallengeResponse.Of(Enumerable.Repeat((byte)0xaa, 20).ToArray(), token, Enumerable.Repeat((byte)0xdd, 32).ToArray())));
    }

    private static Uri Sessions(S2Home home) => new(home.Pairing, "/connection/");

    private static object Node(string role) => new { id = Battery, brand = "A maker", type = "battery", modelName = "B2", role };

    private static object Request(byte[]? challenge = null) => new
    {
        clientNodeDescription = Node("RM"),
        clientEndpointDescription = new { deployment = "LAN" },
        supportedCommunicationProtocols = new[] { "WebSocket" },
        supportedS2MessageVersions = new[] { "0.0.2-beta" },
        supportedHmacHashingAlgorithms = new[] { "SHA256" },
        clientHmacChallenge = challenge ?? new byte[32],
    };

    private static Task<HttpResponseMessage> PostAsync(HttpClient http, S2Home home, string path, string? bearer, object body)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(home.Pairing, "/" + path)) { Content = JsonContent.Create(body) };
        message.Headers.Authorization = bearer is null ? null : new("Bearer", bearer);
        return http.SendAsync(message, Stop);
    }

    private static HttpClient Http() => new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, errors) => errors != SslPolicyErrors.RemoteCertificateNotAvailable } });
}

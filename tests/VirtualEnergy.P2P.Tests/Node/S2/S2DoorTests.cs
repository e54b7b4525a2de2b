using System.Net;
using System.Security.Cryptography;
using System.Text;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Commands;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.S2.Connect;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.S2;

public sealed class S2DoorTests : IAsyncDisposable
{
    private readonly DirectoryInfo _place = Directory.CreateTempSubdirectory("ve-s2-");
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly S2Folder _folder;
    private readonly S2Door _door;
    private readonly ConnectDesk _desk;

    public S2DoorTests()
    {
        _folder = S2Folder.Open(_place.FullName, TimeProvider.System, _random);
        _desk = _folder.Desk(new S2Doors(TimeProvider.System), TimeProvider.System, _random);
        _door = new S2Door(_folder, _desk, new IPEndPoint(IPAddress.Loopback, 8443), new Uri("wss://127.0.0.1:8443/s2"), () => S2Shown.All(_folder.Paired, new Dictionary<string, S2Device>(), DateTimeOffset.UnixEpoch), _random, TimeProvider.System);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _door.DisposeAsync();
        _folder.Dispose();
        _random.Dispose();
        _place.Delete(recursive: true);
    }

    [Fact]
    public async Task The_owner_of_a_manager_that_runs_gets_a_code_and_hears_why_nothing_can_be_paired()
    {
        Assert.Null(_door.Start());
        var code = await AskAsync(new S2Question(S2Questions.Code));
        Assert.Equal(12, code.Code!.Length);
        Assert.Equal(new Uri("https://127.0.0.1:8443/pairing/"), code.Pairing);
        Assert.Empty((await AskAsync(new S2Question(S2Questions.Devices))).Devices!);
        Assert.Contains("No device waits to be paired", (await AskAsync(new S2Question(S2Questions.Pair, "AAECAwQFBgcI"))).Error, StringComparison.Ordinal);
        Assert.Contains("washer: no such device waits", (await AskAsync(new S2Question(S2Questions.Pair, "AAECAwQFBgcI", "washer"))).Error, StringComparison.Ordinal);
        Assert.Contains("twelve or more letters", (await AskAsync(new S2Question(S2Questions.Pair, "1234"))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Devices_that_are_paired_are_shown_whether_they_are_connected_or_not()
    {
        Assert.Null(_door.Start());
        Assert.Empty((await AskAsync(new S2Question(S2Questions.Known))).Known!);
        var id = new Guid(7, 0, 0, new byte[8]);
        _folder.Paired.Keep(new PairedNode(id, new NodeDescription(id, "A maker", "battery", "B2", EnergyManagementRole.Rm), "hash", "garage"));
        Assert.Equal([new S2Shown("garage", "A maker B2", id.ToString())], (await AskAsync(new S2Question(S2Questions.Known))).Known!.Value);
    }

    [Fact]
    public async Task Devices_that_wait_are_listed_and_of_several_one_is_to_be_named()
    {
        Assert.Null(_door.Start());
        using var leave = new CancellationTokenSource();
        Task[] waiting = [.. Enumerable.Range(1, 2).Select(i => new Guid(i, 0, 0, new byte[8])).Select(id => _desk.Waiting.WaitAsync(
            [new WaitForPairing(id, new NodeDescription(id, "A maker", "appliance", $"W{id.ToByteArray()[0]}", EnergyManagementRole.Rm), new EndpointDescription())], leave.Token))];
        Assert.Equal(["A maker W1", "A maker W2"], (await AskAsync(new S2Question(S2Questions.Devices))).Devices!.Value.Select(device => device.Name));
        Assert.StartsWith("2 devices could be meant, A maker W1 (00000001-", (await AskAsync(new S2Question(S2Questions.Pair, "AAECAwQFBgcI"))).Error, StringComparison.Ordinal);
        await leave.CancelAsync();
        await Task.WhenAll(waiting);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[[[[[[[[")]
    [InlineData("""{"ask":"everything"}""")]
    [InlineData("""{"ask":"pair"}""")]
    [InlineData("""{"ask":"code","device":"x"}""")]
    [InlineData("""{"ask":"code","more":1}""")]
    [InlineData("""{"ask":"co""")]
    public async Task What_is_no_question_is_answered_with_what_one_is(string line) =>
        Assert.StartsWith("a question is a JSON object", (await _door.AnswerAsync(Encoding.UTF8.GetBytes(line), Stop)).Error, StringComparison.Ordinal);

    [Fact]
    public async Task Without_a_manager_that_runs_nobody_answers() => Assert.Null(await DoorClient.AskAsync(
        S2Door.PathIn(_place.FullName), new S2Question(S2Questions.Code), S2DoorJson.Default.S2Question, S2DoorJson.Default.S2Answer, TimeSpan.FromSeconds(60), TimeProvider.System, Stop));

    private async Task<S2Answer> AskAsync(S2Question question) => (await DoorClient.AskAsync(
        S2Door.PathIn(_place.FullName), question, S2DoorJson.Default.S2Question, S2DoorJson.Default.S2Answer, TimeSpan.FromSeconds(60), TimeProvider.System, Stop))!;
}

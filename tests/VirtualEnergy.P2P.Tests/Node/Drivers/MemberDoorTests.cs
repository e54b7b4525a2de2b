using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Node.Commands;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers;

public sealed class MemberDoorTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-door-");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 30, 8, 0, 0, TimeSpan.Zero));
    private readonly MemberControls _controls = new();
    private readonly KeptLog _log = new();
    private readonly MemberDoor _door;

    public MemberDoorTests() => _door = new MemberDoor(MemberDoor.Beside(Config), () => ["s2/Garage battery", "car"], _controls, _time, _log);

    private string Config => Path.Combine(_folder.FullName, "home.json");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _door.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_members_word_reaches_the_node_without_a_broker_and_ends()
    {
        _door.Start();
        Assert.Equal([new DoorDevice("car", "plan", null), new DoorDevice("s2/Garage battery", "plan", null)], (await AskAsync(new DoorQuestion())).Devices);

        var until = _time.GetUtcNow().AddMinutes(90);
        Assert.Equal([new DoorDevice("car", "on", until)], (await AskAsync(new DoorQuestion("CAR", "on", 90))).Devices);
        Assert.Equal([new DeviceOverride("car", true, until)], _controls.Overrides);

        _time.Advance(TimeSpan.FromMinutes(90));
        Assert.Equal(new DoorDevice("car", "plan", null), (await AskAsync(new DoorQuestion())).Devices[0]);
    }

    [Fact]
    public async Task A_word_without_minutes_holds_for_two_hours_and_is_taken_back_by_plan()
    {
        _door.Start();
        Assert.Equal(_time.GetUtcNow().AddHours(2), Assert.Single((await AskAsync(new DoorQuestion("car", "off"))).Devices).Until);
        Assert.Equal([new DoorDevice("car", "plan", null)], (await AskAsync(new DoorQuestion("car", "plan"))).Devices);
        Assert.Empty(_controls.Overrides);
    }

    [Theory]
    [InlineData("""{"device":"oven","word":"on"}""", "there is car, s2/Garage battery")]
    [InlineData("""{"device":"car"}""", "plan, on or off")]
    [InlineData("""{"device":"car","word":"on","minutes":0}""", "1 to 10080 minutes")]
    [InlineData("""{"device":"car","word":"on","minutes":10081}""", "1 to 10080 minutes")]
    [InlineData("""{"device":"car","word":"on","minutes":1e308}""", "a question is a JSON object")]
    [InlineData("""{"device":"car","word":"on","for":5}""", "a question is a JSON object")]
    [InlineData("null", "a question is a JSON object")]
    [InlineData("", "a question is a JSON object")]
    public void What_cannot_be_asked_is_refused_with_a_reason_and_changes_nothing(string line, string reason)
    {
        Assert.Contains(reason, _door.Answer(Encoding.UTF8.GetBytes(line)).Error, StringComparison.Ordinal);
        Assert.Empty(_controls.Overrides);
    }

    [Fact]
    public async Task Noise_and_callers_that_say_nothing_leave_it_open_for_the_next()
    {
        _door.Start();
        using (var noise = Call())
        {
            await noise.SendAsync(new byte[MemberDoor.MostBytes + 1], Cancellation);
        }

        using (Call())
        {
            // Gone without a word.
        }

        Assert.Equal(2, (await AskAsync(new DoorQuestion())).Devices.Length);
    }

    [Fact]
    public async Task A_door_that_a_killed_node_left_behind_is_taken_over_and_one_in_use_is_not()
    {
        await File.WriteAllTextAsync(MemberDoor.Beside(Config), "", Cancellation); // a name in the file system behind which nobody listens
        Assert.Null(await DoorClient.AskAsync(Config, new DoorQuestion(), Patience, TimeProvider.System, Cancellation));
        _door.Start();
        Assert.Equal(2, (await AskAsync(new DoorQuestion())).Devices.Length);
        Assert.Empty(_log.Warnings);

        await using (var second = new MemberDoor(MemberDoor.Beside(Config), () => ["other"], new MemberControls(), _time, _log))
        {
            second.Start();
            Assert.Contains("another node listens there", Assert.Single(_log.Warnings), StringComparison.Ordinal);
        }

        // The second leaves the first its door.
        Assert.Equal(2, (await AskAsync(new DoorQuestion())).Devices.Length);
    }

    [Fact]
    public async Task A_path_that_no_socket_can_have_costs_the_node_nothing()
    {
        await using var door = new MemberDoor(Path.Combine(_folder.FullName, new string('x', 200)), () => [], _controls, _time, _log);
        door.Start();
        Assert.Single(_log.Warnings);
    }

    [Fact]
    public async Task Nobody_but_its_owner_can_open_it_and_it_goes_with_the_node()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes of files.");
        _door.Start();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(MemberDoor.Beside(Config)));
        await _door.DisposeAsync();
        Assert.False(File.Exists(MemberDoor.Beside(Config)));
    }

    private Socket Call()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(MemberDoor.Beside(Config)));
        return socket;
    }

    private async Task<DoorAnswer> AskAsync(DoorQuestion question) =>
        await DoorClient.AskAsync(Config, question, Patience, TimeProvider.System, Cancellation) ?? throw new InvalidOperationException("there is no door");
}

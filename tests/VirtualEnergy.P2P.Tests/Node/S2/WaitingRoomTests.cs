using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node.S2.Connect;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.S2;

public sealed class WaitingRoomTests
{
    private static readonly Guid Washer = Guid.Parse("0d9f3c54-6a86-4a0e-9d0d-3f0f5c1a7e02");
    private static readonly Guid Dryer = Guid.Parse("7b1c1f0e-6a2f-4a53-9c57-0f7b7f2d4c01");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 30, 8, 0, 0, TimeSpan.Zero));
    private readonly WaitingRoom _room;

    public WaitingRoomTests() => _room = new WaitingRoom(_time);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_device_is_asked_who_it_is_and_then_held_until_there_is_something_to_do()
    {
        Assert.Equal([new WaitInstruction(Washer, "sendNodeDescription")], Todo(await WaitAsync(new WaitForPairing(Washer))));
        Assert.Empty(_room.Devices);

        var held = WaitAsync(Known(Washer));
        Assert.False(held.IsCompleted);
        Assert.Equal([Washer], _room.Devices.Select(device => device.Id));
        Assert.True(_room.Tell(Washer, "requestPairing"));
        Assert.Equal([new WaitInstruction(Washer, "requestPairing")], Todo(await held));
    }

    [Fact]
    public async Task With_nothing_to_do_it_is_answered_after_twenty_seconds_and_forgotten_when_it_asks_no_more()
    {
        var held = WaitAsync(Known(Washer));
        _time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(held.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((204, null), await held);

        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.Single(_room.Devices);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(_room.Devices);
        Assert.False(_room.Tell(Washer, "requestPairing"));
    }

    [Fact]
    public async Task What_is_to_be_done_between_two_requests_is_said_with_the_next_one_once()
    {
        var held = WaitAsync(Known(Washer));
        _time.Advance(WaitingRoom.Patience);
        await held;
        Assert.True(_room.Tell(Washer, "preparePairing"));
        Assert.Equal([new WaitInstruction(Washer, "preparePairing")], Todo(await WaitAsync(new WaitForPairing(Washer))));
        Assert.False(WaitAsync(new WaitForPairing(Washer)).IsCompleted);
    }

    [Fact]
    public async Task A_client_may_wait_with_several_devices_and_hears_of_the_one_that_is_meant()
    {
        var held = WaitAsync(Known(Washer), Known(Dryer));
        _room.Tell(Dryer, "requestPairing");
        Assert.Equal([new WaitInstruction(Dryer, "requestPairing")], Todo(await held));
    }

    [Fact]
    public async Task Who_asks_again_has_given_up_the_request_before()
    {
        var first = WaitAsync(Known(Washer));
        var second = WaitAsync(Known(Washer));
        Assert.Equal((204, null), await first);
        _room.Tell(Washer, "requestPairing");
        Assert.Single(Todo(await second));
    }

    [Fact]
    public async Task A_device_that_never_says_who_it_is_is_not_kept_busy()
    {
        Assert.Single(Todo(await WaitAsync(new WaitForPairing(Washer))));
        var held = WaitAsync(new WaitForPairing(Washer));
        Assert.False(held.IsCompleted);
        _time.Advance(WaitingRoom.Patience);
        Assert.Equal("sendNodeDescription", Assert.Single(Todo(await held)).Action);
    }

    [Fact]
    public void A_device_without_a_code_says_so()
    {
        var without = new List<Guid>();
        _room.HadNoCode = without.Add;
        _ = WaitAsync(Known(Washer) with { ErrorMessage = "NoValidTokenOnPairingClient" });
        Assert.Equal([Washer], without);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_and_more_than_64_devices_do_not_wait_at_once()
    {
        Assert.Equal(400, (await WaitAsync()).Status);
        Assert.Equal(400, (await WaitAsync(Known(Washer), Known(Washer))).Status);
        Assert.Equal(400, (await WaitAsync(Known(Washer) with { ClientNodeId = Dryer })).Status);
        Assert.Equal(400, (await WaitAsync(Known(Washer) with { ClientNodeDescription = Described(Washer) with { Role = EnergyManagementRole.Cem } })).Status);
        Assert.Equal(400, (await WaitAsync([.. Enumerable.Range(1, 17).Select(i => Known(Id(i)))])).Status);
        Assert.Equal(400, (await _room.WaitAsync([null!], Stop)).Status);
        for (var client = 0; client < 4; client++)
        {
            _ = WaitAsync([.. Enumerable.Range(16 * client, 16).Select(i => Known(Id(i)))]);
        }

        Assert.Equal(503, (await WaitAsync(Known(Washer))).Status);
        Assert.Equal(64, _room.Devices.Count);
    }

    private Task<(int Status, object? Body)> WaitAsync(params WaitForPairing[] devices) => _room.WaitAsync(devices, Stop);

    private static WaitInstruction[] Todo((int Status, object? Body) answer)
    {
        Assert.Equal(200, answer.Status);
        return Assert.IsType<WaitInstruction[]>(answer.Body);
    }

    private static Guid Id(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]);

    private static NodeDescription Described(Guid id) => new(id, "A maker", "appliance", "W1", EnergyManagementRole.Rm);

    private static WaitForPairing Known(Guid id) => new(id, Described(id), new EndpointDescription());
}

using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Node.S2;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2;

/// <summary>A battery of ours under another manager.</summary>
public sealed class SimulatedBatteryTests
{
    private static readonly Identifier Order = new("order-1");

    [Fact]
    public async Task It_charges_as_it_is_told_and_stops_when_it_is_full()
    {
        // 10 kWh, half full; 5 kW of which 95 % arrive: half an hour fills 2.375 kWh, and what is left takes less than two hours.
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var battery = new SimulatedBattery(new Identifier("battery-1"), 10, 5, 0.95, time);
        await using var home = await S2Home.OpenAsync(time);
        S2Connection? link = null;
        home.ConnectDevice(battery.Details, (connection, news) =>
        {
            link = connection;
            battery.Hear(connection, news);
        });
        S2Device? device = null;
        await S2Home.UntilAsync(() => home.Manager.Devices.TryGetValue("battery", out device) && device.Connection.Resource.Measurement is not null, "it has described itself");
        Assert.Equal(5, device!.Connection.Resource.StorageStatus!.PresentFillLevel.Value);

        Assert.Null(Send(device, "mode-1", 1));
        await UntilAsync(device, InstructionStatus.Started);
        await S2Home.UntilAsync(() => device.Connection.Resource.Measurement!.Values[0].Value == 5000, "it draws 5 kW");
        time.Advance(TimeSpan.FromMinutes(30));
        battery.Tell(link!);
        await S2Home.UntilAsync(() => Math.Abs(device.Connection.Resource.StorageStatus!.PresentFillLevel - 7.375) < 1e-9, "it is at 7.375 kWh");

        time.Advance(TimeSpan.FromHours(2));
        battery.Tell(link!);
        await UntilAsync(device, InstructionStatus.Succeeded);
        Assert.Equal(10, battery.FillLevel);
        Assert.Equal(new Identifier("mode-0"), device.Connection.Resource.StateOf(new Identifier("actuator-0")).Mode);
        Assert.DoesNotContain(home.Heard, heard => heard.News is S2Refused or S2RefusedByPeer);
    }

    [Fact]
    public async Task A_revoked_instruction_ends_what_it_began()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var battery = new SimulatedBattery(new Identifier("battery-1"), 10, 5, 1, time);
        await using var home = await S2Home.OpenAsync(time);
        home.ConnectDevice(battery.Details, battery.Hear);
        S2Device? device = null;
        await S2Home.UntilAsync(() => home.Manager.Devices.TryGetValue("battery", out device) && device.Connection.Resource.Measurement is not null, "it has described itself");
        Assert.Null(Send(device!, "mode-2", 0.5));
        await UntilAsync(device!, InstructionStatus.Started);
        await S2Home.UntilAsync(() => device!.Connection.Resource.Measurement!.Values[0].Value == -2500, "it gives 2.5 kW");
        Assert.Null(device!.Connection.Send(id => new RevokeObject(id, RevokableObject.FrbcInstruction, Order)));
        await S2Home.UntilAsync(() => device.Connection.Resource.Measurement!.Values[0].Value == 0, "it is idle");
        Assert.Equal(InstructionStatus.Revoked, device.Connection.Resource.Instructions[Order].Status);
    }

    private static string? Send(S2Device device, string mode, double factor) => device.Connection.Send(id => new FrbcInstruction(
        id, Order, DateTimeOffset.UnixEpoch, false, new Identifier("actuator-0"), new Identifier(mode), factor));

    private static Task UntilAsync(S2Device device, InstructionStatus status) =>
        S2Home.UntilAsync(() => device.Connection.Resource.Instructions[Order].Status == status, $"the instruction is {status}");
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.S2.Offered;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2.Offered;

/// <summary>A device of ours and another manager, over a socket; their clock stands still unless it is told.</summary>
internal sealed class OfferedPair : IAsyncDisposable
{
    private readonly S2Home _home;
    private readonly OfferedResource _resource;
    private readonly ConcurrentQueue<string> _notes = new();
    private S2Connection? _link;
    private int _orders;

    private OfferedPair(S2Home home, OfferedResource resource, FakeTimeProvider time) => (_home, _resource, Time) = (home, resource, time);

    public FakeTimeProvider Time { get; }

    /// <summary>What the manager knows of it.</summary>
    public S2Resource Known => _home.Manager.Devices["battery"].Connection.Resource;

    public S2Home Home => _home;

    /// <summary>Why the device did not do something.</summary>
    public IReadOnlyCollection<string> Notes => _notes;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Connects it, and waits until it has said how it is.</summary>
    public static async Task<OfferedPair> OpenAsync(OfferedDevice device, FakeTimeProvider time)
    {
        var pair = new OfferedPair(await S2Home.OpenAsync(time), device.Open(new Identifier("device-1")), time);
        pair._resource.Noted = pair._notes.Enqueue;
        pair._home.ConnectDevice(pair._resource.Details, (connection, news) =>
        {
            pair._link = connection;
            return pair._resource.HearAsync(connection, news, Stop);
        }, time);
        await S2Home.UntilAsync(() => pair._home.Manager.Devices.ContainsKey("battery") && (pair.Known.Measurement is not null || pair.Known.StorageStatus is not null), "it has described itself");
        return pair;
    }

    /// <summary>Time goes by and the device notices.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        Time.Advance(time);
        await _resource.StepAsync(Stop);
    }

    /// <summary>Its manager is gone, and it notices.</summary>
    public async Task LoseAsync()
    {
        _link!.Close("lost");
        await _resource.StepAsync(Stop);
    }

    /// <summary>Instructs it.</summary>
    /// <returns>The id of the instruction.</returns>
    public Identifier Tell(Func<Identifier, Identifier, S2Instruction> make)
    {
        var order = new Identifier($"order-{++_orders}");
        Assert.Null(Try(id => make(id, order)));
        return order;
    }

    /// <summary>What stands against sending a message; null when it is sent.</summary>
    public string? Try(Func<Identifier, S2Request> make) => _home.Manager.Devices["battery"].Connection.Send(make);

    public Task UntilAsync(Identifier order, InstructionStatus status) =>
        S2Home.UntilAsync(() => Known.Instructions[order].Status == status, $"{order} is {status}");

    public Task UntilWattsAsync(double watts) => S2Home.UntilAsync(() => Known.ElectricWatts is { } said && Math.Abs(said - watts) < 1e-6, $"it says {watts} W");

    /// <summary>Waits until it has said how it is at this moment.</summary>
    public Task UntilSaidAsync() => S2Home.UntilAsync(() => Known.Measurement?.MeasurementTimestamp == Time.GetUtcNow(), "it has said how it is");

    /// <summary>Neither side has refused a word of the other.</summary>
    public void AssertNothingRefused() => Assert.DoesNotContain(_home.Heard, heard => heard.News is S2Refused or S2RefusedByPeer);

    public ValueTask DisposeAsync() => _home.DisposeAsync();
}

using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.DevnetTests.Drivers;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.Cars;
using VirtualEnergy.P2P.Node.Drivers.Zigbee2Mqtt;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Nodes;

/// <summary>A home of a thousand plugs, all of which talk while the rounds go on.</summary>
public sealed class ThousandDevicesTests : IAsyncLifetime
{
    private const int Plugs = 1_000;

    private readonly EmbeddedHomeBroker _broker = new();
    private readonly PlayedExchange _exchange = new();
    private MqttLink _house = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _exchange.StartAsync();
        await _broker.StartAsync();
        _house = ((IHomeBroker)_broker).Broker.Link("house", TimeProvider.System, NullLogger.Instance);
        await _house.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _house.DisposeAsync();
        await _broker.DisposeAsync();
        await _exchange.DisposeAsync();
    }

    [Fact]
    public async Task The_home_keeps_its_rounds()
    {
        var book = new DeviceBook(TimeProvider.System, NullLogger.Instance);
        await using var drivers = new HomeDrivers(
            [new Zigbee2MqttDriver(((IHomeBroker)_broker).Broker, "node-zigbee", "zigbee2mqtt", _ => null, TimeProvider.System, NullLogger.Instance)], book, TimeProvider.System, NullLogger.Instance);
        var senses = new HomeSenses(book, null, new MemberControls(), new HomeCars([], null, NullLogger.Instance), TimeProvider.System);
        await PublishAsync("zigbee2mqtt/bridge/info", """{"version":"2.6.1"}""", retain: true);
        await PublishAsync("zigbee2mqtt/bridge/devices", $"[{string.Join(',', Enumerable.Range(0, Plugs).Select(Plug))}]", retain: true);
        drivers.Start();
        await Waiting.UntilAsync(() => book.All().Length == Plugs ? "all" : null, () => $"{book.All().Length} of {Plugs} devices are in the book");

        var source = new HouseholdSource { Homes = 2, Seed = 1, Name = "Home 02", Equipped = true };
        var community = source.Open();
        await using var node = new ProsumerNode(
            _exchange.Broker, "village", PlayedExchange.HomeKey, source.Plan(community), new SupplierSource().Open(community), TimeProvider.System, NullLogger.Instance)
        {
            Senses = senses.Sense,
            News = senses.Tell,
        };
        await node.StartAsync(Cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var talking = TalkAsync(stop.Token);
        var period = PeriodGrid.QuarterHour.At(TimeProvider.System.GetUtcNow());
        for (var round = 0; round < 5; round++, period = period.Next)
        {
            await _exchange.AnnounceAsync(period);
            var bid = (await _exchange.Bids.ReadAsync(Cancellation).AsTask().WaitAsync(Hang.After, Cancellation)).Bid;
            Assert.Equal(period, bid.Period);
            await _exchange.ClearAsync(bid, new Price(100_000));
            Assert.Equal(period, (await _exchange.Readings.ReadAsync(Cancellation).AsTask().WaitAsync(Hang.After, Cancellation)).Period);
        }

        // All of them were heard meanwhile.
        await Waiting.UntilAsync(() => book.All().All(state => state.Reading is not null) ? "all" : null, () => $"{book.All().Count(state => state.Reading is null)} devices were not heard");
        await stop.CancelAsync();
        await talking;
    }

    private async Task TalkAsync(CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                await _house.PublishAsync($"zigbee2mqtt/plug {i % Plugs}", Encoding.UTF8.GetBytes($$"""{"power":{{i % 2_000}},"state":"ON"}"""), retain: false, stop);
            }
            catch (Exception ended) when (ended is OperationCanceledException or MqttLinkException)
            {
                return;
            }
        }
    }

    private static string Plug(int number) => $$$"""
        {"ieee_address":"0x{{{number:x16}}}","friendly_name":"plug {{{number}}}","definition":{"model":"P","vendor":"V","exposes":[
        {"type":"switch","features":[{"type":"binary","name":"state","property":"state","value_on":"ON","value_off":"OFF","access":7}]},
        {"type":"numeric","name":"power","property":"power","unit":"W","access":1}]}}
        """;

    private Task PublishAsync(string topic, string payload, bool retain = false) => _house.PublishAsync(topic, Encoding.UTF8.GetBytes(payload), retain, Cancellation);
}

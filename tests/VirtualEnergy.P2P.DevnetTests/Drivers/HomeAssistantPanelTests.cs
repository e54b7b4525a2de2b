using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Drivers;

/// <summary>The node's panel on a broker, with Home Assistant's part played by the test. Each derived class runs it against its own kind of broker.</summary>
public abstract class HomeAssistantPanelTestBase : IAsyncLifetime
{
    private static readonly MemberId Anna = new("0x" + new string('a', 40));
    private static readonly MemberId Ben = new("0x" + new string('b', 40));
    private static readonly Period Seven = new(1_900_007);

    private static readonly HomeDescription Home = new(
        "Anna's home", 6_000, PowerProfile.Constant(400), battery: new BatteryDescription(new Energy(5_000), 2_000, 2_000));

    private readonly HeldTopics _held = new();
    private readonly MemberControls _controls = new();
    private readonly RecordedLog _log = new();
    private readonly NodeTopics _topics = new(Anna);
    private IHomeBroker _broker = null!;
    private MqttLink _homeAssistant = null!;
    private HomeAssistantPanel _panel = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _broker = CreateBroker();
        await _broker.StartAsync();
        _homeAssistant = _broker.Broker.Link("home-assistant", TimeProvider.System, NullLogger.Instance);
        await _homeAssistant.SubscribeAsync("#", (message, _) => _held.Take(message), Cancellation);
        await _homeAssistant.StartAsync(Cancellation);
        _panel = new HomeAssistantPanel(_broker.Broker, Anna, "Anna's home", _controls, default, TimeProvider.System, _log);
        await _panel.StartAsync();

        // It says that it is there when its subscriptions are in place.
        await _held.UntilAsync(_topics.Availability, text => text == "online");
        _panel.Tell(new MarketJoined(
            new MarketDescription("village", 1, Anna.Value, Ben.Value, MarketRules.Default), Home, SupplierTariff.Flat(new Price(280_000), new Price(90_000))));
    }

    public async ValueTask DisposeAsync()
    {
        if (_panel is not null)
        {
            await _panel.DisposeAsync();
            await _homeAssistant.DisposeAsync();
        }

        await _broker.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_device_and_its_entities_are_announced_and_show_what_the_node_knows()
    {
        _panel.Tell(new PeriodRun(
            new RoundResult(Seven, new Price(200_000), new Energy(500), 2, [], default, default, default),
            [new Trade(Anna, Ben, new Energy(500), new Price(200_000))],
            new Delivery(Seven, new Energy(500), [], new Energy(500), Energy.Zero, Energy.Zero, Energy.Zero, new Energy(2_500))));
        var config = JsonNode.Parse(await _held.UntilAsync("homeassistant/sensor/" + _topics.NodeId + "/battery/config", text => text.Length > 0))!;
        Assert.Equal("Anna's home", (string?)config["device"]!["name"]);
        Assert.Equal("50", await _held.UntilAsync((string)config["state_topic"]!, text => text == "50"));
        Assert.Equal("online", await _held.UntilAsync((string)config["availability_topic"]!, text => text == "online"));
        Assert.Equal("0.2", await _held.UntilAsync(_topics.State(NodeEntities.CurrentPrice), text => text == "0.2"));
        Assert.Contains("2500", await _held.UntilAsync((string)config["json_attributes_topic"]!, text => text.Length > 0), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_of_it_is_retained_for_a_Home_Assistant_that_starts_later()
    {
        await _held.UntilAsync(_topics.State(NodeEntities.Pause), text => text == "OFF");
        var later = new HeldTopics();
        await using var second = _broker.Broker.Link("home-assistant-later", TimeProvider.System, NullLogger.Instance);
        await second.SubscribeAsync("#", (message, _) => later.Take(message), Cancellation);
        await second.StartAsync(Cancellation);
        await later.UntilAsync(_topics.Config("switch", NodeEntities.Pause), text => text.Length > 0);
        await later.UntilAsync(_topics.State(NodeEntities.Pause), text => text == "OFF");
        await later.UntilAsync(_topics.Availability, text => text == "online");
    }

    [Fact]
    public async Task A_command_from_Home_Assistant_is_obeyed_and_shown()
    {
        await CommandAsync(NodeEntities.MostPrice, "25.5");
        await CommandAsync(NodeEntities.Pause, "ON");
        Assert.Equal("ON", await _held.UntilAsync(_topics.State(NodeEntities.Pause), text => text == "ON"));
        Assert.Equal("25.5", await _held.UntilAsync(_topics.State(NodeEntities.MostPrice), text => text == "25.5"));
        Assert.Equal(new MemberLimits(true, new Price(255_000)), _controls.Limits);
    }

    [Fact]
    public async Task Hostile_commands_change_nothing_and_are_logged_once()
    {
        for (var i = 0; i < 50; i++)
        {
            await CommandAsync(NodeEntities.Pause, "maybe");
            await CommandAsync(NodeEntities.MostPrice, "1e308");
            await CommandAsync("reboot", "ON");
            await CommandAsync(NodeEntities.MostADay, new string('9', 5_000));
        }

        // Commands are taken in order: when the last has been, all have.
        await CommandAsync(NodeEntities.MostADay, "7");
        await _held.UntilAsync(_topics.State(NodeEntities.MostADay), text => text == "7");
        Assert.Null(_controls.Limits.MostPrice);
        Assert.Equal(4, _log.Lines.Count(line => line.Contains("is refused", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_command_that_was_left_on_the_broker_is_not_obeyed()
    {
        await _panel.DisposeAsync();
        await _homeAssistant.PublishAsync(_topics.Command(NodeEntities.Pause), Encoding.ASCII.GetBytes("ON"), retain: true, Cancellation);
        await using var again = new HomeAssistantPanel(_broker.Broker, Anna, "again", _controls, default, TimeProvider.System, _log);
        await again.StartAsync();
        await _log.UntilAsync(line => line.Contains("retained", StringComparison.Ordinal));
        Assert.False(_controls.Limits.IsPaused);
    }

    [Fact]
    public async Task A_node_that_goes_is_shown_as_gone()
    {
        await _held.UntilAsync(_topics.Availability, text => text == "online");
        await _panel.DisposeAsync();
        await _held.UntilAsync(_topics.Availability, text => text == "offline");
    }

    [Fact]
    public async Task After_Home_Assistants_birth_everything_is_announced_again()
    {
        await _held.UntilAsync(_topics.State(NodeEntities.Pause), text => text == "OFF");
        var before = _held.Count(_topics.Config("switch", NodeEntities.Pause));
        await _homeAssistant.PublishAsync("homeassistant/status", "online"u8.ToArray(), cancellation: Cancellation);
        await _held.UntilCountAsync(_topics.Config("switch", NodeEntities.Pause), before + 1);
    }

    [Fact]
    public async Task The_brokers_password_is_in_no_log_and_no_text()
    {
        await _held.UntilAsync(_topics.Availability, text => text == "online");
        await using var refused = new HomeAssistantPanel(
            _broker.Broker with { User = "stranger" }, Ben, "Ben", _controls, default, TimeProvider.System, _log);
        await refused.StartAsync();
        await _log.UntilAsync(line => line.Contains("refuses", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Lines, line => line.Contains(IHomeBroker.Password, StringComparison.Ordinal));
        Assert.DoesNotContain(IHomeBroker.Password, _broker.Broker.ToString(), StringComparison.Ordinal);
    }

    private protected abstract IHomeBroker CreateBroker();

    private Task CommandAsync(string entity, string payload) =>
        _homeAssistant.PublishAsync(_topics.Command(entity), Encoding.UTF8.GetBytes(payload), retain: false, Cancellation);
}

public sealed class HomeAssistantPanelTests : HomeAssistantPanelTestBase
{
    private protected override IHomeBroker CreateBroker() => new EmbeddedHomeBroker();
}

public sealed class HomeAssistantPanelOnMosquittoTests : HomeAssistantPanelTestBase
{
    private protected override IHomeBroker CreateBroker() => new MosquittoHomeBroker();
}

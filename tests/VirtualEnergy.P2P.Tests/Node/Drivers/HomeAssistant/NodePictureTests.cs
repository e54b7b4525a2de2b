using System.Collections.Immutable;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers.HomeAssistant;

public sealed class NodePictureTests
{
    private static readonly MemberId Anna = new("0x" + new string('a', 40));
    private static readonly MemberId Ben = new("0x" + new string('b', 40));
    private static readonly Period Seven = new(2_000_007);
    private static readonly DateTimeOffset SevenBegins = PeriodGrid.QuarterHour.StartOf(Seven);

    private static readonly HomeDescription Home = new(
        "Anna", 6_000, PowerProfile.Constant(400), battery: new BatteryDescription(new Energy(5_000), 2_000, 2_000, initialFill: new Energy(1_250)));

    [Fact]
    public void A_price_that_was_cleared_ahead_is_the_next_until_its_delivery_begins()
    {
        var picture = Joined();
        picture.Take(Run(new Period(Seven.Index - 1), 200_000));
        picture.Take(Run(Seven, 150_000));
        var before = SevenBegins.AddSeconds(-1);
        Assert.Equal("0.2", State(picture, before, NodeEntities.CurrentPrice));
        Assert.Equal("0.15", State(picture, before, NodeEntities.NextPrice));
        Assert.Equal(SevenBegins, picture.ChangesAt(before));
        Assert.Equal("0.15", State(picture, SevenBegins, NodeEntities.CurrentPrice));
        Assert.Equal(NodePicture.Unknown, State(picture, SevenBegins, NodeEntities.NextPrice));
        Assert.Null(picture.ChangesAt(SevenBegins));
    }

    [Fact]
    public void Savings_are_what_the_supplier_would_have_asked_and_given_less_what_neighbours_do()
    {
        // Bought 500 Wh at 20 ct + 1 ct fee = 105,000 µEUR, the supplier asks 28 ct = 140,000: 35,000 saved.
        // Sold 300 Wh at 15 ct = 45,000, the supplier gives 9 ct = 27,000: 18,000 saved. Together 0.053 EUR.
        var picture = Joined();
        var bought = Run(Seven, 200_000, new Trade(Anna, Ben, new Energy(500), new Price(200_000)) { GridFee = new Price(10_000) });
        picture.Take(bought);
        picture.Take(bought);
        picture.Take(Run(Seven.Next, 150_000, new Trade(Ben, Anna, new Energy(300), new Price(150_000))));
        Assert.Equal("0.053", State(picture, SevenBegins, NodeEntities.Savings));
        Assert.Equal("0.500", State(picture, SevenBegins, NodeEntities.Bought));
        Assert.Equal("0.300", State(picture, SevenBegins, NodeEntities.Sold));
    }

    [Fact]
    public void The_plan_says_what_each_device_was_told()
    {
        var picture = Joined();
        picture.Take(Run(Seven, 200_000));
        Assert.Equal("battery charges 250 Wh; dishwasher starts", State(picture, SevenBegins, NodeEntities.Plan));
        var devices = Attributes(picture, NodeEntities.Plan)["devices"]!.AsArray();
        Assert.Equal("starts", (string?)devices[1]!["order"]);
        Assert.Equal("30", State(picture, SevenBegins, NodeEntities.BatteryFill)); // 1,500 of 5,000 Wh
    }

    [Fact]
    public void Totals_from_before_a_restart_go_on_and_a_period_counts_once()
    {
        var picture = new NodePicture(Anna, new NodeTotals(new Energy(1_000), new Energy(0), new Money(7), Seven));
        picture.Take(new MarketJoined(new MarketDescription("village", 1, Anna.Value, Ben.Value, MarketRules.Default), Home, Tariff));
        picture.Take(Run(Seven, 200_000, new Trade(Anna, Ben, new Energy(500), new Price(200_000))));
        Assert.Equal(new NodeTotals(new Energy(1_000), new Energy(0), new Money(7), Seven), picture.Totals);
    }

    [Fact]
    public void Every_configuration_has_the_fields_that_discovery_needs_and_an_id_of_its_own()
    {
        var topics = new NodeTopics(Anna);
        var configurations = NodeEntities.Configurations(topics, "Anna", hasBattery: true).ToList();
        var read = configurations.Select(message => JsonNode.Parse(message.Payload.Span)!.AsObject()).ToList();
        Assert.All(configurations, message => Assert.Matches($"^homeassistant/(sensor|switch|number)/{topics.NodeId}/[a-z_]+/config$", message.Topic));
        Assert.All(configurations, message => Assert.True(message.Retain));
        Assert.Equal(read.Count, read.Select(config => (string?)config["unique_id"]).Distinct().Count());
        Assert.All(read, config => Assert.Equal(topics.NodeId, (string?)config["device"]!["identifiers"]![0]));
        Assert.All(read, config => Assert.Equal(topics.Availability, (string?)config["availability_topic"]));

        // Home Assistant takes energy counters only with total or total_increasing, and money never as a measurement.
        Assert.All(read.Where(config => (string?)config["device_class"] == "monetary"), config => Assert.NotEqual("measurement", (string?)config["state_class"]));
        Assert.All(read.Where(config => (string?)config["device_class"] == "energy"), config => Assert.NotEqual("measurement", (string?)config["state_class"]));
    }

    [Fact]
    public void A_home_without_a_battery_takes_that_entity_away() =>
        Assert.True(NodeEntities.Configurations(new NodeTopics(Anna), "Anna", hasBattery: false).Single(message => message.Topic.EndsWith("/battery/config", StringComparison.Ordinal)).Payload.IsEmpty);

    private static SupplierTariff Tariff => SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    private static NodePicture Joined()
    {
        var picture = new NodePicture(Anna);
        picture.Take(new MarketJoined(new MarketDescription("village", 1, Anna.Value, Ben.Value, MarketRules.Default), Home, Tariff));
        return picture;
    }

    private static PeriodRun Run(Period period, long price, params Trade[] own) => new(
        new RoundResult(period, new Price(price), new Energy(1), 1, [.. own], default, default, default),
        [.. own],
        new Delivery(
            period, Energy.Zero,
            [new StorageAllocation("battery", period, new Energy(250)), new ShiftableAllocation("dishwasher", period, true), new InflexibleAllocation("photovoltaics", period, Energy.Zero)],
            new Energy(100), new Energy(200), Energy.Zero, new Energy(250), new Energy(1_500)));

    private static string? State(NodePicture picture, DateTimeOffset now, string entity) => Entity(picture, now, entity).State;

    private static JsonObject Attributes(NodePicture picture, string entity) => Entity(picture, SevenBegins, entity).Attributes!;

    private static (string Entity, string State, JsonObject? Attributes) Entity(NodePicture picture, DateTimeOffset now, string entity) =>
        picture.States(now, new MemberControls()).Single(shown => shown.Entity == entity);
}

using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Node.Planning;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Hosting;

public sealed class JoinedMarketTests : IDisposable
{
    private static readonly Period Now = new(1_995_000);
    private static readonly string Somebody = "0x" + new string('a', 40);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-joined-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_home_that_is_started_anew_bids_by_what_its_meter_counted_before()
    {
        // Ten days of 300 Wh a quarter of an hour by the meter; its household's profile says 400 W, 100 Wh.
        var history = MeasuredHistory.Open(Path.Combine(_folder.FullName, "history"), NullLogger.Instance);
        for (var period = Now.Index - 960; period < Now.Index; period++)
        {
            history.Keep(PeriodGrid.QuarterHour, new CountedPeriod(new Period(period), new Energy(300), Energy.Zero));
        }

        Assert.Equal(100, AskedBy(null));
        Assert.InRange(AskedBy(MeasuredHistory.Open(Path.Combine(_folder.FullName, "history"), NullLogger.Instance)), 295, 305);
    }

    private static long AskedBy(MeasuredHistory? history)
    {
        var home = new PlannedHome(new HomeDescription("home", 6_000, new PowerProfile(new Period(Now.Index - 2_000), [.. Enumerable.Repeat(400L, 3_000)])), []);
        var market = JoinedMarket.Join(
            new MarketDescription("village", 1, Somebody, Somebody, MarketRules.Default), null, home, SupplierTariff.Flat(new Price(280_000), new Price(90_000)), false,
            TimeProvider.System, NullLogger.Instance, isMetered: true, history: history);
        return market.Agent.BidFor(Now).Buy.Sum(step => step.Energy.WattHours);
    }
}

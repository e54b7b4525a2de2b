using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;
using static VirtualEnergy.P2P.Tests.Proof.CommunityExamples;

namespace VirtualEnergy.P2P.Tests.Node.Hosting;

public sealed class ResultCheckTests
{
    private readonly KeptLog _log = new();
    private readonly ResultCheck _check;
    private readonly JoinedMarket _market = JoinedMarket.Join(
        new MarketDescription("village", 31337, Key(3).Address.ToString(), ProviderKey.Address.ToString(), MarketRules.Default), null,
        new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(400)), []), SupplierTariff.Flat(new Price(280_000), new Price(90_000)), false, TimeProvider.System, NullLogger.Instance);

    public ResultCheckTests() => _check = new ResultCheck(Member(0), _log);

    [Fact]
    public void A_period_that_was_traded_before_the_node_started_is_no_broken_word_and_not_obeyed_either()
    {
        Assert.Equal(Energy.Zero, Allotted(First, null));
        Assert.Empty(_log.Warnings);
        Assert.Equal(1, _log.Count("the home runs it by its own plan"));
    }

    [Fact]
    public void A_trade_beyond_the_bid_or_without_one_is_an_error_once_the_node_is_in_the_market()
    {
        Assert.Equal(Energy.Zero, Allotted(First, BidFor(First, 99)));
        _check.Announced(new RoundAnnouncement(First, default, default));
        Assert.Equal(Energy.Zero, Allotted(First.Next, null));
        Assert.Equal(2, _log.Warnings.Count);

        // Whose gate had closed before that, others may have bid for: an earlier run of this node.
        Assert.Equal(Energy.Zero, Allotted(new Period(First.Index - 1), null));
        Assert.Equal(2, _log.Warnings.Count);
    }

    [Fact]
    public void A_trade_within_the_bid_is_obeyed() => Assert.Equal(new Energy(100), Allotted(First, BidFor(First, 100)));

    [Fact]
    public async Task The_bid_before_is_known_when_its_result_comes_after_the_next_gate_has_opened()
    {
        await using var desk = new BidDesk(Member(0), "bids", HomeKey(0), new PendingBid((_, _, _) => Task.CompletedTask, TimeProvider.System, NullLogger.Instance), NullLogger.Instance);
        var replaced = BidFor(First, 100) with { Number = 2 };
        var next = BidFor(First.Next, 50);
        foreach (var bid in new[] { BidFor(First, 60), replaced, next })
        {
            await desk.SendAsync(_market, bid, TestContext.Current.CancellationToken);
        }

        Assert.Equal([replaced, next, null], [desk.Of(First), desk.Of(First.Next), desk.Of(First.Next.Next)]);
        Assert.Equal(new Energy(100), Allotted(First, desk.Of(First)));
    }

    private static Bid BidFor(Period period, long energy) => new(Member(0), period, 1, [new Step(new Price(200_000), new Energy(energy))], []);

    private Energy Allotted(Period period, Bid? bid) => _check.Allotted(
        _market, new RoundResult(period, new Price(150_000), new Energy(100), 2, [new Trade(Member(0), Member(1), new Energy(100), new Price(150_000))], default, default, default), bid).Traded;
}

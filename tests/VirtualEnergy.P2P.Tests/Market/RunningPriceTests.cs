using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Auctions.Packed;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market;

/// <summary>The price that is counted while bids come in is the price that the round has in the end.</summary>
public sealed class RunningPriceTests
{
    private static readonly Period Period = new(1_831_492);

    // Five members who change their minds; each bid has up to three steps a side, buys below 20 ticks, sells above, or the other way round
    // between members, so that they meet. Prices −2 to 4 ct.
    private static readonly Gen<(int Member, Bid Bid)> Change =
        Gen.Select(Gen.Int[0, 4], Gen.Int[-20, 20], Gen.Long[1, 900].Array[0, 3], Gen.Long[1, 900].Array[0, 3]).Select((member, middle, buys, sells) => (member, new Bid(
            new MemberId($"m{member}"), Period, 0,
            [.. buys.Select((energy, i) => new Step(new Price((middle - 1 - i) * 1_000), new Energy(energy)))],
            [.. sells.Select((energy, i) => new Step(new Price((middle + i) * 1_000), new Energy(energy)))])));

    [Fact]
    public void At_every_moment_it_is_the_price_and_volume_of_the_round_that_would_be_cleared() => Change.Array[1, 15].Sample(changes =>
    {
        var (running, standing) = (new RunningPrice(MarketRules.Default), new SortedDictionary<int, Bid>());
        foreach (var (member, bid) in changes)
        {
            running.Replace(standing.GetValueOrDefault(member), bid);
            standing[member] = bid;
            var clearing = Clear(standing).Clearing;
            Assert.Equal(new Indication(clearing.Price, clearing.Volume), running.Current);
        }
    }, iter: 2_000);

    [Fact]
    public void While_a_bid_pays_for_an_origin_it_is_silent_and_after_that_it_knows_the_price_again()
    {
        var running = new RunningPrice(MarketRules.Default);
        running.Replace(null, Seller("bice", 100_000, 600));
        var anna = Buyer("anna", 200_000, 500);
        var wishing = anna with { Preferences = new Preferences(new Price(10_000), default) };
        running.Replace(null, wishing);
        Assert.Null(running.Current);
        running.Replace(wishing, anna);

        // Bice is filled in part and sets the price.
        Assert.Equal(new Indication(new Price(100_000), new Energy(500)), running.Current);
    }

    [Fact]
    public void A_bid_that_admission_would_refuse_silences_it_and_nothing_else()
    {
        var running = new RunningPrice(MarketRules.Default);
        running.Replace(null, Seller("bice", 100_000, 600));
        Bid[] refused =
        [
            Buyer("anna", 150, 5), // off tick
            Buyer("anna", 4_000_100, 5), // above the cap
            Buyer("anna", 200_000, 1L << 32), // more than a home's meter counts
            Buyer("anna", 200_000, 5) with { Sell = [new Step(new Price(200_000), new Energy(5))] }, // crosses itself
        ];
        foreach (var bid in refused)
        {
            running.Replace(null, bid);
            Assert.Null(running.Current);
            running.Replace(bid, Buyer("anna", 50_000, 5));
            Assert.Equal(new Indication(null, Energy.Zero), running.Current);
            running.Clear();
        }
    }

    [Fact]
    public void Where_more_than_one_price_or_another_mechanism_rules_it_is_silent()
    {
        MarketRules[] others =
        [
            MarketRules.Default with { Mechanism = MechanismKind.Huang },
            MarketRules.Default with { TickMicroEurPerKWh = 1, Floor = new Price(long.MinValue / 2), Cap = new Price(long.MaxValue / 2) },
        ];
        Assert.All(others, rules => Assert.Null(new RunningPrice(rules).Current));
    }

    [Fact]
    public void A_book_that_cannot_hold_one_step_of_a_bid_counts_none_of_them()
    {
        Assert.True(TickGrid.TryOf(MarketRules.Default, out var grid));
        var book = new CountedBook(grid);
        book.Add(Seller("bice", 100_000, 600));
        var half = Buyer("anna", 200_000, 500) with { Sell = [new Step(new Price(300_050), new Energy(5))] };
        Assert.Throws<ArgumentException>(() => book.Add(half));
        Assert.Throws<ArgumentException>(() => book.Remove(half));
        Assert.Throws<ArgumentException>(() => book.Add(Side.Buy, new Price(200_000), new Energy(-1)));
        Assert.Equal(0, book.Clearing().Volume);
    }

    private static Round Clear(IEnumerable<KeyValuePair<int, Bid>> bids) => RoundCalculator.Clear(
        Period, bids.Select(entry => new SignedBid(entry.Value, Books.Key(entry.Key), [])), ImmutableDictionary<MemberId, ZoneId>.Empty, MarketRules.Default);

    private static Bid Buyer(string member, long price, long energy) => new(new(member), Period, 1, [new(new(price), new(energy))], []);

    private static Bid Seller(string member, long price, long energy) => new(new(member), Period, 1, [], [new(new(price), new(energy))]);
}

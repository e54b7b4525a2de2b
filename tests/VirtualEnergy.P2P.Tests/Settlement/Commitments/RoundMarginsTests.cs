using System.Collections.Immutable;
using System.Numerics;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Commitments;

public sealed class RoundMarginsTests
{
    /// <summary>Market rule 4 from the margins alone, in numbers of any size.</summary>
    [Fact]
    public void The_auctions_price_follows_from_the_margins() => Gen.Select(Gen.Int[0, 1000], Gen.Long[1, 300]).SelectMany((k, tick) =>
        CommittedRoundGen.RoundsOf(MarketRules.Default with { KThousandths = k, TickMicroEurPerKWh = tick }).Select(round => (round, k, tick))).Sample(sample =>
    {
        var (round, k, tick) = sample;
        var margins = CommittedTrades.Of(round).Margins;
        Assert.Equal(round.Clearing.Price is not null, margins.Buy is not null && margins.Sell is not null);
        Assert.False(margins is { UnfilledBuy: { } left, UnfilledSell: { } right } && left.Price >= right.Price);
        if (margins is { Buy: { } buy, Sell: { } sell })
        {
            var low = BigInteger.Max(sell.Price.MicroEurPerKWh, margins.UnfilledBuy?.Price.MicroEurPerKWh ?? long.MinValue);
            var high = BigInteger.Min(buy.Price.MicroEurPerKWh, margins.UnfilledSell?.Price.MicroEurPerKWh ?? long.MaxValue);
            var thousandths = BigInteger.Max(low * 1000, BigInteger.Min(high * 1000, (BigInteger)k * buy.Price.MicroEurPerKWh + (1000 - (BigInteger)k) * sell.Price.MicroEurPerKWh));
            var ticks = (2 * thousandths + 1000 * tick - Modulo(2 * thousandths + 1000 * tick, 2000 * tick)) / (2000 * tick);
            Assert.Equal(BigInteger.Max(low, BigInteger.Min(high, ticks * tick)), round.Clearing.Price!.Value.MicroEurPerKWh);
        }
        else
        {
            Assert.Equal(CommittedTrades.PriceOf(round), (margins.UnfilledBuy ?? margins.UnfilledSell)?.Price ?? default);
        }
    }, iter: 2_000);

    [Fact]
    public void No_bid_of_an_honest_round_contradicts_its_margins_and_some_bid_any_others() =>
        Gen.Select(CommittedRoundGen.Rounds, Gen.Int[0, 3], Gen.Int[-3, 3], Gen.Int[0, 15]).Sample((round, which, ticks, bid) =>
        {
            var committed = CommittedTrades.Of(round);
            Assert.Null(committed.Margins.FirstContradiction(round.Bids, committed.Ledger));
            var shifted = new RoundMargin(new Price(100 * (904 + ticks)), bid);
            var margins = which switch
            {
                0 => committed.Margins with { Buy = shifted },
                1 => committed.Margins with { Sell = shifted },
                2 => committed.Margins with { UnfilledBuy = shifted },
                _ => committed.Margins with { UnfilledSell = shifted },
            };
            var honest = new[] { committed.Margins.Buy, committed.Margins.Sell, committed.Margins.UnfilledBuy, committed.Margins.UnfilledSell }[which];
            var contradiction = margins.FirstContradiction(round.Bids, committed.Ledger);

            // The same price may be another bid's as well; a price that is not the extreme is nobody's.
            Assert.True(contradiction is not null || honest?.Price == shifted.Price || round.Bids.IsEmpty);
            Assert.True(contradiction is null || shifted != honest);
        }, iter: 3_000);

    /// <summary>Anna buys 100 Wh at 20 and 50 at 10, Bice sells 120 at 5 and 10 at 30: 120 Wh clear, of Anna's second step 20.</summary>
    [Fact]
    public void A_step_filled_in_part_is_on_both_sides_of_the_margin()
    {
        SignedBid Signed(string member, ImmutableArray<Step> buy, ImmutableArray<Step> sell) =>
            new(new Bid(new MemberId(member), CommittedRoundGen.Period, 1, buy, sell), Keccak256.Hash([(byte)member.Length]), []);
        Step At(long price, long energy) => new(new Price(price), new Energy(energy));
        const string anna = "0x00000000000000000000000000000000000000aa", bice = "0x00000000000000000000000000000000000000bb";
        var round = RoundCalculator.Clear(
            CommittedRoundGen.Period, [Signed(anna, [At(20, 100), At(10, 50)], []), Signed(bice, [], [At(5, 120), At(30, 10)])],
            new Dictionary<MemberId, ZoneId>(), MarketRules.Default with { TickMicroEurPerKWh = 1 });

        var margins = CommittedTrades.Of(round).Margins;
        RoundMargin Of(long price, int bid) => new(new Price(price), bid);
        Assert.Equal(new RoundMargins(Of(10, 0), Of(5, 1), Of(10, 0), Of(30, 1)), margins);
        Assert.Equal(new Price(10), round.Clearing.Price);
    }

    [Fact]
    public void Margins_are_hashed_as_eight_words()
    {
        var margins = new RoundMargins(new RoundMargin(new Price(-7), 0), null, null, new RoundMargin(new Price(9), 41));
        AbiType[] types = [.. ((AbiTuple)AbiType.Parse("(int64,uint64,int64,uint64,int64,uint64,int64,uint64)")).Components];

        Assert.Equal(Keccak256.Hash(AbiEncoder.Encode(types, -7, 1, 0, 0, 0, 0, 9, 42)), margins.Hash);
    }

    private static BigInteger Modulo(BigInteger dividend, BigInteger divisor) => (dividend % divisor + divisor) % divisor;
}

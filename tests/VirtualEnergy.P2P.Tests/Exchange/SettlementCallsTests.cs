using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

public sealed class SettlementCallsTests
{
    private static readonly Address Buyer = Address.Parse("0x52908400098527886e0f7030069857d2e4169ee7");
    private static readonly Address Seller = Address.Parse("0x8617e340b3d01fa5f11f306f4090fd50e238070d");
    private static readonly MemberLanes Lanes = new([Buyer, Seller]);

    [Fact]
    public void Roots_go_alone_until_the_last_period_of_a_batch_moves_the_money_of_all()
    {
        ImmutableArray<JournalledRound> rounds = [Round(8, 1), Round(9, 2), Round(10, 1), Round(11, 3)];
        var calls = Calls(SettlementMode.Packed, 4, rounds);

        Assert.Equal(EnergySettlementContract.EncodeCommitRoots(new Period(9), default, default), calls.DataOf(rounds[1], Lanes));
        Assert.Equal(SettlementCommitment.OfRoots(rounds[1].Batch()), calls.CommitmentOf(rounds[1], Lanes));
        Assert.Equal(default, calls.DeltasHashOf(rounds[1], Lanes));

        // Seven trades of 1 000 Wh at 100 µEUR/kWh are 700 µEUR.
        SettlementBatch all = new(new Period(11), default, default, [new(Buyer.ToMember(), new Money(-700)), new(Seller.ToMember(), new Money(700))]);
        Assert.Equal(EnergySettlementContract.EncodeSettle(all, Lanes), calls.DataOf(rounds[3], Lanes));
        Assert.Equal(SettlementCommitment.Of(all, Lanes), calls.CommitmentOf(rounds[3], Lanes));
    }

    [Fact]
    public void Every_payment_is_in_a_verified_batch_charges_among_them()
    {
        var community = Address.Parse("0xde709f2102306220921060314715629080e2fb77");
        MemberLanes lanes = new([Buyer, Seller, community]);
        var round = Round(7, 1) with { Charges = [new Charge(Buyer.ToMember(), new Money(55))], Accounts = new MoneyAccounts(null, community.ToMember()) };

        Assert.Equal(
            EnergySettlementContract.EncodeSettleVerified(
                new Period(7), default, default,
                [
                    new Payment(Buyer.ToMember(), Seller.ToMember(), new Energy(1_000), new Price(100)),
                    new Payment(Buyer.ToMember(), community.ToMember(), new Energy(1_000), new Price(55)), // 55 µEUR
                ],
                lanes),
            Calls(SettlementMode.Verified, 1, [round]).DataOf(round, lanes));
    }

    [Theory]
    [InlineData(8_128, true)] // 8 128 × 16 bytes and a kilobyte are 128 KiB, the largest transaction that nodes take
    [InlineData(8_129, false)]
    public void A_verified_batch_too_large_for_a_transaction_goes_packed_with_the_same_commitment(int trades, bool isVerified)
    {
        var round = Round(7, trades);
        var (verified, packed) = (Calls(SettlementMode.Verified, 1, [round]), Calls(SettlementMode.Packed, 1, [round]));

        var data = verified.DataOf(round, Lanes);
        Assert.Equal(isVerified, !data.SequenceEqual(packed.DataOf(round, Lanes)));
        Assert.InRange(data.Length, 1, TransactionReader.MaxSize - 256);
        Assert.Equal(packed.CommitmentOf(round, Lanes), verified.CommitmentOf(round, Lanes));
    }

    /// <summary>Besides 80 000, a word is reckoned with 6 200 and a payment with 600: one of each are 86 800.</summary>
    [Theory]
    [InlineData(86_800, true)]
    [InlineData(86_799, false)]
    public void A_verified_batch_that_would_take_too_much_gas_goes_packed(ulong mostGas, bool isVerified)
    {
        var round = Round(7, 1);
        var calls = new SettlementCalls(SettlementMode.Verified, new SettlementCadence(1, round.Period), new SettlementGas(mostGas), (_, _) => [round]);
        Assert.Equal(!isVerified, calls.DataOf(round, Lanes).SequenceEqual(Calls(SettlementMode.Packed, 1, [round]).DataOf(round, Lanes)));
    }

    [Fact]
    public void A_part_has_as_many_words_as_the_gas_lets_through()
    {
        Assert.Equal(1, new SettlementGas(SettlementGas.Least).MostWords);
        // (12 582 912 − 80 000) / 6 200; six members a word: 12 096 of them go in one piece.
        Assert.Equal(2_016, new SettlementGas(SettlementGas.Default).MostWords);
    }

    private static SettlementCalls Calls(SettlementMode mode, int periodsPerBatch, ImmutableArray<JournalledRound> rounds) => new(
        mode, new SettlementCadence(periodsPerBatch, rounds[0].Period), new SettlementGas(SettlementGas.Default), (from, to) => [.. rounds.Where(round => round.Period >= from && round.Period <= to)]);

    private static JournalledRound Round(long period, int trades) => new(
        new Period(period), new Price(100), null, new Energy(1_000L * trades), 2,
        [.. Enumerable.Repeat(new Trade(Buyer.ToMember(), Seller.ToMember(), new Energy(1_000), new Price(100)), trades)], default, default, default, null);
}

using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.Contracts;

[Collection(ContractTests.Name)]
public sealed class SettleTests(DevChain chain)
{
    private static readonly BigInteger Jump = BigInteger.One << 252;

    [Fact]
    public async Task Only_the_settler_settles()
    {
        var escrow = await OfAsync(chain, members: 2, eachMicroEur: 10);
        await RefusesAsync("NotSettler", [chain.Registrar.Address], () =>
            escrow.Contract.SettleAsync(chain.Registrar, escrow.BatchOf(1001), Cancellation));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(999)]
    [InlineData(1002)]
    public async Task The_first_period_is_the_one_after_the_last_of_the_deployment(long period)
    {
        var escrow = await OfAsync(chain, members: 2, eachMicroEur: 10);
        await RefusesAsync("PeriodNotNext", [1001, period], () => escrow.SettleAsync(period));
    }

    [Fact]
    public async Task A_period_is_settled_once_and_none_is_left_out()
    {
        var escrow = await OfAsync(chain, members: 2, eachMicroEur: 10);
        await escrow.SettleAsync(1001, (0, -3), (1, 3));
        await RefusesAsync("PeriodNotNext", [1002, 1001], () => escrow.SettleAsync(1001, (0, -3), (1, 3)));
        await RefusesAsync("PeriodNotNext", [1002, 1003], () => escrow.SettleAsync(1003, (0, -3), (1, 3)));
        await escrow.HasBalancesAsync(7, 13);
    }

    [Fact]
    public async Task Trailing_bytes_are_refused()
    {
        // Selector and five words are 164 bytes; no delta words, and one byte too many.
        var escrow = await OfAsync(chain, members: 2, eachMicroEur: 10);
        await RefusesAsync("CallDataLength", [164, 165], () =>
            chain.Settler.SendAndConfirmAsync(escrow.Contract.Address, [.. EncodeWords(), 0], Cancellation));
    }

    [Theory]
    [InlineData(-5, 6, 1)]
    [InlineData(-5, 4, -1)]
    public async Task Deltas_must_sum_to_zero(long first, long second, long sum)
    {
        var escrow = await OfAsync(chain, members: 2, eachMicroEur: 10);
        await RefusesAsync("DeltasNotBalanced", [sum], () => escrow.SettleAsync(1001, (0, first), (1, second)));
        await escrow.HasBalancesAsync(10, 10);
    }

    [Fact]
    public async Task Deltas_of_all_lanes_and_slots_count_in_the_sum()
    {
        // Seven lanes of +2^40 in two slots: 7 × 2^40, more than any one lane could hold.
        var escrow = await OfAsync(chain, members: 7, eachMicroEur: 1);
        var each = 1L << 40;
        await RefusesAsync("DeltasNotBalanced", [7 * each], () =>
            escrow.SettleAsync(1001, [.. Enumerable.Range(0, 7).Select(member => (member, each))]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Nobody_pays_more_than_she_has(int payer)
    {
        var escrow = await OfAsync(chain, members: 8, eachMicroEur: 10);
        await RefusesAsync("Overdraft", [escrow.Members[payer]], () => escrow.SettleAsync(1001, (payer, -11), (7, 11)));
        await escrow.SettleAsync(1001, (payer, -10), (7, 10));
        Assert.Equal(0, await escrow.BalanceOfAsync(payer));
    }

    [Fact]
    public async Task The_largest_payment_that_fits_in_a_word_is_an_overdraft_too()
    {
        // −2^41: its two's complement is the sign bit alone.
        var escrow = await OfAsync(chain, members: 2, eachMicroEur: 10);
        await RefusesAsync("Overdraft", [escrow.Members[0]], () => escrow.SettleAsync(1001, (0, DeltaWords.Least.MicroEur)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task A_balance_cannot_pass_42_bits(int receiver)
    {
        var escrow = await OfAsync(chain, members: 7, eachMicroEur: 1);
        await escrow.PayInAsync(receiver, MaxBalance.MicroEur - 2);
        await escrow.SettleAsync(1001, (receiver, 1), (6, -1)); // Now exactly 2^42 − 1.
        await escrow.PayInAsync(6, 1);
        await RefusesAsync("BalanceOverflow", [escrow.Members[receiver]], () => escrow.SettleAsync(1002, (receiver, 1), (6, -1)));
    }

    [Fact]
    public async Task A_lane_without_a_member_gets_nothing()
    {
        // Two members; lanes 2 to 5 of their slot are nobody's.
        var escrow = await OfAsync(chain, members: 2, eachMicroEur: 10);
        await RefusesAsync("LaneNotInUse", [2], () => escrow.SettleWordsAsync([.. WordsOf((0, -1), (2, 1))]));
        await RefusesAsync("LaneNotInUse", [5], () => escrow.SettleWordsAsync([.. WordsOf((0, -1), (5, 1))]));
        await RefusesAsync("LaneNotInUse", [3], () => escrow.SettleWordsAsync([.. WordsOf((0, 1), (3, -1))]));
    }

    [Fact]
    public async Task A_slot_without_members_gets_nothing()
    {
        // Six members fill slot 0. A second word would be slot 1, a jump leads to slot 7.
        var escrow = await OfAsync(chain, members: 6, eachMicroEur: 10);
        await RefusesAsync("SlotNotInUse", [1], () => escrow.SettleWordsAsync([.. WordsOf((0, -1), (6, 1))]));
        await RefusesAsync("SlotNotInUse", [7], () => escrow.SettleWordsAsync([.. WordsOf((0, -1), (42, 1))]));
        await RefusesAsync("SlotNotInUse", [1], () => escrow.SettleWordsAsync(0, 0));
    }

    [Fact]
    public async Task A_jump_leads_on_and_never_back_so_no_slot_comes_twice()
    {
        var escrow = await OfAsync(chain, members: 18, eachMicroEur: 10);
        await RefusesAsync("SlotsNotAscending", [0, 0], () => escrow.SettleWordsAsync(Jump));
        await RefusesAsync("SlotsNotAscending", [1, 0], () => escrow.SettleWordsAsync(0, Jump));
        await RefusesAsync("SlotsNotAscending", [1, 1], () => escrow.SettleWordsAsync(0, Jump | 1, 0));
        await RefusesAsync("SlotsNotAscending", [2, 1], () => escrow.SettleWordsAsync(Jump | 2, Jump | 1));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(15)]
    public async Task A_word_of_unknown_kind_is_refused(int kind)
    {
        var escrow = await OfAsync(chain, members: 2, eachMicroEur: 10);
        var word = new BigInteger(kind) << 252;
        await RefusesAsync("UnknownWord", [1, word], () => escrow.SettleWordsAsync(0, word));
    }

    [Fact]
    public async Task A_period_not_settled_yet_or_out_of_the_window_has_no_commitment()
    {
        // The window is four periods: of 1001 to 1005, 1001 has made room for 1005.
        var escrow = await OfAsync(chain, members: 2, eachMicroEur: 10, window: 4);
        await RefusesAsync("PeriodNotInWindow", [1000], () => CommitmentAsync(escrow, 1000));
        await RefusesAsync("PeriodNotInWindow", [1001], () => CommitmentAsync(escrow, 1001));
        for (var period = 1001; period <= 1005; period++)
        {
            await escrow.SettleAsync(period);
        }

        await RefusesAsync("PeriodNotInWindow", [1001], () => CommitmentAsync(escrow, 1001));
        await RefusesAsync("PeriodNotInWindow", [1006], () => CommitmentAsync(escrow, 1006));
        await CommitmentAsync(escrow, 1002);
    }

    [Fact]
    public async Task Money_moves_between_members_of_one_slot_and_of_several()
    {
        // 14 members, slots 0 to 2; slot 1 is jumped over.
        var escrow = await OfAsync(chain, members: 14, eachMicroEur: 100);
        await escrow.SettleAsync(1001, (0, -100), (2, 30), (5, -1), (13, 71));
        await escrow.HasBalancesAsync(0, 100, 130, 100, 100, 99, 100, 100, 100, 100, 100, 100, 100, 171);
    }

    [Fact]
    public async Task Neighbours_of_a_changed_lane_stay_as_they_were()
    {
        // Every other lane is full to its last bit, the lanes between go up and down.
        var escrow = await OfAsync(chain, members: 7);
        var full = MaxBalance.MicroEur;
        foreach (var member in (int[])[0, 2, 4, 6])
        {
            await escrow.PayInAsync(member, full);
        }

        await escrow.PayInAsync(1, 8);
        await escrow.SettleAsync(1001, (1, -8), (3, 3), (5, 5));
        await escrow.HasBalancesAsync(full, 0, full, 3, full, 5, full);
        await escrow.SettleAsync(1002, (0, -full / 2), (1, full / 2), (3, -3), (5, 3));
        await escrow.HasBalancesAsync(full - full / 2, full / 2, full, 0, full, 8, full);
    }

    [Fact]
    public async Task An_empty_round_settles_too()
    {
        var escrow = await OfAsync(chain, members: 2, eachMicroEur: 10);
        await escrow.SettleAsync(1001);
        Assert.Equal(new Period(1001), await escrow.Contract.LastPeriodAsync(Cancellation));
        await escrow.HasBalancesAsync(10, 10);
    }

    [Fact]
    public async Task A_community_without_members_settles_empty_rounds()
    {
        var escrow = await OfAsync(chain, members: 0);
        await escrow.SettleAsync(1001);
        Assert.Equal(new Period(1001), await escrow.Contract.LastPeriodAsync(Cancellation));
    }

    [Fact]
    public async Task The_log_carries_the_roots_and_the_ring_the_commitment()
    {
        var escrow = await OfAsync(chain, members: 8, eachMicroEur: 10);
        var batch = escrow.BatchOf(1001, (7, -4), (1, 4));
        var receipt = await escrow.Contract.SettleAsync(chain.Settler, batch, Cancellation);

        var lanes = await escrow.Contract.LanesAsync(Cancellation);
        var settled = Assert.Single(await escrow.Contract.SettledEventsAsync(0, Cancellation));
        Assert.Equal(
            new SettledEvent(
                new Period(1001), BidsRoot, TradesRoot, SettlementCommitment.DeltasHash(batch, lanes), receipt.BlockNumber,
                receipt.TransactionHash),
            settled);
        Assert.Equal(SettlementCommitment.Of(batch, lanes), await escrow.Contract.CommitmentOfAsync(new Period(1001), Cancellation));
    }

    [Fact]
    public async Task A_member_who_is_not_registered_is_named_before_anything_is_sent()
    {
        var escrow = await OfAsync(chain, members: 2, eachMicroEur: 10);
        var stranger = AddressOf(9).ToMember();
        var batch = escrow.BatchOf(1001, (0, -1)) with { Deltas = [new(escrow.Members[0].ToMember(), new Money(-1)), new(stranger, new Money(1))] };
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => escrow.Contract.SettleAsync(chain.Settler, batch, Cancellation));
        Assert.Contains(stranger.Value, refusal.Message, StringComparison.Ordinal);
    }

    private static Task<Hash256> CommitmentAsync(Escrow escrow, long period) =>
        escrow.Contract.CommitmentOfAsync(new Period(period), Cancellation);

    private static ImmutableArray<BigInteger> WordsOf(params (int Lane, long MicroEur)[] deltas) =>
        DeltaWords.Pack(deltas.Select(delta => new LaneDelta(delta.Lane, new Money(delta.MicroEur))));
}

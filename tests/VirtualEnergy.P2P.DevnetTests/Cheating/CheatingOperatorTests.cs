using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Watching;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Cheating;

/// <summary>
/// An operator who cheats, on a real chain, against a real node that watches and challenges by itself: it notices, proves it, has the round
/// undone, so that everyone has what she had before, and takes its member's money out.
/// </summary>
public sealed class CheatingOperatorTests
{
    /// <summary>What the two cheats that are not of one round come to, as docs/cheating.md has it.</summary>
    public const string Twice = "| settled twice | the contract refuses the period (`PeriodNotNext`); as the next period, every node that recomputes the round | `bid-signature` | `proveForeignBid` |";

    /// <inheritdoc cref="Twice"/>
    public const string Blocked = "| withdrawal blocked | nobody needs to: a pause stops settlements only | – | none needed: anyone has it paid after the time for challenges, and opens the exit after silence |";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Provable => [.. Cheat.All.Where(cheat => cheat.Proof is not null).Select(cheat => cheat.Name)];

    public static TheoryData<string> NotProvable => [.. Cheat.All.Where(cheat => cheat.Proof is null).Select(cheat => cheat.Name)];

    [Fact]
    public async Task An_honest_round_is_settled_and_nothing_happens()
    {
        await using var community = await CheatedCommunity.StartAsync();
        var round = Cheat.Clear(community, await community.AcknowledgedBidAsync(community.First));
        Assert.NotEmpty(round.Trades);
        await community.ConcludeAsync(CheatedCommunity.Honest(round), SettlementBatch.Of(round));
        await community.ExpectAsync(WatchStep.Good);
        Assert.True((await community.Escrow.StateAsync(Cancellation)).Settles);
    }

    [Theory]
    [MemberData(nameof(Provable))]
    public async Task A_cheat_is_noticed_proved_undone_and_left(string name)
    {
        var cheat = Cheat.All.Single(known => known.Name == name);
        await using var community = await CheatedCommunity.StartAsync(cheat.Rules);
        var before = await community.BalancesAsync();
        var (said, batch) = cheat.Make(community, await community.AcknowledgedBidAsync(community.First));
        await community.ConcludeAsync(said, batch);
        Assert.NotEqual(before, await community.BalancesAsync());

        var found = (await community.ExpectAsync(WatchStep.Different)).Finding!;
        Assert.Equal((cheat.Check, cheat.Proof), (found.Check, found.Evidence?.Proof));
        if (cheat.Proof == FraudEvidence.Demand)
        {
            await community.ExpectAsync(WatchStep.Demanded);
            await community.PassAsync(CheatedCommunity.Challenge / 4);
        }

        await IsUndoneAsync(community, before);
    }

    [Theory]
    [MemberData(nameof(NotProvable))]
    public async Task A_cheat_that_no_proof_shows_is_noticed_and_the_member_leaves(string name)
    {
        var cheat = Cheat.All.Single(known => known.Name == name);
        await using var community = await CheatedCommunity.StartAsync(cheat.Rules);
        var (said, batch) = cheat.Make(community, await community.AcknowledgedBidAsync(community.First));
        await community.ConcludeAsync(said, batch);
        var found = (await community.ExpectAsync(WatchStep.Different)).Finding!;
        Assert.Equal((cheat.Check, null), (found.Check, found.Evidence));
        await community.ExpectAsync(WatchStep.Asked);
        var left = (await community.Escrow.RequestOfAsync(CheatedCommunity.Keys[0].Address, Cancellation)).Amount;
        Assert.Equal(new Money(CheatedCommunity.EachMicroEur) + batch.Deltas.Single(delta => delta.Member == CheatedCommunity.Anna).Delta, left);
        await community.PassAsync(CheatedCommunity.Challenge);
        await community.ExpectAsync(WatchStep.Left);
        Assert.Equal(left, await community.Euro.BalanceOfAsync(CheatedCommunity.Keys[0].Address, Cancellation));
    }

    /// <summary>The same period twice the contract refuses; its bids in the next one are bids of another period.</summary>
    [Fact]
    public async Task A_round_settled_twice_is_refused_and_as_the_next_one_proved_and_both_the_rest_is_left()
    {
        await using var community = await CheatedCommunity.StartAsync();
        var anna = await community.AcknowledgedBidAsync(community.First);
        var round = Cheat.Clear(community, anna);
        await community.ConcludeAsync(CheatedCommunity.Honest(round), SettlementBatch.Of(round));
        await community.ExpectAsync(WatchStep.Good);
        var before = await community.BalancesAsync();
        var refusal = await Assert.ThrowsAsync<EthereumRevertException>(() => community.ConcludeAsync(null, SettlementBatch.Of(round)));
        Assert.Equal("PeriodNotNext", refusal.ErrorName);

        var next = community.First.Next;
        var again = community.Clear(next, [.. round.Bids.Select(signed => signed with { Bid = signed.Bid with { Period = next } })]);
        await community.ConcludeAsync(CheatedCommunity.Honest(again), SettlementBatch.Of(again));
        var found = (await community.ExpectAsync(WatchStep.Different)).Finding!;
        Assert.Equal((AuditCheck.BidSignature, "proveForeignBid"), (found.Check, found.Evidence?.Proof));
        await IsUndoneAsync(community, before);
    }

    /// <summary>Published and settled is the true round; in the result that members heard stands another hash. The money is right, so nobody leaves.</summary>
    [Fact]
    public async Task A_result_told_otherwise_than_published_is_noticed_and_nothing_is_undone()
    {
        await using var community = await CheatedCommunity.StartAsync();
        var round = Cheat.Clear(community, await community.AcknowledgedBidAsync(community.First));
        var honest = CheatedCommunity.Honest(round);
        await community.ConcludeAsync(honest, SettlementBatch.Of(round), told: honest.BidsRoot);
        var found = (await community.ExpectAsync(WatchStep.Different)).Finding!;
        Assert.Equal((AuditCheck.Told, null), (found.Check, found.Evidence));

        // The next round shows that nothing came between.
        var next = Cheat.Clear(community, await community.AcknowledgedBidAsync(community.First.Next));
        await community.ConcludeAsync(CheatedCommunity.Honest(next), SettlementBatch.Of(next));
        await community.ExpectAsync(WatchStep.Good);
        Assert.Equal(Money.Zero, (await community.Escrow.RequestOfAsync(CheatedCommunity.Keys[0].Address, Cancellation)).Amount);
    }

    [Fact]
    public async Task A_node_that_was_not_told_to_challenge_only_warns()
    {
        await using var community = await CheatedCommunity.StartAsync(challenges: false);
        var (said, batch) = Cheat.All.Single(cheat => cheat.Name == "delta skimmed").Make(community, await community.AcknowledgedBidAsync(community.First));
        await community.ConcludeAsync(said, batch);
        await community.ExpectAsync(WatchStep.Different);
        var next = Cheat.Clear(community, await community.AcknowledgedBidAsync(community.First.Next));
        await community.ConcludeAsync(CheatedCommunity.Honest(next), SettlementBatch.Of(next));
        await community.ExpectAsync(WatchStep.Good);
        Assert.True((await community.Escrow.StateAsync(Cancellation)).Settles);
    }

    /// <summary>Whatever takes several transactions is seen, proved and undone as what takes one.</summary>
    [Theory]
    [InlineData("delta skimmed")]
    [InlineData("price shifted one tick")]
    public async Task A_cheat_in_a_batch_settled_by_parts_is_noticed_proved_undone_and_left(string name)
    {
        var cheat = Cheat.All.Single(known => known.Name == name);
        await using var community = await CheatedCommunity.StartAsync(cheat.Rules);
        var before = await community.BalancesAsync();
        var (said, batch) = cheat.Make(community, await community.AcknowledgedBidAsync(community.First));
        await community.ConcludeAsync(said, batch, isByParts: true);

        var found = (await community.ExpectAsync(WatchStep.Different)).Finding!;
        Assert.Equal((cheat.Check, cheat.Proof), (found.Check, found.Evidence?.Proof));
        await IsUndoneAsync(community, before);
    }

    /// <summary>An exchange that was away when its round was settled: it shows the heads, publishes, and nobody is slashed or leaves.</summary>
    [Fact]
    public async Task A_round_that_was_only_late_is_demanded_shown_and_good()
    {
        await using var community = await CheatedCommunity.StartAsync();
        var round = Cheat.Clear(community, await community.AcknowledgedBidAsync(community.First));
        await community.ConcludeAsync(null, SettlementBatch.Of(round));
        await community.ExpectAsync(WatchStep.Different);
        await community.ExpectAsync(WatchStep.Demanded);
        await community.AnswerHeadsAsync(round);
        await community.ExpectAsync(WatchStep.Shown);
        community.Published.Publish(CheatedCommunity.Honest(round));
        await community.ExpectAsync(WatchStep.Good);
        Assert.True((await community.Escrow.StateAsync(Cancellation)).Settles);
    }

    /// <summary>The operator has settlements paused and says nothing more: what was asked for is paid all the same, and later all the rest.</summary>
    [Fact]
    public async Task A_withdrawal_cannot_be_blocked()
    {
        await using var community = await CheatedCommunity.StartAsync();
        using var anna = community.SenderOf(CheatedCommunity.Keys[0]);
        using var stranger = community.SenderOf(VirtualEnergy.P2P.Devnet.Anvil.DevAccounts.Keys[9]);
        using var pauser = community.SenderOf(VirtualEnergy.P2P.Devnet.Anvil.DevAccounts.Registrar);
        await community.Escrow.RequestWithdrawalAsync(anna, new Money(4_000_000), anna.Address, Cancellation);
        await pauser.SendAndConfirmAsync(community.Escrow.Address, new VirtualEnergy.P2P.Settlement.Ethereum.Abi.AbiFunction("pause()").Encode(), Cancellation);
        await community.PassAsync(CheatedCommunity.Challenge);
        await community.Escrow.FinaliseWithdrawalAsync(stranger, anna.Address, Cancellation);
        Assert.Equal(new Money(4_000_000), await community.Euro.BalanceOfAsync(anna.Address, Cancellation));

        await community.PassAsync(TimeSpan.FromDays(3)); // the silence after which anyone opens the exit
        await community.Escrow.OpenExitAsync(stranger, Cancellation);
        await community.Escrow.ExitAsync(stranger, anna.Address, Cancellation);
        Assert.Equal(new Money(CheatedCommunity.EachMicroEur), await community.Euro.BalanceOfAsync(anna.Address, Cancellation));
    }

    internal static async Task IsUndoneAsync(CheatedCommunity community, ImmutableArray<Money> before)
    {
        await community.ExpectAsync(WatchStep.Proved);
        await community.ExpectAsync(WatchStep.RolledBack);

        // Where an earlier period stands she has to wait until that, too, is beyond challenge.
        await community.PassAsync(CheatedCommunity.Challenge);
        await community.ExpectAsync(WatchStep.Left);
        Assert.Equal(before, await community.BalancesAfterRollbackAsync());
        Assert.Equal(before[0], await community.Euro.BalanceOfAsync(CheatedCommunity.Keys[0].Address, Cancellation));
    }
}

using VirtualEnergy.P2P.Node.Watching;
using VirtualEnergy.P2P.Publishing;
using VirtualEnergy.P2P.Settlement.Contracts;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Cheating;

/// <summary>
/// An operator who cheats with what meters showed, on a real chain, against a real node that watches and challenges by itself: the round was honest, and
/// is undone with the batch that stands on it.
/// </summary>
public sealed class CheatingWithMetersTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Provable => [.. MeteredCheat.All.Where(cheat => cheat.Proof is not null).Select(cheat => cheat.Name)];

    public static TheoryData<string> NotProvable => [.. MeteredCheat.All.Where(cheat => cheat.Proof is null).Select(cheat => cheat.Name)];

    [Fact]
    public async Task An_honest_metered_batch_is_settled_and_nothing_happens()
    {
        await using var community = await CheatedCommunity.StartAsync();
        var (said, batch) = MeteredCheat.Settle((await HonestAsync(community)).Publish());
        Assert.NotEmpty(said.Trades);
        await community.ConcludeAsync(said, batch);
        Assert.Equal(said.Period, (await community.ExpectAsync(WatchStep.GoodMetering)).Period);
        Assert.True((await community.Escrow.StateAsync(Cancellation)).Settles);
    }

    [Theory]
    [MemberData(nameof(Provable))]
    public async Task A_cheat_is_noticed_proved_undone_with_its_round_and_left(string name)
    {
        var cheat = MeteredCheat.All.Single(known => known.Name == name);
        await using var community = await CheatedCommunity.StartAsync();
        var before = await community.BalancesAsync();
        var honest = await HonestAsync(community);
        var (said, batch) = cheat.Make(honest);
        Assert.NotEqual(honest.Publish().Deltas.Single(delta => delta.Member == CheatedCommunity.Anna), batch.Deltas.Single(delta => delta.Member == CheatedCommunity.Anna));
        await community.ConcludeAsync(said, batch);
        var found = (await community.ExpectAsync(WatchStep.Different)).Finding!;
        Assert.Equal((cheat.Check, cheat.Proof), (found.Check, found.Evidence?.Proof));
        await CheatingOperatorTests.IsUndoneAsync(community, before);
        Assert.Equal(community.First.Previous, (await new MeteredSettlementContract(community.Client, community.Escrow).MeteringAsync(Cancellation)).Period);
    }

    [Theory]
    [MemberData(nameof(NotProvable))]
    public async Task A_cheat_that_no_proof_shows_is_noticed_and_the_member_leaves(string name)
    {
        var cheat = MeteredCheat.All.Single(known => known.Name == name);
        await using var community = await CheatedCommunity.StartAsync();
        var (said, batch) = cheat.Make(await HonestAsync(community));
        var traded = (await community.BalancesAsync())[0];
        await community.ConcludeAsync(said, batch);
        var found = (await community.ExpectAsync(WatchStep.Different)).Finding!;
        Assert.Equal((cheat.Check, null), (found.Check, found.Evidence));
        await community.ExpectAsync(WatchStep.Asked);
        var left = (await community.Escrow.RequestOfAsync(CheatedCommunity.Keys[0].Address, Cancellation)).Amount;
        Assert.Equal(traded + batch.Deltas.Single(delta => delta.Member == CheatedCommunity.Anna).Delta, left);
        await community.PassAsync(CheatedCommunity.Challenge);
        await community.ExpectAsync(WatchStep.Left);
        Assert.Equal(left, await community.Euro.BalanceOfAsync(CheatedCommunity.Keys[0].Address, Cancellation));
    }

    /// <summary>What meters showed after an honest round that is settled and found good.</summary>
    private static async Task<MeteredByAll> HonestAsync(CheatedCommunity community)
    {
        var round = Cheat.Clear(community, await community.AcknowledgedBidAsync(community.First));
        await community.ConcludeAsync(CheatedCommunity.Honest(round), SettlementBatch.Of(round));
        await community.ExpectAsync(WatchStep.Good);
        return MeteredCheat.Honest(community, round);
    }
}

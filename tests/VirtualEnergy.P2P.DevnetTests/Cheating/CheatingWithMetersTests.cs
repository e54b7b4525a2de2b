using System.Text.Json;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Watching;
using VirtualEnergy.P2P.Publishing;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Cheating;

/// <summary>
/// An operator who cheats with what meters showed, on a real chain, against a real node that watches and challenges by itself: the round was honest, and
/// is undone with the batch that stands on it.
/// </summary>
public sealed class CheatingWithMetersTests
{
    /// <summary>The row of the table that takes two periods.</summary>
    public const string Estimated =
        "| an estimate in place of an acknowledged reading | the meter's owner, who has the receipt, and to whom she gives it | `estimate` | none yet: the node takes its member's money out |";

    private static readonly Dictionary<string, string> NoEnvironment = [];

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

    /// <summary>Anna's reading of the first period is acknowledged, then she is estimated, and with the second period nothing is carried.</summary>
    [Fact]
    public async Task An_estimate_in_place_of_an_acknowledged_reading_is_noticed_by_who_has_the_receipt_and_she_leaves()
    {
        await using var community = await CheatedCommunity.StartAsync();
        var honest = await HonestAsync(community);
        var receipt = await community.AcknowledgeReadingAsync();
        var (said, batch) = MeteredCheat.Settle(honest.Estimating(CheatedCommunity.Anna).Publish());
        await community.ConcludeAsync(said, batch);
        await community.ExpectAsync(WatchStep.GoodMetering); // It may have come late: then the next one carries it.

        (said, batch) = MeteredCheat.Settle((await HonestAsync(community, community.First.Next)).Publish());
        await community.ConcludeAsync(said, batch);
        var found = (await community.ExpectAsync(WatchStep.Different)).Finding!;
        Assert.Equal((AuditCheck.Estimate, null), (found.Check, found.Evidence));
        Assert.Contains($"{receipt.Reading}", found.Follows, StringComparison.Ordinal);
        await community.ExpectAsync(WatchStep.Asked);

        // Whom she gives it sees the same, and nobody who has another's signature for it.
        var file = Path.GetTempFileName();
        try
        {
            var line = $"{{\"dueBy\":{community.First.Next},\"receipt\":{System.Text.Encoding.UTF8.GetString(WireFormat.Write(receipt))}}}";
            await File.WriteAllTextAsync(file, line, Cancellation);
            await using var without = DemoProcess.Ve(NoEnvironment, Verify(community));
            Assert.Equal(0, await without.ExitAsync());
            await using var with = DemoProcess.Ve(NoEnvironment, [.. Verify(community), "--reading-receipts", file]);
            Assert.Equal(1, await with.ExitAsync());
            Assert.Equal("estimate", First(with).GetProperty("check").GetString());

            await File.WriteAllTextAsync(file, line.Replace($"\"number\":{receipt.Number}", $"\"number\":{receipt.Number + 1}", StringComparison.Ordinal), Cancellation);
            await using var forged = DemoProcess.Ve(NoEnvironment, [.. Verify(community), "--reading-receipts", file]);
            Assert.Equal(2, await forged.ExitAsync());
            Assert.Contains("is not signed by", forged.Errors[^1], StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task An_acknowledged_reading_that_is_carried_with_the_next_period_is_good()
    {
        await using var community = await CheatedCommunity.StartAsync();
        var honest = await HonestAsync(community);
        await community.AcknowledgeReadingAsync();
        var (said, batch) = MeteredCheat.Settle(honest.Estimating(CheatedCommunity.Anna).Publish());
        await community.ConcludeAsync(said, batch);
        await community.ExpectAsync(WatchStep.GoodMetering);

        var estimate = said.Positions.Single(position => position.Settled.Position.Member == CheatedCommunity.Anna).Settled.Position.Metered;
        var next = await HonestAsync(community, community.First.Next);
        var reading = MeteredByAll.Sign(community.Domain, CheatedCommunity.Anna, community.First, estimate + new Market.Energy(60), CheatedCommunity.Keys[0]);
        (said, batch) = MeteredCheat.Settle(next.Correcting(estimate, reading).Publish());
        await community.ConcludeAsync(said, batch);
        await community.ExpectAsync(WatchStep.GoodMetering);
    }

    /// <summary>Nobody's node needs to have watched: the chain and what is published are enough.</summary>
    [Theory]
    [MemberData(nameof(Provable))]
    [MemberData(nameof(NotProvable))]
    public async Task Ve_verify_names_a_cheat_and_its_proof_with_exit_code_1(string name)
    {
        var cheat = MeteredCheat.All.Single(known => known.Name == name);
        await using var community = await CheatedCommunity.StartAsync(challenges: false);
        var (said, batch) = cheat.Make(await HonestAsync(community));
        await community.ConcludeAsync(said, batch);
        await community.ExpectAsync(WatchStep.Different);
        await using var verify = DemoProcess.Ve(NoEnvironment, Verify(community));
        Assert.Equal(1, await verify.ExitAsync());
        Assert.Equal((new AuditFinding(default, cheat.Check, "", "", "").Code, cheat.Proof), (First(verify).GetProperty("check").GetString(), First(verify).GetProperty("proof").GetString()));
        Assert.Equal(community.First.Index, First(verify).GetProperty("period").GetInt64());
    }

    /// <summary>The first difference stays, whatever is found after it.</summary>
    [Fact]
    public async Task Who_asks_for_the_status_hears_what_watching_nodes_have_found()
    {
        await using var community = await CheatedCommunity.StartAsync(challenges: false);
        var honest = await HonestAsync(community);
        await community.UntilToldAsync(new NodeAudit(community.First, null));
        await using var good = DemoProcess.Ve(NoEnvironment, "status", "--broker", community.Broker.ToString());
        Assert.Equal(0, await good.ExitAsync());
        Assert.Contains(good.Output, line => line.Contains($"1 of 1 nodes audit, the last period is {community.First}: no difference", StringComparison.Ordinal));

        var (said, batch) = MeteredCheat.All.Single(cheat => cheat.Check == AuditCheck.Carried).Make(honest);
        await community.ConcludeAsync(said, batch);
        await community.ExpectAsync(WatchStep.Different);
        await community.UntilToldAsync(new NodeAudit(community.First, "carried"));
        await HonestAsync(community, community.First.Next);
        await community.UntilToldAsync(new NodeAudit(community.First.Next, "carried"));
        await using var bad = DemoProcess.Ve(NoEnvironment, "status", "--broker", community.Broker.ToString(), "--json");
        Assert.Equal(0, await bad.ExitAsync());
        var node = JsonSerializer.Deserialize<JsonElement>(bad.Output[^1]).GetProperty("nodes").EnumerateArray().Single();
        Assert.Equal((community.First.Next.Index, "carried"), (node.GetProperty("audited").GetInt64(), node.GetProperty("difference").GetString()));
    }

    private static string[] Verify(CheatedCommunity community) =>
        ["verify", "--rpc", community.Rpc.ToString(), "--contract", community.Escrow.Address.ToString(), "--exchange", community.Published.Address.ToString(), "--json"];

    private static JsonElement First(DemoProcess verify) => JsonSerializer.Deserialize<JsonElement>(verify.Output[^1]).GetProperty("first");

    /// <summary>What meters showed after an honest round that is settled and found good.</summary>
    private static async Task<MeteredByAll> HonestAsync(CheatedCommunity community, Market.Period? period = null)
    {
        var round = Cheat.Clear(community, await community.AcknowledgedBidAsync(period ?? community.First));
        await community.ConcludeAsync(CheatedCommunity.Honest(round), SettlementBatch.Of(round));
        await community.ExpectAsync(WatchStep.Good);
        return MeteredCheat.Honest(community, round);
    }
}

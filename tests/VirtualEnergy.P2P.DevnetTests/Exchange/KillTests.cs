using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>
/// The exchange's own program, killed again and again at seeded points: just before or just after any of its questions to the chain,
/// transactions among them, or when a receipt of a bid has gone out. Homes bid all the while, signed, through a broker that stays. Afterwards
/// journal and chain must be the same, and every receipt kept.
/// </summary>
public sealed class KillTests
{
    /// <summary>In all; the communities run side by side and share the machine's cores.</summary>
    private const int Kills = 204;

    private const int Communities = 3;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_two_hundred_kills_no_round_is_lost_none_settled_twice_and_every_receipt_kept()
    {
        var runs = await Task.WhenAll(Enumerable.Range(1, Communities).Select(seed => RunAsync(seed, Kills / Communities)));

        Assert.Equal(Kills, runs.Sum(run => run.Kills));
        Assert.True(runs.Sum(run => run.Rounds) > Kills / 2, $"Only {runs.Sum(run => run.Rounds)} rounds: it was killed before it could do anything.");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', runs.Select(run => run.ToString())));
    }

    /// <summary>Home 0 trades with one in each other slot of six, and a part has one slot: so each round takes four transactions.</summary>
    [Fact]
    public async Task Killed_between_the_parts_of_a_batch_none_is_lost_and_none_settled_twice()
    {
        var run = await RunAsync(seed: 4, kills: 40, homes: [0, 6, 13], "--Exchange:Settlement:MostGas=90000");

        Assert.True(run.Rounds > 10, $"Only {run.Rounds} rounds: it was killed before it could do anything.");
        TestContext.Current.TestOutputHelper?.WriteLine(run.ToString());
    }

    private async Task<Run> RunAsync(int seed, int kills, int[]? homes = null, params string[] more)
    {
        homes ??= [0, 1];
        await using var community = await TestCommunity.StartAsync(homes[^1] + 1, _cancellation, challenge: TimeSpan.Zero);
        community.KeepMembers([.. homes]);
        await using var door = await ChainDoor.OpenAsync(community.Options.Rpc, _cancellation);
        await using var broker = new EmbeddedBroker(
            new EmbeddedBrokerOptions { Community = community.Options.Community, ExchangePassword = "secret" }, NullLogger.Instance);
        await broker.StartAsync();
        await using var bidders = await Bidders.StartAsync(community, homes, broker.Address, _cancellation);
        string[] arguments =
        [
            .. ExchangeProcess.ArgumentsOf(community), $"--Exchange:Rpc={door.Address}", $"--Exchange:Broker:Address={broker.Address}",
            "--Exchange:Broker:Password=secret", "--Exchange:Settlement:FinalBlocks=4", "--Exchange:Metering:Deviations=off", .. more,
        ];

        var points = new KillPoints(seed, door, bidders.All);
        for (var kill = 0; kill < kills; kill++)
        {
            using var process = ExchangeProcess.Start(arguments);
            points.Arm(process.Kill);
            await process.WaitForExitAsync(_cancellation).WaitAsync(Hang.After, _cancellation);
            Assert.True(process.ExitCode == 128 + 9, $"It ended by itself, with {process.ExitCode}: {await process.StandardError.ReadToEndAsync(_cancellation)}");
        }

        points.Disarm();
        var last = await LastLifeAsync(community, arguments);
        await JournalAndChain.AreTheSameAsync(community, last, bidders.All, _cancellation, isByWords: more.Length > 0);
        return new Run(
            seed, kills, (int)(last.Index - TestCommunity.First.Index + 1), bidders.All.Sum(bidder => bidder.Receipted.Count), points.Shown);
    }

    /// <summary>Lets it live for a few rounds more than were cleared, until the last of them is settled.</summary>
    private async Task<Period> LastLifeAsync(TestCommunity community, string[] arguments)
    {
        var last = new Period(await JournalAndChain.LastClearedAsync(community) + 3);
        using var process = ExchangeProcess.Start([.. arguments, $"--Exchange:Rounds={last.Index - TestCommunity.First.Index + 1}"]);
        try
        {
            await JournalAndChain.UntilSettledAsync(community, last, _cancellation);
            return last;
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private sealed record Bidders(IReadOnlyList<Bidder> All) : IAsyncDisposable
    {
        public static async Task<Bidders> StartAsync(TestCommunity community, int[] homes, BrokerAddress broker, CancellationToken cancellation)
        {
            var all = new List<Bidder>();
            foreach (var home in homes)
            {
                all.Add(await Bidder.StartAsync(community, home, broker, cancellation));
            }

            return new Bidders(all);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var bidder in All)
            {
                await bidder.DisposeAsync();
            }
        }
    }

    private sealed record Run(int Seed, int Kills, int Rounds, int Receipts, string Points);
}

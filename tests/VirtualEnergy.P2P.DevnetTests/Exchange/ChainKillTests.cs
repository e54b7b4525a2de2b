using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>The chain is killed while the market runs, and starts again from the state that it had a while before: its tail is gone.</summary>
public sealed class ChainKillTests
{
    private const int Kills = 5;
    private const int RoundsBetween = 15;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_killed_chain_lost_is_settled_again_and_the_market_never_waits()
    {
        var random = new Random(7);
        var folder = Directory.CreateTempSubdirectory("ve-chain-").FullName;
        var file = Path.Combine(folder, "chain.json");
        try
        {
            await using var community = await TestCommunity.StartAsync(
                homes: 2, _cancellation, challenge: TimeSpan.Zero, chain: new AnvilOptions { StateFile = file, StateInterval = TimeSpan.FromDays(1), Port = OwnPort.Next() });
            var last = new Period(TestCommunity.First.Index + (Kills + 1) * RoundsBetween - 1);
            await using var exchange = await ExchangeHost.StartAsync(
                community.Options with { Rounds = (Kills + 1) * RoundsBetween, Gate = new LockstepGateOptions { MinimumPace = TimeSpan.FromMilliseconds(100), Timeout = 2 * TestCommunity.Patience } },
                TimeProvider.System, _cancellation);
            await using var first = await Bidder.StartAsync(community, 0, exchange.Broker, _cancellation, upTo: TestCommunity.First.Previous);
            await using var second = await Bidder.StartAsync(community, 1, exchange.Broker, _cancellation, upTo: TestCommunity.First.Previous);

            var lost = 0L;
            for (var kill = 1; kill <= Kills; kill++)
            {
                // The market stands for as long as the state takes to be kept, so that what comes after it is lost, and goes on beyond the kill.
                var begin = TestCommunity.First.Index + (kill - 1) * RoundsBetween;
                var kept = new Period(begin + random.Next(RoundsBetween / 2));
                BidUpTo(kept);
                await UntilAsync(community, kept);
                var state = await community.ChainStateAsync();
                BidUpTo(new Period(begin + RoundsBetween - 1));
                var before = await UntilAsync(community, new Period(kept.Index + 1 + random.Next(RoundsBetween / 3)));
                await community.KillAndRestartChainAsync(state, _cancellation);
                lost += before.Index - kept.Index;
            }

            BidUpTo(last);
            await exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation);
            TestContext.Current.TestOutputHelper?.WriteLine($"{Kills} kills took {lost} settled periods away.");
            Assert.Equal((Kills + 1) * RoundsBetween, exchange.Summary().SettledRounds);
            await exchange.DisposeAsync();
            await JournalAndChain.AreTheSameAsync(community, last, [first, second], _cancellation, hasLogs: false);

            void BidUpTo(Period period)
            {
                first.BidUpTo(period);
                second.BidUpTo(period);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<Period> UntilAsync(TestCommunity community, Period period)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var settled = await community.Contract.LastPeriodAsync(_cancellation);
            if (settled >= period)
            {
                return settled;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(start) < TestCommunity.Patience, $"The chain has period {settled}, and {period} was to come.");
        }
    }
}

using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>Balances every K-th period, and payments that the contract adds up itself.</summary>
public sealed class WaysToSettleTests
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    /// <summary>The first period is divisible by four: the fourth moves the money of all four. A restart comes after the second.</summary>
    [Theory]
    [InlineData(SettlementMode.Packed)]
    [InlineData(SettlementMode.Verified)]
    public async Task With_four_periods_a_batch_roots_go_each_time_and_money_with_the_fourth(SettlementMode mode)
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation, periodsPerBatch: 4);
        var options = community.Options with { Rounds = 5, Settlement = new SettlementOptions { PeriodsPerBatch = 4, Mode = mode } };
        var buyer = community.Keys[0].Address;
        await using (var exchange = await ExchangeHost.StartAsync(options, TimeProvider.System, _cancellation))
        {
            await community.SettleAsync(exchange, 1, _cancellation);
            await community.SettleAsync(exchange, 2, _cancellation);
        }

        Assert.Equal(new Money(100_000_000), await community.Contract.BalanceOfAsync(buyer, _cancellation));
        await using var again = await ExchangeHost.StartAsync(options, TimeProvider.System, _cancellation);
        await community.SettleAsync(again, 3, _cancellation);
        Assert.Equal(new Money(100_000_000), await community.Contract.BalanceOfAsync(buyer, _cancellation));
        await community.SettleAsync(again, 4, _cancellation);
        // Four times 100 Wh at 200 000 µEUR/kWh are 80 000 µEUR.
        Assert.Equal(new Money(99_920_000), await community.Contract.BalanceOfAsync(buyer, _cancellation));
        await community.SettleAsync(again, 5, _cancellation);
        await again.Completion.WaitAsync(TestCommunity.Patience, _cancellation);

        Assert.Equal(new Money(99_920_000), again.Summary().Balances[buyer.ToMember()]);
        Assert.Equal(Enumerable.Range(1, 5).Select(TestCommunity.Nth), (await community.Contract.SettledEventsAsync(0, _cancellation)).Select(settled => settled.Period));
    }

    [Fact]
    public async Task Verified_and_packed_batches_leave_the_same_commitment()
    {
        var commitments = new List<Hash256>();
        foreach (var mode in Enum.GetValues<SettlementMode>())
        {
            await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
            await using var exchange = await ExchangeHost.StartAsync(
                community.Options with { Rounds = 1, Deviations = false, Settlement = new SettlementOptions { Mode = mode } }, TimeProvider.System, _cancellation);
            await community.SettleAsync(exchange, 1, _cancellation);
            commitments.Add(await community.Contract.CommitmentOfAsync(TestCommunity.Nth(1), _cancellation));
            Assert.Equal(new Money(99_980_000), await community.Contract.BalanceOfAsync(community.Keys[0].Address, _cancellation));
        }

        Assert.Equal(2, commitments.Count);
        Assert.Single(commitments.Distinct());
    }

    [Fact]
    public async Task Another_cadence_than_the_contracts_is_refused()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation, periodsPerBatch: 4);
        var options = community.Options with { Settlement = new SettlementOptions { PeriodsPerBatch = 96 } };

        var failure = await Assert.ThrowsAsync<ExchangeStartException>(() => ExchangeHost.StartAsync(options, TimeProvider.System, _cancellation));

        Assert.Contains("Exchange:Settlement:PeriodsPerBatch is 96", failure.Message, StringComparison.Ordinal);
        Assert.Contains("was deployed with 4", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_journal_is_refused_while_money_of_earlier_roots_is_owed()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation, periodsPerBatch: 4);
        await using (var exchange = await ExchangeHost.StartAsync(community.Options with { Rounds = 1 }, TimeProvider.System, _cancellation))
        {
            await community.SettleAsync(exchange, 1, _cancellation);
        }

        var failure = await Assert.ThrowsAsync<ExchangeStartException>(() => ExchangeHost.StartAsync(
            community.Options with { JournalPath = community.Options.JournalPath + ".new" }, TimeProvider.System, _cancellation));

        Assert.Contains($"owes money of periods up to {TestCommunity.Nth(1)} that moves only with period {TestCommunity.Nth(4)}", failure.Message, StringComparison.Ordinal);
    }
}

using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Nodes;

/// <summary>A real node on a real broker, with the exchange's part played by the test, word for word.</summary>
public sealed class ProsumerNodeTests : IAsyncLifetime
{
    private static readonly EthereumKey HomeKey = PlayedExchange.HomeKey;
    private static readonly MemberId Member = PlayedExchange.Member;
    private static readonly MarketDomain Domain = PlayedExchange.Domain;
    private static readonly Topics Topics = PlayedExchange.Topics;
    private static readonly MarketDescription Description = PlayedExchange.Description;

    // Home 02 of seed 1 has neither plant nor battery: at night it can only buy.
    private static readonly HouseholdSource Source = new() { Homes = 2, Seed = 1, Name = "Home 02" };

    private readonly PlayedExchange _exchange = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _exchange.StartAsync();

    public ValueTask DisposeAsync() => _exchange.DisposeAsync();

    [Fact]
    public async Task The_brokers_address_and_a_key_are_enough_to_find_the_market() =>
        Assert.Equal("village", await MarketDiscovery.FindCommunityAsync(Broker, Member, TimeProvider.System, NullLogger.Instance, Cancellation));

    [Fact]
    public async Task A_node_bids_once_for_an_announced_round_and_signs_it()
    {
        var (node, period) = await StartAsync();
        await using (node)
        {
            await AnnounceAsync(period);
            var message = await _exchange.Bids.ReadAsync(Cancellation);
            var signing = new BidSigning(Domain);
            Assert.Equal(period, message.Bid.Period);
            Assert.True(signing.IsSignedByMember(new SignedBid(message.Bid, signing.Hash(message.Bid), message.Signature)));
            Assert.NotEmpty(message.Bid.Buy);

            // Announced again (a reconnection does that): nothing new is bid. The next round shows that nothing came between.
            await AnnounceAsync(period);
            await AnnounceAsync(period.Next);
            Assert.Equal(period.Next, (await _exchange.Bids.ReadAsync(Cancellation)).Bid.Period);
        }
    }

    [Fact]
    public async Task A_used_up_number_is_answered_with_the_next()
    {
        var (node, period) = await StartAsync();
        await using (node)
        {
            _exchange.Refusal = bid => bid.Number == 1 ? ("stale-number", "an earlier run used it") : null;
            await AnnounceAsync(period);
            var first = (await _exchange.Bids.ReadAsync(Cancellation)).Bid;
            var second = (await _exchange.Bids.ReadAsync(Cancellation)).Bid;
            Assert.Equal(first with { Number = first.Number + 1 }, second);
        }
    }

    [Fact]
    public async Task A_bid_is_cut_to_what_balance_and_mandate_leave()
    {
        var (node, period) = await StartAsync();
        await using (node)
        {
            // The retained notice is there before the round opens: 5,000 µEUR of the day's mandate are left, of a full balance.
            await PublishAsync(Topics.Funds(Member), WireFormat.Write(Notice(period, available: 50_000_000, most: 20_000, spent: 15_000)), retain: true);
            await AnnounceAsync(period);
            var bid = (await _exchange.Bids.ReadAsync(Cancellation)).Bid;
            Assert.InRange(bid.WorstCasePayment.MicroEur, 1, 5_000);
        }
    }

    [Fact]
    public async Task A_bid_that_was_refused_for_want_of_money_comes_again_within_what_the_notice_says()
    {
        var (node, period) = await StartAsync();
        await using (node)
        {
            _exchange.Refusal = bid => bid.Number == 1 ? ("insufficient-funds", "too dear") : null;
            await AnnounceAsync(period);
            var whole = (await _exchange.Bids.ReadAsync(Cancellation)).Bid;
            await PublishAsync(Topics.Funds(Member), WireFormat.Write(Notice(period, available: 4_000, most: null, spent: 0)), retain: true);
            var trimmed = (await _exchange.Bids.ReadAsync(Cancellation)).Bid;
            Assert.Equal(whole.Number + 1, trimmed.Number);
            Assert.InRange(trimmed.WorstCasePayment.MicroEur, 1, 4_000);
            Assert.True(whole.WorstCasePayment > trimmed.WorstCasePayment);
        }
    }

    [Fact]
    public async Task A_member_who_pauses_takes_her_bid_back_at_once_and_bids_again_when_she_goes_on()
    {
        var controls = new MemberControls();
        var (node, period) = await StartAsync(controls: controls);
        await using (node)
        {
            await AnnounceAsync(period);
            var whole = (await _exchange.Bids.ReadAsync(Cancellation)).Bid;
            controls.Set(limits => limits with { IsPaused = true });
            var withdrawn = (await _exchange.Bids.ReadAsync(Cancellation)).Bid;
            Assert.True(withdrawn.IsWithdrawal && withdrawn.Number == whole.Number + 1);

            // Round after round an empty bid says that nobody need wait for her.
            await AnnounceAsync(period.Next);
            Assert.True((await _exchange.Bids.ReadAsync(Cancellation)).Bid is { IsWithdrawal: true } next && next.Period == period.Next);
            controls.Set(limits => limits with { IsPaused = false, MostPrice = new Price(100_000) });
            var bounded = (await _exchange.Bids.ReadAsync(Cancellation)).Bid;
            Assert.NotEmpty(bounded.Buy);
            Assert.All(bounded.Buy, step => Assert.True(step.Price <= new Price(100_000)));
        }
    }

    [Fact]
    public async Task The_house_is_told_of_the_market_each_round_and_what_came_of_it_in_order()
    {
        var news = Channel.CreateUnbounded<NodeNews>();
        var (node, period) = await StartAsync(news: told => news.Writer.TryWrite(told));
        await using (node)
        {
            await AnnounceAsync(period);
            await _exchange.Bids.ReadAsync(Cancellation);
            await ResultAsync(period);
            await _exchange.Readings.ReadAsync(Cancellation);
            Assert.IsType<MarketJoined>(await news.Reader.ReadAsync(Cancellation));
            Assert.Equal(period, Assert.IsType<RoundOpened>(await news.Reader.ReadAsync(Cancellation)).Round.Period);
            Assert.Equal(period, Assert.IsType<PeriodRun>(await news.Reader.ReadAsync(Cancellation)).Result.Period);
        }
    }

    [Fact]
    public async Task Where_a_real_meter_counts_its_counts_are_the_reading_and_a_silent_period_has_none()
    {
        var community = Source.Open();
        await using var node = new ProsumerNode(
            Broker, "village", HomeKey, Source.Plan(community), new SupplierSource().Open(community), TimeProvider.System, NullLogger.Instance)
        {
            Meter = (period, _, _) => Task.FromResult<PeriodCounts?>(period == community.First ? null : new PeriodCounts(new Energy(12), new Energy(345), new Energy(678))),
        };
        await node.StartAsync(Cancellation);
        foreach (var period in new[] { community.First, community.First.Next })
        {
            await AnnounceAsync(period);
            await _exchange.Bids.ReadAsync(Cancellation);
            await ResultAsync(period);
        }

        // The first that comes is of the second period.
        var reading = await _exchange.Readings.ReadAsync(Cancellation);
        Assert.Equal((community.First.Next, 12L, 345L, 678L), (reading.Period, reading.Import.WattHours, reading.Export.WattHours, reading.Production.WattHours));
        Assert.True(new MeterReadingSigning(Domain).IsSignedBy(
            HomeKey.Address, new MeteredEnergy(Member, reading.Period, reading.Number, reading.Import, reading.Export, reading.Production, reading.Charge, reading.Discharge), reading.Signature.AsSpan()));
    }

    private static FundsNotice Notice(Period period, long available, ulong? most, long spent) => new(
        Member, period, new FundsOutlook(FundsLevel.Low, new Money(available), Money.Zero, null, Money.Zero), most is { } bound ? new Mandate(Member, 1, bound) : null, new Money(spent));

    [Fact]
    public async Task A_result_is_obeyed_and_the_meters_are_read_and_signed()
    {
        var (node, period) = await StartAsync();
        await using (node)
        {
            await AnnounceAsync(period);
            var step = (await _exchange.Bids.ReadAsync(Cancellation)).Bid.Buy[0];
            await ResultAsync(period, new Trade(Member, new MemberId(Key(9).Address.ToString()), step.Energy, step.Price));
            var reading = await _exchange.Readings.ReadAsync(Cancellation);
            Assert.Equal(period, reading.Period);

            // What it was allotted it had forecast; the meter reads what the home then took, no appliance waiting at midnight.
            var load = PeriodGrid.QuarterHour.EnergyOf(Source.Choose(Source.Open()).Profile.Load.At(period));
            Assert.Equal(load, reading.Import);
            Assert.Equal(Energy.Zero, reading.Export);
        }
    }

    [Fact]
    public async Task A_result_against_the_bid_is_not_obeyed()
    {
        var (node, period) = await StartAsync();
        await using (node)
        {
            // Sold for a home that offered nothing: it exports nothing.
            await AnnounceAsync(period);
            await _exchange.Bids.ReadAsync(Cancellation);
            await ResultAsync(period, new Trade(new MemberId(Key(9).Address.ToString()), Member, new Energy(500), new Price(100_000)));
            var reading = await _exchange.Readings.ReadAsync(Cancellation);
            Assert.Equal(Energy.Zero, reading.Export);
        }
    }

    [Fact]
    public async Task A_home_whose_exchange_was_silent_runs_on_and_bids_again()
    {
        var (node, period) = await StartAsync();
        await using (node)
        {
            await AnnounceAsync(period);
            await _exchange.Bids.ReadAsync(Cancellation);
            var later = new Period(period.Index + 5);
            await AnnounceAsync(later);
            Assert.Equal(later, (await _exchange.Bids.ReadAsync(Cancellation)).Bid.Period);
            await ResultAsync(later);
            Assert.Equal(later, (await _exchange.Readings.ReadAsync(Cancellation)).Period);
        }
    }

    [Fact]
    public async Task A_seed_that_was_not_promised_is_reported_as_an_error_and_the_home_runs_on()
    {
        await PublishAsync(Topics.Market, WireFormat.Write(Description with { Rules = MarketRules.Default with { Mechanism = MechanismKind.Muda } }), retain: true);
        var errors = new RecordedErrors();
        var (node, period) = await StartAsync(errors);
        await using (node)
        {
            var (promised, other) = (new Hash256([.. Enumerable.Repeat((byte)7, Hash256.Size)]), new Hash256([.. Enumerable.Repeat((byte)8, Hash256.Size)]));
            foreach (var (round, revealed) in new[] { (period, promised), (period.Next, other) })
            {
                var start = PeriodGrid.QuarterHour.StartOf(round);
                await PublishAsync(
                    Topics.RoundOpen, WireFormat.Write(new RoundAnnouncement(round, start, start) { SeedCommitment = SeedCommitment.Of(round, promised) }), retain: true);
                await _exchange.Bids.ReadAsync(Cancellation);
                await PublishAsync(
                    Topics.RoundResult, WireFormat.Write(new RoundResult(round, null, Energy.Zero, 1, [], default, default, default) { Seed = revealed }), retain: true);
                Assert.Equal(round, (await _exchange.Readings.ReadAsync(Cancellation)).Period);
            }

            // The reading is sent after the check, so all that was reported has been: one error, for the second round.
            Assert.Contains($"{other} of period {period.Next} is not the one that was promised", Assert.Single(errors.Messages), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_node_says_when_it_comes_and_when_it_goes()
    {
        var (node, _) = await StartAsync();
        Assert.True((await _exchange.Statuses.ReadAsync(Cancellation)) is { Online: true, Name: "Home 02" });
        await node.DisposeAsync();
        Assert.False((await _exchange.Statuses.ReadAsync(Cancellation)).Online);
    }

    [Fact]
    public async Task Garbage_from_the_exchange_does_not_stop_a_node()
    {
        var (node, period) = await StartAsync();
        await using (node)
        {
            foreach (var topic in (string[])[Topics.Market, Topics.RoundOpen, Topics.RoundResult, Topics.Receipts(Member)])
            {
                await PublishAsync(topic, "{\"no\":[1,2"u8.ToArray());
            }

            await AnnounceAsync(period);
            Assert.Equal(period, (await _exchange.Bids.ReadAsync(Cancellation)).Bid.Period);
        }
    }

    private BrokerAddress Broker => _exchange.Broker;

    private static EthereumKey Key(byte number) => PlayedExchange.Key(number);

    private async Task<(ProsumerNode Node, Period First)> StartAsync(ILogger? logger = null, MemberControls? controls = null, Action<NodeNews>? news = null)
    {
        var community = Source.Open();
        var node = new ProsumerNode(
            Broker, "village", HomeKey, Source.Plan(community), new SupplierSource().Open(community), TimeProvider.System, logger ?? NullLogger.Instance)
        {
            Controls = controls ?? new MemberControls(),
            News = news,
        };
        await node.StartAsync(Cancellation);
        return (node, community.First);
    }

    private Task AnnounceAsync(Period period) => _exchange.AnnounceAsync(period);

    private Task ResultAsync(Period period, params Trade[] trades) => _exchange.ResultAsync(period, trades);

    private Task PublishAsync(string topic, byte[] payload, bool retain = false) => _exchange.PublishAsync(topic, payload, retain);

    /// <summary>What a node says at the level of an error.</summary>
    private sealed class RecordedErrors : ILogger
    {
        public ConcurrentQueue<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Messages.Enqueue(formatter(state, exception));
            }
        }
    }
}

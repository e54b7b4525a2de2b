using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Nodes;

/// <summary>A node that is started anew in the middle of a period goes by what it had traded for it. The market's clock stands still where the test puts it.</summary>
public sealed class RestartWithinAPeriodTests : IAsyncLifetime
{
    // 400 W: 100 Wh in each quarter of an hour, and nothing to sell.
    private static readonly PlannedHome Home = new(new HomeDescription("home", 6_000, PowerProfile.Constant(400)), []);
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));
    private static readonly Price Cleared = new(150_000);
    private static readonly Energy Bought = new(100);

    // 100 Wh at 0.15 EUR/kWh.
    private static readonly Money Paid = new(15_000);

    private static readonly DateTimeOffset Ten = new(2026, 12, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly Period Running = PeriodGrid.QuarterHour.At(Ten);

    // What a node that is started anew sends once more is what is looked at here.
    private readonly PlayedExchange _exchange = new() { HearsRepeats = true };
    private readonly FakeTimeProvider _clock = new(Ten.AddMinutes(-8));
    private readonly MemberControls _controls = new();
    private readonly ErrorLog _log = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-restart-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string File => Path.Combine(_folder.FullName, "anna.memory.trades");

    public async ValueTask InitializeAsync() => await _exchange.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _exchange.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_running_period_goes_on_as_it_was_traded_and_is_paid_for_once()
    {
        await RunOnceAsync();
        _clock.SetUtcNow(Ten.AddMinutes(7));
        Assert.Equal((Running, Bought), Allotted(await RunAnewAsync()));
        Assert.Equal(Paid, _controls.SpentOn(new DateOnly(2026, 12, 1)));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_result_that_came_while_the_node_was_away_is_obeyed_after_that_of_the_period_that_runs()
    {
        await RunOnceAsync();

        // Its bid for the next period is at the exchange; at 10:10 the gate is closed and cleared.
        await _exchange.ResultAsync(Running.Next, new Trade(PlayedExchange.Member, Stranger, Bought, Cleared));
        await _exchange.AnnounceAsync(Running.Next.Next);
        _clock.SetUtcNow(Ten.AddMinutes(11));
        var news = Channel.CreateUnbounded<NodeNews>();
        await using var anew = await StartAsync(told => news.Writer.TryWrite(told));
        Assert.Equal((Running, Bought), Allotted(await NextRunAsync(news)));
        Assert.Equal((Running.Next, Bought), Allotted(await NextRunAsync(news)));

        // And bids on when both are run. Where the broker announced the round before once more, its old bid came again before that.
        while ((await ReadAsync(_exchange.Bids)).Bid is var bid && bid.Period != Running.Next.Next)
        {
            Assert.Equal((Running.Next, 1), (bid.Period, bid.Number));
        }

        Assert.Equal(Paid + Paid, _controls.SpentOn(new DateOnly(2026, 12, 1)));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_bid_for_the_open_round_stands_and_is_sent_once_more_as_it_was()
    {
        BidMessage bid;
        await using (await StartAsync(_ => { }))
        {
            await _exchange.AnnounceAsync(Running);
            bid = await ReadAsync(_exchange.Bids);
        }

        var news = Channel.CreateUnbounded<NodeNews>();
        await using var anew = await StartAsync(told => news.Writer.TryWrite(told));
        Assert.Equal(bid, await ReadAsync(_exchange.Bids));
        await _exchange.ClearAsync(bid.Bid, Cleared);
        Assert.Equal((Running, Bought), Allotted(await NextRunAsync(news)));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_file_that_is_something_else_leaves_the_period_to_the_homes_own_plan()
    {
        await RunOnceAsync();
        await System.IO.File.WriteAllTextAsync(File, "{", Cancellation);
        _clock.SetUtcNow(Ten.AddMinutes(7));
        Assert.Equal((Running, Energy.Zero), Allotted(await RunAnewAsync()));
        Assert.Contains("set aside", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    private static MemberId Stranger => new(PlayedExchange.Key(9).Address.ToString());

    private static (Period, Energy) Allotted(PeriodRun run) => (run.Delivery.Period, run.Delivery.Traded);

    private static async Task<T> ReadAsync<T>(ChannelReader<T> channel) => await channel.ReadAsync(Cancellation).AsTask().WaitAsync(Hang.After, Cancellation);

    private static async Task<PeriodRun> NextRunAsync(Channel<NodeNews> news)
    {
        while (true)
        {
            if (await ReadAsync(news.Reader) is PeriodRun run)
            {
                return run;
            }
        }
    }

    /// <summary>The node bids for the running period, is allotted what it asked for, and has bid for the next when it is stopped.</summary>
    private async Task RunOnceAsync()
    {
        var news = Channel.CreateUnbounded<NodeNews>();
        await using var node = await StartAsync(told => news.Writer.TryWrite(told));
        await _exchange.AnnounceAsync(Running);
        await _exchange.ClearAsync((await ReadAsync(_exchange.Bids)).Bid, Cleared);
        Assert.Equal((Running, Bought), Allotted(await NextRunAsync(news)));
        await _exchange.AnnounceAsync(Running.Next);
        Assert.Equal(Running.Next, (await ReadAsync(_exchange.Bids)).Bid.Period);
    }

    private async Task<PeriodRun> RunAnewAsync()
    {
        var news = Channel.CreateUnbounded<NodeNews>();
        await using var node = await StartAsync(told => news.Writer.TryWrite(told));
        return await NextRunAsync(news);
    }

    private async Task<ProsumerNode> StartAsync(Action<NodeNews> news)
    {
        var node = new ProsumerNode(_exchange.Broker, "village", PlayedExchange.HomeKey, Home, Tariff, TimeProvider.System, _log)
        {
            Clock = _clock,
            Controls = _controls,
            News = news,
            Trades = TradedPeriods.Open(File, PlayedExchange.Member, _log),
        };
        await node.StartAsync(Cancellation);
        return node;
    }

    /// <summary>Warnings and errors.</summary>
    private sealed class ErrorLog : ILogger
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lock (_lines)
                {
                    _lines.Add(formatter(state, exception));
                }
            }
        }
    }
}

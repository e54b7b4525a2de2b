using System.Collections.Concurrent;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>A home that bids as a node does: once for each period that it hears is open, with the same bytes however often it hears of it.</summary>
internal sealed class Bidder : IAsyncDisposable
{
    private readonly TestNode _node;
    private readonly TestCommunity _community;
    private readonly int _home;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<Hash256, Period> _receipted = [];
    private readonly Task _bidding;
    private readonly Task _listening;
    private volatile TaskCompletionSource _later = NewLater();
    private long _last;

    private Bidder(TestNode node, TestCommunity community, int home, Period last)
    {
        (_node, _community, _home, _last) = (node, community, home, last.Index);
        _bidding = BidAsync();
        _listening = ListenAsync();
    }

    /// <summary>The bids that the exchange signed a receipt for.</summary>
    public IReadOnlyDictionary<Hash256, Period> Receipted => _receipted;

    /// <summary>Called at each receipt.</summary>
    public Action Heard { get; set; } = () => { };

    /// <param name="community">Of the home.</param>
    /// <param name="home">From 0.</param>
    /// <param name="broker">The market's.</param>
    /// <param name="cancellation">Of the start.</param>
    /// <param name="upTo">For later periods it does not bid before it may; null for all.</param>
    public static async Task<Bidder> StartAsync(TestCommunity community, int home, BrokerAddress broker, CancellationToken cancellation, Period? upTo = null) =>
        new(await TestNode.ConnectAsync(broker, community.Options.Community, community.Keys[home].Address.ToMember(), cancellation), community, home, upTo ?? new Period(long.MaxValue));

    /// <summary>It may bid up to this period, and the market, whose gates wait for it, gets as far.</summary>
    public void BidUpTo(Period last)
    {
        Interlocked.Exchange(ref _last, last.Index);
        Interlocked.Exchange(ref _later, NewLater()).SetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_bidding, _listening);
        await _node.DisposeAsync();
        _end.Dispose();
    }

    private static TaskCompletionSource NewLater() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task BidAsync()
    {
        try
        {
            while (true)
            {
                var period = (await _node.AnnouncementAsync(_end.Token)).Period;
                for (var later = _later; period.Index > Interlocked.Read(ref _last); later = _later)
                {
                    await later.Task.WaitAsync(_end.Token);
                }

                await _node.SendAsync(_community.Bid(_home, period, wattHours: 100 + period.Index % 50), _end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                var receipt = await _node.NextReceiptAsync(_end.Token);
                if (receipt.Accepted)
                {
                    _receipted[receipt.BidHash] = receipt.Period;
                    Heard();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}

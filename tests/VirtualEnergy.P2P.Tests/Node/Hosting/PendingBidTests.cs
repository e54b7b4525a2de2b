using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Hosting;

public sealed class PendingBidTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new();
    private readonly List<byte> _sent = [];
    private Func<Task> _outcome = () => Task.CompletedTask;

    [Fact]
    public async Task A_bid_is_sent_again_until_its_receipt_comes()
    {
        await using var pending = Create();
        await pending.SendAsync("bids", new byte[] { 1 }, TestContext.Current.CancellationToken);
        _time.Advance(Patience);
        _time.Advance(Patience);
        Assert.Equal([1, 1, 1], _sent);

        pending.Received();
        _time.Advance(10 * Patience);
        Assert.Equal([1, 1, 1], _sent);
    }

    [Fact]
    public async Task A_new_bid_takes_the_place_of_the_old_one()
    {
        await using var pending = Create();
        await pending.SendAsync("bids", new byte[] { 1 }, TestContext.Current.CancellationToken);
        await pending.SendAsync("bids", new byte[] { 2 }, TestContext.Current.CancellationToken);
        _time.Advance(Patience);
        Assert.Equal([1, 2, 2], _sent);
    }

    [Fact]
    public async Task A_broker_that_is_away_does_not_end_the_trying()
    {
        await using var pending = Create();
        await pending.SendAsync("bids", new byte[] { 1 }, TestContext.Current.CancellationToken);
        _outcome = () => Task.FromException(new MqttLinkException("away"));
        _time.Advance(Patience);
        _outcome = () => Task.CompletedTask;
        _time.Advance(Patience);
        Assert.Equal([1, 1, 1], _sent);
    }

    [Fact]
    public async Task Nothing_is_sent_after_the_end()
    {
        var pending = Create();
        await pending.SendAsync("bids", new byte[] { 1 }, TestContext.Current.CancellationToken);
        await pending.DisposeAsync();
        _time.Advance(10 * Patience);
        Assert.Equal([1], _sent);
    }

    private PendingBid Create() => new(
        (_, payload, _) =>
        {
            _sent.Add(payload.Span[0]);
            return _outcome();
        },
        _time,
        NullLogger.Instance);
}

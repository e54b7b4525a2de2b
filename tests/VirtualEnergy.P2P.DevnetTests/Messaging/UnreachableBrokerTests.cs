using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Messaging;

public sealed class UnreachableBrokerTests : IDisposable
{
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(0.3);

    private readonly ClosedPort _nobody = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _nobody.Dispose();

    [Fact]
    public async Task A_publication_that_nobody_takes_fails_in_time_and_says_where()
    {
        await using var link = Link(maxWaiting: 10);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var starting = link.StartAsync(giveUp.Token);

        var failed = await Assert.ThrowsAsync<MqttLinkException>(() => link.PublishAsync("a/b", new byte[1], cancellation: Cancellation).WaitAsync(Hang.After, Cancellation));

        Assert.StartsWith("mqtt://127.0.0.1:", failed.Message, StringComparison.Ordinal);
        Assert.EndsWith("did not take a message to a/b within 0.3 s; is it running?", failed.Message, StringComparison.Ordinal);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
    }

    [Fact]
    public async Task No_more_than_the_limit_may_wait()
    {
        // By a clock that stands while they begin to wait.
        var time = new FakeTimeProvider();
        await using var link = Link(maxWaiting: 2, time);
        Task[] waiting = [link.PublishAsync("a", new byte[1], cancellation: Cancellation), link.PublishAsync("b", new byte[1], cancellation: Cancellation)];

        var failed = await Assert.ThrowsAsync<MqttLinkException>(() => link.PublishAsync("c", new byte[1], cancellation: Cancellation));

        Assert.StartsWith("2 messages wait for", failed.Message, StringComparison.Ordinal);
        time.Advance(PublishTimeout);
        foreach (var publication in waiting)
        {
            await Assert.ThrowsAsync<MqttLinkException>(() => publication.WaitAsync(Hang.After, Cancellation));
        }
    }

    [Fact]
    public async Task The_waits_between_attempts_grow()
    {
        await using var link = Link(maxWaiting: 1);
        var waits = new List<double>();
        var enough = new TaskCompletionSource();
        link.StateChanged += change =>
        {
            if (change.RetryIn is { } wait)
            {
                waits.Add(wait.TotalMilliseconds);
                if (waits.Count == 5)
                {
                    enough.TrySetResult();
                }
            }
        };
        using var giveUp = new CancellationTokenSource();
        var starting = link.StartAsync(giveUp.Token);

        await enough.Task.WaitAsync(Hang.After, Cancellation);

        // 10 ms doubled four times is 160 ms; jitter takes at most half of each.
        Assert.InRange(waits[0], 5, 10);
        Assert.InRange(waits[4], 80, 160);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
    }

    private MqttLink Link(int maxWaiting, TimeProvider? time = null)
    {
        var options = new MqttLinkOptions
        {
            Broker = BrokerAddress.Local(_nobody.Number),
            ClientId = "alone",
            FirstBackOff = TimeSpan.FromMilliseconds(10),
            PublishTimeout = PublishTimeout,
            MaxWaitingPublications = maxWaiting,
        };
        return new MqttLink(options, time ?? TimeProvider.System, NullLogger.Instance);
    }
}

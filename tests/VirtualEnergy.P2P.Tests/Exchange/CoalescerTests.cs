using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Exchange.Live;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

public sealed class CoalescerTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly FakeTimeProvider _time = new();
    private readonly Channel<int> _pushed = Channel.CreateUnbounded<int>();

    [Fact]
    public async Task Changes_within_the_interval_go_out_as_one_and_the_last_is_not_lost()
    {
        var coalescer = new Coalescer<int>(Interval, _time, (earlier, later) => earlier + later, PushAsync);
        coalescer.Post(1);
        Assert.Equal(1, await NextAsync());
        coalescer.Post(2);
        coalescer.Post(3);
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(_pushed.Reader.TryPeek(out _));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(5, await NextAsync());
    }

    [Fact]
    public async Task A_thousand_changes_in_a_second_make_at_most_eleven_pushes()
    {
        var coalescer = new Coalescer<int>(Interval, _time, (earlier, later) => earlier + later, PushAsync);
        var (pushes, sum) = (0, 0);
        for (var tenth = 0; tenth < 10; tenth++)
        {
            for (var i = 0; i < 100; i++)
            {
                coalescer.Post(1);
            }

            sum += await NextAsync();
            pushes++;
            _time.Advance(Interval);
        }

        sum += await NextAsync();
        pushes++;
        Assert.Equal(1_000, sum);
        Assert.True(pushes <= 11);
    }

    [Fact]
    public async Task A_push_that_fails_does_not_end_the_stream()
    {
        var fail = true;
        var coalescer = new Coalescer<int>(Interval, _time, (_, later) => later, change => fail ? throw new IOException("gone") : PushAsync(change));
        coalescer.Post(1);
        fail = false;
        coalescer.Post(2);
        _time.Advance(Interval);
        Assert.Equal(2, await NextAsync());
    }

    private Task PushAsync(int change) => _pushed.Writer.WriteAsync(change).AsTask();

    private async Task<int> NextAsync() =>
        await _pushed.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
}

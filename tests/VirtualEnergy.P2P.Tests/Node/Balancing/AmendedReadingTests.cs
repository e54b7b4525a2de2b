using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Balancing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Balancing;

/// <summary>Orders every few seconds in one quarter of an hour, of a home whose exchange takes sixteen readings of a period.</summary>
public sealed class AmendedReadingTests : IDisposable
{
    private static readonly PeriodGrid Grid = PeriodGrid.QuarterHour;
    private static readonly Period Running = new(1_994_833);

    private readonly FakeTimeProvider _time = new(Grid.StartOf(Running));
    private readonly List<Energy> _sent = [];
    private readonly AmendedReading _reading;

    public AmendedReadingTests() => _reading = new AmendedReading(() => _sent.AddRange(_reading!.Take() is { } last ? [last.Load] : []), _time);

    public void Dispose() => _reading.Dispose();

    [Fact]
    public void The_first_is_read_at_once_and_of_those_that_follow_soon_the_last_shortly_before_the_end()
    {
        Assert.True(Amend(100));
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.False(Amend(90));
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.False(Amend(80));
        _time.SetUtcNow(Grid.EndOf(Running).AddSeconds(-9));
        Assert.Empty(_sent);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([new Energy(80)], _sent);
        Assert.Null(_reading.Unsent);
    }

    [Fact]
    public void After_a_while_and_at_the_end_it_is_read_at_once_and_nothing_is_left_for_later()
    {
        Assert.True(Amend(100));
        _time.Advance(TimeSpan.FromSeconds(99));
        Assert.False(Amend(90));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Amend(80));
        _time.SetUtcNow(Grid.EndOf(Running).AddSeconds(-8));
        Assert.Empty(_sent); // the timer finds that all was read
        Assert.True(Amend(70));
    }

    [Fact]
    public void Orders_every_four_seconds_make_no_more_readings_than_the_exchange_keeps()
    {
        var atOnce = 0;
        for (; _time.GetUtcNow() < Grid.EndOf(Running); _time.Advance(TimeSpan.FromSeconds(4)))
        {
            atOnce += Amend(_time.GetUtcNow().Second) ? 1 : 0;
        }

        // At 0, 100, … 800 s nine, at 892 and 896 s two, and the timer's.
        Assert.Equal((11, 1), (atOnce, _sent.Count));
    }

    [Fact]
    public void What_was_not_read_of_a_period_that_is_over_is_not_read_for_the_next()
    {
        Assert.True(Amend(100));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(Amend(90));
        _time.SetUtcNow(Grid.StartOf(Running.Next).AddSeconds(5));
        Assert.Equal([new Energy(90)], _sent); // the clock went past its end: read late, as the last word
        Assert.True(Amend(50, Running.Next));
        Assert.Null(_reading.Unsent);
    }

    private bool Amend(long load, Period? period = null) =>
        _reading.IsDue(new Delivery(period ?? Running, Energy.Zero, [], new Energy(load), Energy.Zero, Energy.Zero, Energy.Zero, null), Grid);
}

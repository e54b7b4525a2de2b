using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Metering;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

public sealed class AwaitedReadingsTests
{
    private static readonly MemberId Anna = new("0x" + new string('a', 40));
    private static readonly MemberId Bice = new("0x" + new string('b', 40));
    private static readonly Period Noon = new(1_000);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly DeviationBook _book = new();
    private readonly MemberDirectory _members = new([MemberOf(Anna), MemberOf(Bice)]);
    private readonly AwaitedReadings _awaited;
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public AwaitedReadingsTests()
    {
        _awaited = new AwaitedReadings(_book, _members, _time);
        Clear(Noon);
    }

    [Fact]
    public async Task The_reading_of_a_member_whose_node_is_there_is_waited_for()
    {
        _members.TrySetOnline(Anna, true);
        var waiting = WaitAsync();
        Assert.False(waiting.IsCompleted);
        Book(Anna, Noon);
        await waiting.WaitAsync(Patience, _cancellation);
    }

    [Fact]
    public async Task A_silent_meter_is_waited_for_as_long_as_the_gate_may_stay_open_and_no_longer()
    {
        _members.TrySetOnline(Anna, true);
        var waiting = WaitAsync();
        _time.Advance(Longest - TimeSpan.FromMilliseconds(1));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await waiting.WaitAsync(Patience, _cancellation);
    }

    [Fact]
    public void A_meter_that_missed_the_period_before_is_not_waited_for_until_it_is_heard_again()
    {
        _members.TrySetOnline(Anna, true);
        _members.TrySetOnline(Bice, true);
        Book(Bice, Noon);
        Clear(Noon.Next);
        Book(Bice, Noon.Next);
        Settle(Noon);
        Assert.True(WaitAsync(Noon.Next.Next).IsCompletedSuccessfully);

        // Late, and nothing that Noon waits for any more; but the meter speaks.
        Book(Anna, Noon);
        Assert.False(WaitAsync(Noon.Next.Next).IsCompleted);
    }

    [Fact]
    public async Task A_reading_that_is_being_written_down_is_waited_for_whether_or_not_the_node_is_there()
    {
        Assert.True(WaitAsync().IsCompletedSuccessfully);
        Assert.True(_awaited.TryBegin(Reading(Bice, Noon)));
        Assert.False(_awaited.TryBegin(Reading(Bice, Noon)));
        var waiting = WaitAsync();
        Assert.False(waiting.IsCompleted);
        _awaited.End(Reading(Bice, Noon));
        await waiting.WaitAsync(Patience, _cancellation);
    }

    [Fact]
    public async Task Who_goes_away_is_waited_for_no_longer()
    {
        _members.TrySetOnline(Anna, true);
        var waiting = WaitAsync();
        Assert.False(waiting.IsCompleted);
        _members.TrySetOnline(Anna, false);
        _awaited.NodesChanged();
        await waiting.WaitAsync(Patience, _cancellation);
    }

    [Fact]
    public void Neither_the_open_period_nor_a_settled_one_nor_a_gate_that_is_late_waits()
    {
        _members.TrySetOnline(Anna, true);
        Assert.True(WaitAsync(Noon).IsCompletedSuccessfully);
        Assert.True(_awaited.WaitAsync(Noon.Next, _time.GetUtcNow(), _cancellation).IsCompletedSuccessfully);
        Settle(Noon);
        Assert.True(WaitAsync().IsCompletedSuccessfully);
    }

    private static Member MemberOf(MemberId id) => new(id, id.Value[..4], new ZoneId("A"), 10_000);

    private static MeterReading Reading(MemberId member, Period period) =>
        new(member, period, 1, new Energy(100), Energy.Zero, Energy.Zero, Energy.Zero, Energy.Zero, [.. new byte[65]]);

    private Task WaitAsync(Period? before = null) => _awaited.WaitAsync(before ?? Noon.Next, _time.GetUtcNow() + Longest, _cancellation);

    private void Clear(Period period) =>
        _book.Clear(new JournalledRound(period, new Price(200_000), null, Energy.Zero, 2, [], default, default, default, null));

    private void Settle(Period period) => _book.Settle(new DeviationResult(period, default, [], [], default));

    private void Book(MemberId member, Period period)
    {
        _awaited.TryBegin(Reading(member, period));
        _book.Take(Reading(member, period));
        _awaited.End(Reading(member, period));
    }
}

using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.BspGateway.Community;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;
using static VirtualEnergy.P2P.Tests.Proof.CommunityExamples;

namespace VirtualEnergy.P2P.Tests.BspGateway.Community;

/// <summary>One home of a community as the provider knows it.</summary>
public sealed class CommunityHomeTests
{
    private readonly CommunityHome _home = new(Home(0), PeriodGrid.QuarterHour, new FakeTimeProvider(Ten));
    private long _number = 1_000;

    [Fact]
    public void The_program_of_the_running_period_is_the_baseline()
    {
        Assert.Null(_home.Take(Program(0, 7, 100, -250)));

        Assert.Equal((400, true), Baseline(Ten)); // 100 Wh in a quarter of an hour
        Assert.Equal((-1_000, true), Baseline(Ten.AddMinutes(15)));
        // Beyond its program nothing is known: it takes no part, and its last baseline stays.
        Assert.False(_home.At(Ten.AddMinutes(30), default).IsAvailable);
    }

    [Fact]
    public void Old_words_played_back_change_nothing()
    {
        Assert.Null(_home.Take(Program(0, 7, 100)));
        Assert.Null(_home.Take(Headroom(0, 7)));
        Assert.Equal(IntakeCode.Old, _home.Take(Program(0, 7, 900)));
        Assert.Equal(IntakeCode.Old, _home.Take(Program(0, 6, 900)));
        Assert.Equal(IntakeCode.Old, _home.Take(Headroom(0, 6)));
        Assert.Equal((400, true), Baseline(Ten));
    }

    [Fact]
    public void A_program_that_the_connection_cannot_carry_is_left_out()
    {
        // 10 kW are 2,500 Wh in a quarter of an hour.
        Assert.Equal(IntakeCode.Impossible, _home.Take(Program(0, 7, 100, -2_501)));
        Assert.Null(_home.Take(Program(0, 7, 100, -2_500)));
    }

    [Theory]
    [InlineData(long.MaxValue / 1_000_000)] // the last that a message can say: no calendar reaches there
    [InlineData(0)]
    public void Words_of_a_time_far_off_are_left_out(long period)
    {
        Assert.Equal(IntakeCode.Impossible, _home.Take(Program(0, 7, 100) with { First = new Period(period) }));
        Assert.Equal(IntakeCode.Impossible, _home.Take(Headroom(0, 7) with { Spans = [Headroom(0, 7).Spans[0] with { First = new Period(period) }] }));
        Assert.Null(_home.Outlook());
    }

    [Fact]
    public void Only_what_it_has_promised_can_be_called_and_only_in_its_periods()
    {
        Assert.Null(_home.Take(Program(0, 7, 0, 0, 0, 0, 0, 0)));
        var order = Reservation(0, 11, -1_500);
        _home.Said(order);
        Assert.Equal(0, _home.At(Ten.AddMinutes(15), default).UpWatts); // told and not answered

        Assert.Null(_home.Take(Yes(order), out var accepted));
        Assert.Equal(order, accepted!.First);
        var state = _home.At(Ten.AddMinutes(15), default);
        Assert.Equal((1_500, 0, new Price(230_000)), (state.UpWatts, state.DownWatts, state.UpAsk));
        Assert.Equal(0, _home.At(Ten, default).UpWatts);
        Assert.Equal(0, _home.At(Ten.AddMinutes(75), default).UpWatts);
    }

    [Fact]
    public void A_shortfall_counts_at_once_and_as_long_as_the_period_lasts()
    {
        var order = Promised(-1_500);
        _home.Take(new FlexibilityReply(Member(0), Provider, order.Number, order.Id, true, 400, "devices", null), out _);

        Assert.Equal(1_100, _home.At(Ten.AddMinutes(16), default).UpWatts);
        Assert.Equal(1_500, _home.At(Ten.AddMinutes(30), default).UpWatts);
    }

    [Theory]
    [InlineData("unknown-order", 0, 0)] // it has lost its orders
    [InlineData("too-much", 0, 1_500)] // it has the order and not this call: in the next period it is tried again
    public void A_call_that_is_refused_is_not_relied_upon(string reason, long now, long next)
    {
        Promised(-1_500);
        var call = Call(-700)!;
        _home.Take(No(call, reason), out _);

        Assert.Equal(now, _home.At(Ten.AddMinutes(16), default).UpWatts);
        Assert.Equal(next, _home.At(Ten.AddMinutes(30), default).UpWatts);
    }

    [Fact]
    public void While_the_exchange_does_not_keep_its_promise_a_home_is_not_relied_upon()
    {
        var order = Promised(-1_500);
        Assert.Null(_home.Take(Kept(order.Id, "bid-stands")));
        Assert.Equal(0, _home.At(Ten.AddMinutes(16), default).UpWatts);
        Assert.Equal(0, _home.At(Ten.AddMinutes(30), default).UpWatts);

        // Told again when another bid stood, it was kept.
        Assert.Null(_home.Take(Kept(order.Id, null)));
        Assert.Equal(1_500, _home.At(Ten.AddMinutes(30), default).UpWatts);
        Assert.Equal(IntakeCode.Old, _home.Take(Kept(order.Id + 1, "bid-stands"))); // of an order that was never given
    }

    [Fact]
    public void A_call_names_what_is_left_of_the_order_and_never_more_than_was_promised()
    {
        var order = Promised(-1_500);
        var call = Call(-2_000)!;

        Assert.Equal((FlexibilityOrderKind.Activate, order.Id, order.Offer, After(1), 4, -1_500, order.Price), (call.Kind, call.Id, call.Offer, call.First, call.Periods, call.ChangeWatts, call.Price));
        _home.At(Ten.AddMinutes(50), default);
        Assert.Equal((After(3), 2), (Call(-300)!.First, Call(-300)!.Periods)); // periods 3 and 4 of 1 to 4
        Assert.Null(_home.Call(300, Provider, () => ++_number)); // the other way
    }

    [Fact]
    public void The_same_call_again_is_the_same_message_and_after_another_message_a_new_one()
    {
        Promised(-1_500);
        var call = Call(-700)!;
        Assert.Equal(call, _home.Call(-700, Provider, () => ++_number));
        _home.Said(Reservation(0, ++_number, -100, from: 9));

        var again = _home.Call(-700, Provider, () => ++_number)!;
        Assert.True(again.Number > call.Number);
        Assert.Equal(call.ChangeWatts, again.ChangeWatts);
    }

    [Fact]
    public void A_home_that_was_not_called_needs_no_word_to_be_let_go()
    {
        Assert.Null(_home.Call(0, Provider, () => ++_number));
        Promised(-1_500);
        Assert.Null(_home.Call(0, Provider, () => ++_number));
        Call(-700);
        Assert.Equal(0, Call(0)!.ChangeWatts);
    }

    [Fact]
    public void Samples_go_by_the_chain_of_their_session()
    {
        var chain = new TelemetryChain(new Hash256(new byte[32]), 2_000);
        Assert.Equal(IntakeCode.Chain, Take(chain, 1, 500)); // no session yet
        Assert.Null(_home.Take(new TelemetrySession(Member(0), Provider, 5, chain.Anchor, chain.Length)));
        Assert.Equal(IntakeCode.Old, _home.Take(new TelemetrySession(Member(0), Provider, 5, chain.Anchor, chain.Length)));

        Assert.Null(Take(chain, 1, 500));
        Assert.Equal(IntakeCode.Chain, Take(chain, 1, 900)); // played back with another power
        Assert.Null(Take(chain, 3, 500)); // one was lost
        Assert.Equal(IntakeCode.Impossible, Take(chain, 4, 10_001)); // more than its connection carries
        Assert.Equal(IntakeCode.NotMeasured, Take(chain, 5, 0, TelemetryQuality.Stale));
        Assert.Equal(IntakeCode.Chain, Take(chain, 906, 500)); // 901 hashes at once are not worked out for anybody
        Assert.Null(Take(chain, 905, 500));
    }

    [Fact]
    public void A_home_that_sends_order_after_order_keeps_its_latest()
    {
        for (var order = 1; order <= 40; order++)
        {
            _home.Said(Reservation(0, order, -100, from: 4 * order));
        }

        Assert.Equal(16, _home.Orders.Length);
        Assert.Equal(40, _home.Orders[^1].First.Id);
    }

    private static ReservationAnswer Kept(long id, string? reason) => new(Member(0), Provider, id, reason is null, reason, null);

    private (long, bool) Baseline(DateTimeOffset at)
    {
        var state = _home.At(at, default);
        return (state.BaselineWatts, state.IsAvailable);
    }

    private FlexibilityOrder Promised(long watts)
    {
        Assert.Null(_home.Take(Program(0, 7, 0, 0, 0, 0, 0, 0)));
        var order = Reservation(0, 11, watts);
        _home.Said(order);
        _home.Take(Yes(order), out _);
        _home.At(Ten.AddMinutes(16), default);
        return order;
    }

    private FlexibilityOrder? Call(long watts)
    {
        var call = _home.Call(watts, Provider, () => ++_number);
        if (call is not null)
        {
            _home.Said(call);
        }

        return call;
    }

    private string? Take(TelemetryChain chain, int sequence, long watts, TelemetryQuality quality = TelemetryQuality.Measured) =>
        _home.Take(new TelemetrySample(Member(0), 5, sequence, Ten.ToUnixTimeMilliseconds(), watts, quality, chain.KeyOf(sequence)), Ten.AddSeconds(8));
}

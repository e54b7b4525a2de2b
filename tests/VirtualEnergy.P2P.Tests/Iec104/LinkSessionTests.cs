using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Iec104.Frames;
using VirtualEnergy.P2P.Iec104.Link;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Iec104;

public sealed class LinkSessionTests
{
    private static readonly byte[] Asdu = Convert.FromHexString("64010600010000000014");

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Start_and_stop_are_asked_for_by_one_role_and_confirmed_by_the_other()
    {
        var (controlling, controlled) = Pair(new LinkParameters());
        Assert.False(controlling.CanSend);

        controlling.RequestStart();
        Assert.Equal(LinkState.Starting, controlling.State);
        Assert.Equal([LinkEvent.StartRequested], Deliver(controlling, controlled));
        controlled.ConfirmStart();
        Assert.Equal([LinkEvent.Started], Deliver(controlled, controlling));
        Assert.True(controlling.CanSend && controlled.CanSend);

        controlling.RequestStop();
        Assert.Equal([LinkEvent.Stopped], Deliver(controlling, controlled));
        Assert.Equal([LinkEvent.Stopped], Deliver(controlled, controlling));
        Assert.Equal((LinkState.Stopped, LinkState.Stopped), (controlling.State, controlled.State));
        Assert.False(controlled.TrySend(Asdu));
    }

    [Fact]
    public void A_stop_is_confirmed_once_all_that_was_sent_is_acknowledged()
    {
        var (controlling, controlled) = Started(new LinkParameters());
        Assert.True(controlled.TrySend(Asdu));
        controlling.RequestStop();
        Assert.Empty(Deliver(controlling, controlled)); // it waits: its I frame is under way
        Assert.Equal(LinkState.Stopping, controlled.State);

        // The I frame crosses the stop, is acknowledged at once, and only then comes the confirmation.
        Assert.Equal([LinkEvent.Asdu], Deliver(controlled, controlling));
        Assert.Equal([LinkEvent.Stopped], Deliver(controlling, controlled));
        Assert.Equal([LinkEvent.Stopped], Deliver(controlled, controlling));
    }

    [Fact]
    public void No_more_than_k_frames_are_under_way_and_w_frames_are_acknowledged_at_once()
    {
        var (controlling, controlled) = Started(new LinkParameters { MaxUnacknowledged = 12, AcknowledgeAfter = 8 });
        for (var i = 0; i < 12; i++)
        {
            Assert.True(controlled.TrySend(Asdu));
        }

        Assert.False(controlled.TrySend(Asdu));
        Assert.Equal(12, Deliver(controlled, controlling).Count);

        // Eight of twelve were acknowledged, so that 12 − 8 = 4 are under way.
        Assert.Empty(Deliver(controlling, controlled));
        Assert.Equal((4, 8L), (controlled.Unacknowledged, controlled.Acknowledged));
    }

    [Fact]
    public void With_k_and_w_of_1_frames_go_one_by_one()
    {
        var (controlling, controlled) = Started(new LinkParameters { MaxUnacknowledged = 1, AcknowledgeAfter = 1 });
        for (var i = 0; i < 100; i++)
        {
            Assert.True(controlled.TrySend(Asdu));
            Assert.False(controlled.TrySend(Asdu));
            Assert.Equal([LinkEvent.Asdu], Deliver(controlled, controlling));
            Deliver(controlling, controlled);
        }

        Assert.Equal(100, controlled.Acknowledged);
    }

    [Fact]
    public void A_peer_whose_w_is_above_this_ones_k_acknowledges_after_t2()
    {
        var controlling = new LinkSession(LinkRole.Controlling, new LinkParameters { AcknowledgeAfter = 8 }, _time);
        var controlled = new LinkSession(LinkRole.Controlled, new LinkParameters { MaxUnacknowledged = 1 }, _time);
        Start(controlling, controlled);
        controlled.TrySend(Asdu);
        Deliver(controlled, controlling);
        Assert.True(controlling.Output.IsEmpty);

        Pass(TimeSpan.FromSeconds(9.999), controlling);
        Assert.True(controlling.Output.IsEmpty);
        Pass(TimeSpan.FromMilliseconds(1), controlling); // t2 = 10 s
        Assert.Equal("680401000200", Convert.ToHexString(controlling.Output)); // S frame, N(R) = 1
        Deliver(controlling, controlled);
        Assert.True(controlled.CanSend);
    }

    [Fact]
    public void Numbers_wrap_after_32767_in_both_directions()
    {
        var (controlling, controlled) = Started(new LinkParameters());
        for (var i = 0; i < SequenceNumber.Modulus + 10; i++)
        {
            Assert.True(controlled.TrySend(Asdu));
            Assert.Equal([LinkEvent.Asdu], Deliver(controlled, controlling));
            Assert.True(controlling.TrySend(Asdu));
            Assert.Equal([LinkEvent.Asdu], Deliver(controlling, controlled));
        }

        Assert.Equal(SequenceNumber.Modulus + 10, controlled.Acknowledged);
        controlled.TrySend(Asdu);
        // 32778 frames before it: N(S) = N(R) = 10, shifted 20 = 0x14.
        Assert.Equal("680E14001400", Convert.ToHexString(controlled.Output[..6]));
    }

    [Theory]
    // N(S) 1 where 0 is awaited; N(R) 1 where nothing was sent; a frame repeated.
    [InlineData("680E02000000" + "64010600010000000014", LinkCloseReason.SequenceGap)]
    [InlineData("680E00000200" + "64010600010000000014", LinkCloseReason.AcknowledgementOutOfRange)]
    [InlineData("68040100FEFF", LinkCloseReason.AcknowledgementOutOfRange)]
    [InlineData("680E0000000064010600010000000014" + "680E00000000" + "64010600010000000014", LinkCloseReason.SequenceGap)]
    [InlineData("68040B000000", LinkCloseReason.UnexpectedFunction)]
    [InlineData("680423000000", LinkCloseReason.UnexpectedFunction)]
    [InlineData("6803", LinkCloseReason.BadFrame)]
    [InlineData("00", LinkCloseReason.BadFrame)]
    public void What_breaks_the_protocol_closes_the_connection_by_name(string hex, LinkCloseReason reason)
    {
        var (_, controlled) = Started(new LinkParameters());
        Feed(controlled, Convert.FromHexString(hex));
        Assert.Equal((LinkState.Closed, reason), (controlled.State, controlled.CloseReason));
        Assert.Equal(long.MaxValue, controlled.Deadline);
        Assert.False(controlled.TrySend(Asdu));
    }

    [Fact]
    public void An_acknowledgement_cannot_be_taken_back()
    {
        var (controlling, controlled) = Started(new LinkParameters());
        controlled.TrySend(Asdu);
        controlled.TrySend(Asdu);
        Deliver(controlled, controlling);
        Feed(controlled, Convert.FromHexString("680401000400")); // N(R) = 2
        Assert.Equal(2, controlled.Acknowledged);
        Feed(controlled, Convert.FromHexString("680401000200")); // N(R) = 1
        Assert.Equal(LinkCloseReason.AcknowledgementOutOfRange, controlled.CloseReason);
    }

    [Fact]
    public void An_asdu_before_the_start_closes_the_connection()
    {
        var controlled = new LinkSession(LinkRole.Controlled, new LinkParameters(), _time);
        Assert.Equal([LinkEvent.Closed], Feed(controlled, Convert.FromHexString("680E0000000064010600010000000014")));
        Assert.Equal(LinkCloseReason.NotStarted, controlled.CloseReason);
    }

    [Fact]
    public void A_controlling_station_does_not_let_itself_be_started()
    {
        var controlling = new LinkSession(LinkRole.Controlling, new LinkParameters(), _time);
        Feed(controlling, Convert.FromHexString("680407000000"));
        Assert.Equal(LinkCloseReason.UnexpectedFunction, controlling.CloseReason);
    }

    [Fact]
    public void Silence_past_t1_on_what_was_sent_closes_the_connection()
    {
        var (_, controlled) = Started(new LinkParameters());
        controlled.TrySend(Asdu);
        controlled.OutputWritten(controlled.Output.Length);
        Pass(TimeSpan.FromSeconds(14.999), controlled);
        Assert.Equal(LinkState.Started, controlled.State);
        Pass(TimeSpan.FromMilliseconds(1), controlled); // t1 = 15 s
        Assert.Equal(LinkCloseReason.AcknowledgementTimeout, controlled.CloseReason);
    }

    [Fact]
    public void A_start_that_is_not_confirmed_in_t1_closes_the_connection()
    {
        var controlling = new LinkSession(LinkRole.Controlling, new LinkParameters(), _time);
        controlling.RequestStart();
        Pass(TimeSpan.FromSeconds(15), controlling);
        Assert.Equal(LinkCloseReason.ConfirmationTimeout, controlling.CloseReason);
    }

    [Fact]
    public void After_t3_of_silence_the_peer_is_tested_and_given_t1_to_answer()
    {
        var (controlling, controlled) = Started(new LinkParameters());
        for (var i = 0; i < 3; i++)
        {
            Pass(TimeSpan.FromSeconds(19.999), controlled);
            Assert.True(controlled.Output.IsEmpty);
            Pass(TimeSpan.FromMilliseconds(1), controlled); // t3 = 20 s
            Assert.Equal("680443000000", Convert.ToHexString(controlled.Output));
            Deliver(controlled, controlling);
            Assert.Equal("680483000000", Convert.ToHexString(controlling.Output));
            Deliver(controlling, controlled);
        }

        Pass(TimeSpan.FromSeconds(20), controlled);
        Pass(TimeSpan.FromSeconds(15), controlled);
        Assert.Equal(LinkCloseReason.ConfirmationTimeout, controlled.CloseReason);
    }

    [Fact]
    public void The_deadline_is_when_the_next_thing_is_due()
    {
        var (controlling, controlled) = Started(new LinkParameters());
        Assert.Equal(TimeSpan.FromSeconds(20), Until(controlled)); // t3
        controlled.TrySend(Asdu);
        Assert.Equal(TimeSpan.FromSeconds(15), Until(controlled)); // t1
        Deliver(controlled, controlling);
        Assert.Equal(TimeSpan.FromSeconds(10), Until(controlling)); // t2
    }

    [Fact]
    public void Parameters_keep_to_the_ranges_of_the_standard()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkParameters { MaxUnacknowledged = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkParameters { AcknowledgeAfter = 32768 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkParameters { TestInterval = TimeSpan.FromSeconds(256) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkParameters { TestInterval = TimeSpan.FromMilliseconds(1_500) });
        Assert.Throws<ArgumentException>(() => new LinkSession(LinkRole.Controlled, new LinkParameters { AcknowledgeDelay = TimeSpan.FromSeconds(15) }, _time));
    }

    private (LinkSession Controlling, LinkSession Controlled) Pair(LinkParameters parameters) =>
        (new LinkSession(LinkRole.Controlling, parameters, _time), new LinkSession(LinkRole.Controlled, parameters, _time));

    private (LinkSession Controlling, LinkSession Controlled) Started(LinkParameters parameters)
    {
        var pair = Pair(parameters);
        Start(pair.Controlling, pair.Controlled);
        return pair;
    }

    private static void Start(LinkSession controlling, LinkSession controlled)
    {
        controlling.RequestStart();
        Deliver(controlling, controlled);
        controlled.ConfirmStart();
        Deliver(controlled, controlling);
    }

    private static List<LinkEvent> Deliver(LinkSession from, LinkSession to)
    {
        var bytes = from.Output.ToArray();
        from.OutputWritten(bytes.Length);
        return Feed(to, bytes);
    }

    private static List<LinkEvent> Feed(LinkSession link, ReadOnlySpan<byte> bytes)
    {
        var events = new List<LinkEvent>();
        while (link.Read(ref bytes, out _) is var happened && happened != LinkEvent.None)
        {
            events.Add(happened);
        }

        return events;
    }

    private void Pass(TimeSpan time, LinkSession link)
    {
        _time.Advance(time);
        link.Tick();
    }

    private TimeSpan Until(LinkSession link) => _time.GetElapsedTime(_time.GetTimestamp(), link.Deadline);
}

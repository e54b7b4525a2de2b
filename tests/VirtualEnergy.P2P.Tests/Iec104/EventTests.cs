using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Link;
using VirtualEnergy.P2P.Iec104.Stations;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Iec104;

/// <summary>Spontaneous events, over broken links too, and who of a redundancy group gets them.</summary>
public sealed class EventTests
{
    [Fact]
    public void Events_share_asdus_and_keep_their_order()
    {
        var pair = Station();
        var wire = pair.Connect().Run();
        pair.Controlled.Update(StationPair.Address, [pair.Float(1, 1), pair.Float(2, 2), InformationObject.SinglePoint(new ObjectAddress(9), on: true), pair.Float(1, 3)]);
        wire.Run();

        Assert.Equal([(AsduType.MeasuredShortFloat, 2, false), (AsduType.SinglePoint, 1, false), (AsduType.MeasuredShortFloat, 1, false)], wire.Asdus);
        Assert.All(wire.Heard, heard => Assert.Equal(Cause.Spontaneous, heard.Cause));
    }

    [Fact]
    public void What_was_not_acknowledged_when_the_link_broke_is_sent_again_in_order()
    {
        var pair = Station();
        var wire = pair.Connect(options: new() { Link = new() { AcknowledgeAfter = 1 } }).Run();
        pair.Controlled.Update(StationPair.Address, pair.Float(1, 1, timed: true));
        wire.Run(); // arrives and is acknowledged
        wire.IsCut = true;
        pair.Controlled.Update(StationPair.Address, pair.Float(1, 2, timed: true));
        wire.Run(); // is sent into nothing
        wire.Pass(TimeSpan.FromSeconds(15)); // t1
        Assert.Equal(LinkCloseReason.AcknowledgementTimeout, wire.Station!.CloseReason);
        pair.Controlled.Update(StationPair.Address, pair.Float(1, 3, timed: true)); // nobody is there

        var again = pair.Connect().Run();
        Assert.Equal([2, 3], again.Heard.Select(heard => heard.Object.ShortFloat));
        Assert.Equal(TimeSpan.FromSeconds(15), again.Heard[1].Object.Time.ToInstant() - again.Heard[0].Object.Time.ToInstant());
        Assert.Equal(0, pair.Controlled.DroppedEvents);
    }

    [Fact]
    public void A_full_buffer_drops_the_oldest_and_says_so()
    {
        var pair = Station(new RedundancyGroup("tso") { BufferedEvents = 3 });
        for (var i = 1; i <= 5; i++)
        {
            pair.Controlled.Update(StationPair.Address, pair.Float(1, i));
        }

        var wire = pair.Connect().Run();
        Assert.Equal([3, 4, 5], wire.Heard.Select(heard => heard.Object.ShortFloat));
        Assert.Equal(2, pair.Controlled.DroppedEvents);
        Assert.Equal(["1 in all", "2 in all"], pair.Notices.Where(notice => notice.Kind == NoticeKind.EventsDropped).Select(notice => notice.Text));
    }

    [Fact]
    public void Events_dropped_while_they_are_under_way_do_not_confuse_the_acknowledgements()
    {
        // w is never reached and t2 comes late: three are under way when three more push them out of the buffer.
        var pair = Station(new RedundancyGroup("tso") { BufferedEvents = 3 });
        var wire = pair.Connect(options: new() { Link = new() { AcknowledgeAfter = 100 } }).Run();
        for (var i = 1; i <= 6; i++)
        {
            pair.Controlled.Update(StationPair.Address, pair.Float(1, i));
        }

        wire.Run().Pass(TimeSpan.FromSeconds(10));
        Assert.Equal([1, 2, 3, 4, 5, 6], wire.Heard.Select(heard => heard.Object.ShortFloat));
        wire.Station!.Close();
        Assert.Empty(pair.Connect().Run().Heard);
    }

    [Fact]
    public void A_standby_connection_hears_nothing_until_it_takes_over()
    {
        var pair = Station();
        var first = pair.Connect("192.0.2.1").Run();
        var second = pair.Connect("192.0.2.2", new() { StartsOnConnect = false }).Run();
        pair.Controlled.Update(StationPair.Address, pair.Float(1, 1));
        first.Run();
        second.Run();
        Assert.Equal((1, 0), (first.Heard.Count, second.Heard.Count));
        Assert.Equal(LinkState.Stopped, second.Control.State);

        _ = second.Control.StartAsync();
        second.Run();
        pair.Controlled.Update(StationPair.Address, pair.Float(1, 2));
        second.Run();
        Assert.Equal(LinkCloseReason.TakenOver, first.Station!.CloseReason);
        // 1 was not acknowledged by the first (w = 8), so the second gets it again.
        Assert.Equal([1, 2], second.Heard.Select(heard => heard.Object.ShortFloat));
    }

    [Fact]
    public async Task A_switch_over_by_stop_and_start_loses_and_repeats_nothing()
    {
        var pair = Station();
        var first = pair.Connect("192.0.2.1").Run();
        var second = pair.Connect("192.0.2.2", new() { StartsOnConnect = false }).Run();
        pair.Controlled.Update(StationPair.Address, pair.Float(1, 1));
        var stopped = first.Control.StopAsync();
        first.Run();
        Assert.True(await stopped);
        pair.Controlled.Update(StationPair.Address, pair.Float(1, 2));
        var started = second.Control.StartAsync();
        second.Run();
        Assert.True(await started);

        Assert.Equal([1f, 2f], first.Heard.Concat(second.Heard).Select(heard => heard.Object.ShortFloat));
        Assert.Equal(LinkState.Stopped, first.Control.State);
    }

    [Fact]
    public void A_second_controlling_station_is_refused_where_the_group_says_so()
    {
        var pair = Station(new RedundancyGroup("tso") { SecondStart = SecondStart.IsRefused });
        var first = pair.Connect("192.0.2.1").Run();
        var second = pair.Connect("192.0.2.2").Run();
        Assert.Equal((LinkState.Started, LinkState.Closed), (first.Control.State, second.Station!.State));
        Assert.Equal(LinkCloseReason.AnotherStationActive, second.Station.CloseReason);
        Assert.NotEqual(LinkState.Started, second.Control.State);
    }

    [Fact]
    public void Groups_have_events_of_their_own_and_strangers_are_not_taken()
    {
        var pair = Station(
            new RedundancyGroup("tso") { Accepts = peer => peer.EndPoint.Address.ToString() == "192.0.2.1" },
            new RedundancyGroup("dso") { Accepts = peer => peer.EndPoint.Address.ToString() == "192.0.2.2" });
        var tso = pair.Connect("192.0.2.1").Run();
        pair.Controlled.Update(StationPair.Address, pair.Float(1, 1));
        tso.Run();
        var dso = pair.Connect("192.0.2.2").Run();
        Assert.Equal((1, 1), (tso.Heard.Count, dso.Heard.Count));
        Assert.Null(pair.Controlled.Accept(new Peer(new System.Net.IPEndPoint(System.Net.IPAddress.Parse("203.0.113.9"), 1))));
        Assert.Contains(pair.Notices, notice => notice is { Kind: NoticeKind.Refused, Text: "no redundancy group takes it" });
    }

    [Fact]
    public void There_are_no_more_connections_than_allowed()
    {
        var pair = new StationPair(new ControlledStationOptions { MaxConnections = 1 });
        var first = pair.Connect();
        Assert.Null(pair.Controlled.Accept(new Peer(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1))));
        first.Station!.Close();
        Assert.NotNull(pair.Controlled.Accept(new Peer(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1))));
    }

    [Fact]
    public void A_peer_that_asks_and_never_acknowledges_is_cut_off()
    {
        // Confirmations wait for the window; at 1,024 of them the peer is a flood.
        var pair = Station();
        var raw = new FloodingStation(pair);
        var sent = raw.SendUntilClosed(InformationObject.ResetProcess(), most: 5_000);
        Assert.Equal(LinkCloseReason.Flood, raw.Station.CloseReason);
        Assert.Equal(12 + 1_024 + 1, sent); // k under way, 1,024 waiting, and the one too many
    }

    [Fact]
    public void The_end_of_initialisation_is_said_once()
    {
        var pair = new StationPair();
        pair.Controlled.Define(StationPair.Address, pair.Float(1, 0));
        var first = pair.Connect().Run();
        Assert.Equal((AsduType.EndOfInitialization, Cause.Initialized), (first.Heard.Single().Object.Type, first.Heard.Single().Cause));
        Assert.Empty(pair.Connect().Run().Heard.Where(heard => heard.Object.Type == AsduType.EndOfInitialization).Skip(1));
    }

    [Fact]
    public void What_is_not_defined_cannot_be_updated()
    {
        var pair = Station();
        Assert.Throws<ArgumentException>(() => pair.Controlled.Update(StationPair.Address, pair.Float(77, 1)));
        Assert.Throws<ArgumentException>(() => pair.Controlled.Update(StationPair.Address, InformationObject.MeasuredScaled(new ObjectAddress(1), 1)));
        Assert.Throws<ArgumentException>(() => pair.Controlled.Define(StationPair.Address, pair.Float(1, 1)));
        Assert.Throws<ArgumentException>(() => pair.Controlled.Define(CommonAddress.Broadcast, pair.Float(1, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Controlled.Update(StationPair.Address, pair.Float(1, 1), Cause.Activation));
    }

    private static StationPair Station(params RedundancyGroup[] groups)
    {
        var options = new ControlledStationOptions { SendsEndOfInitialization = false };
        var pair = new StationPair(groups.Length == 0 ? options : options with { Groups = groups });
        pair.Controlled.Define(StationPair.Address, pair.Float(1, 0));
        pair.Controlled.Define(StationPair.Address, pair.Float(2, 0));
        pair.Controlled.Define(StationPair.Address, InformationObject.SinglePoint(new ObjectAddress(9), on: false));
        return pair;
    }
}

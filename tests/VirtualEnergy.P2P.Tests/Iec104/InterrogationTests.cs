using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Stations;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Iec104;

public sealed class InterrogationTests
{
    [Fact]
    public async Task A_station_interrogation_is_confirmed_answered_with_every_object_and_terminated()
    {
        var pair = new StationPair(new ControlledStationOptions { SendsEndOfInitialization = false });
        for (var i = 1; i <= 100; i++)
        {
            pair.Controlled.Define(StationPair.Address, pair.Float(i, i));
        }

        pair.Controlled.Define(StationPair.Address, InformationObject.SinglePoint(new ObjectAddress(200), on: true));
        pair.Controlled.Define(StationPair.Address, InformationObject.SinglePoint(new ObjectAddress(300), on: false));
        pair.Controlled.Define(StationPair.Address, InformationObject.IntegratedTotal(new ObjectAddress(400), 7));
        var wire = pair.Connect().Run();

        var asked = wire.Control.InterrogateAsync(StationPair.Address);
        wire.Run();

        Assert.Equal(new RequestResult(RequestOutcome.Done), await asked);
        Assert.Equal(Cause.ActivationConfirmation, wire.Heard[0].Cause);
        Assert.Equal(Cause.ActivationTermination, wire.Heard[^1].Cause);
        var values = wire.Heard[1..^1];
        Assert.All(values, value => Assert.Equal(Cause.InterrogatedByStation, value.Cause));
        Assert.Equal([200, 300, .. Enumerable.Range(1, 100)], values.Select(value => value.Object.Address.Value)); // by type: 1 before 13
        // Two single points apart; 100 floats in a row as sequences, of which 48 fit: 48 + 48 + 4.
        Assert.Equal([(AsduType.SinglePoint, 2, false), (AsduType.MeasuredShortFloat, 48, true), (AsduType.MeasuredShortFloat, 48, true), (AsduType.MeasuredShortFloat, 4, true)], wire.Asdus[1..^1]);
    }

    [Fact]
    public async Task A_group_is_answered_with_its_own_cause_and_objects()
    {
        var pair = new StationPair();
        pair.Controlled.Define(StationPair.Address, pair.Float(1, 1), group: 16);
        pair.Controlled.Define(StationPair.Address, pair.Float(2, 2), group: 1);
        var wire = pair.Connect().Run();

        var asked = wire.Control.InterrogateAsync(StationPair.Address, group: 16);
        wire.Run();

        Assert.True((await asked).IsDone);
        Assert.Equal((Cause.InterrogatedByGroup16, 1), wire.Heard.Where(heard => heard.Object.Type == AsduType.MeasuredShortFloat).Select(heard => (heard.Cause, heard.Object.Address.Value)).Single());
    }

    [Fact]
    public async Task Frozen_counters_are_sent_as_they_were_frozen()
    {
        var pair = new StationPair();
        var address = new ObjectAddress(9);
        pair.Controlled.Define(StationPair.Address, InformationObject.IntegratedTotal(address, 100), group: 2);
        var wire = pair.Connect().Run();

        var frozen = wire.Control.InterrogateCountersAsync(StationPair.Address, freeze: CounterFreeze.Freeze);
        wire.Run();
        pair.Controlled.Update(StationPair.Address, InformationObject.IntegratedTotal(address, 150));
        var read = wire.Control.InterrogateCountersAsync(StationPair.Address, group: 2);
        wire.Run();
        var reset = wire.Control.InterrogateCountersAsync(StationPair.Address, freeze: CounterFreeze.Reset);
        wire.Run();

        Assert.True((await frozen).IsDone && (await read).IsDone);
        Assert.Equal((100, 1), wire.Heard.Where(heard => heard.Cause == Cause.CountersByGeneralRequest + 2).Select(heard => (heard.Object.Reading, heard.Object.ReadingNumber)).Single());
        Assert.Equal(new RequestResult(RequestOutcome.Refused, Cause.ActivationConfirmation), await reset); // not this library's to do
    }

    [Fact]
    public void An_interrogation_is_not_overtaken_by_older_events()
    {
        // k = 1: the events wait in line when the interrogation comes.
        var pair = new StationPair(new ControlledStationOptions { SendsEndOfInitialization = false, Link = new() { MaxUnacknowledged = 1 } });
        pair.Controlled.Define(StationPair.Address, pair.Float(1, 0));
        var wire = pair.Connect(options: new() { Link = new() { AcknowledgeAfter = 1 } }).Run();
        for (var i = 1; i <= 5; i++)
        {
            pair.Controlled.Update(StationPair.Address, pair.Float(1, i));
        }

        _ = wire.Control.InterrogateAsync(StationPair.Address);
        wire.Run();

        Assert.Equal([1, 2, 3, 4, 5, 5], wire.Heard.Where(heard => heard.Object.Type == AsduType.MeasuredShortFloat).Select(heard => heard.Object.ShortFloat));
        Assert.Equal(Cause.InterrogatedByStation, wire.Heard[^2].Cause);
    }

    [Fact]
    public void All_stations_at_once_answer_each_for_itself()
    {
        var clocks = 0;
        var pair = new StationPair(new ControlledStationOptions { SendsEndOfInitialization = false, OnClock = _ => ++clocks > 0 });
        pair.Controlled.Define(new CommonAddress(5), pair.Float(1, 1));
        pair.Controlled.Define(new CommonAddress(6), pair.Float(1, 1));
        var raw = new RawStation(pair);

        raw.Send(InformationObject.Interrogation(), address: CommonAddress.Broadcast);
        raw.Send(InformationObject.ClockSynchronization(Cp56Time2a.FromUtc(pair.Time.GetUtcNow())), address: CommonAddress.Broadcast);

        // Confirmation, value and termination of each, and two confirmations of a clock that was set once.
        Assert.Equal([5, 5, 5, 6, 6, 6, 5, 6], raw.Heard.Select(header => header.AddressNumber));
        Assert.Equal(1, clocks);
        Assert.DoesNotContain(raw.Heard, header => header.Cause.IsNegative);
    }

    [Fact]
    public void A_second_interrogation_while_one_is_answered_is_refused_and_a_deactivation_ends_the_first()
    {
        var pair = new StationPair(new ControlledStationOptions { SendsEndOfInitialization = false, Link = new() { MaxUnacknowledged = 1 } });
        for (var i = 1; i <= 200; i++)
        {
            pair.Controlled.Define(StationPair.Address, pair.Float(2 * i, i)); // no runs
        }

        var raw = new RawStation(pair, new() { AcknowledgeAfter = 32767 });
        foreach (var cause in new[] { Cause.Activation, Cause.Activation, Cause.Deactivation, Cause.Deactivation })
        {
            raw.Send(InformationObject.Interrogation(), cause);
        }

        for (var i = 0; i < 5; i++)
        {
            pair.Time.Advance(TimeSpan.FromSeconds(10)); // t2: the one frame under way is acknowledged
            raw.Tick();
        }

        // The second request acknowledges the first confirmation, so that one value slips through; the rest is taken back.
        Assert.Equal(
            [(Cause.ActivationConfirmation, false), (Cause.InterrogatedByStation, false), (Cause.ActivationConfirmation, true), (Cause.DeactivationConfirmation, false), (Cause.DeactivationConfirmation, true)],
            raw.Causes);
    }
}

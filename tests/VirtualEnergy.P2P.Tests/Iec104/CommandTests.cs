using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Stations;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Iec104;

public sealed class CommandTests
{
    private static readonly ObjectAddress SetPoint = new(1_000);
    private static readonly ObjectAddress Breaker = new(1_001);

    private readonly List<Command> _done = [];
    private TaskCompletionSource<bool>? _work;

    [Fact]
    public async Task A_set_point_is_confirmed_done_and_terminated()
    {
        var wire = Station().Connect().Run();
        var asked = wire.Control.RequestAsync(StationPair.Address, InformationObject.SetPointShortFloat(SetPoint, 42.5f));
        wire.Run();

        Assert.Equal(new RequestResult(RequestOutcome.Done), await asked);
        Assert.Equal(42.5f, Assert.Single(_done).Object.ShortFloat);
        Assert.Equal([Cause.ActivationConfirmation, Cause.ActivationTermination], wire.Heard.Select(heard => heard.Cause));
    }

    [Theory]
    [InlineData(true, RequestOutcome.Done)]
    [InlineData(false, RequestOutcome.Failed)]
    public async Task Work_that_takes_time_is_terminated_when_it_ends_as_it_ends(bool achieved, RequestOutcome outcome)
    {
        var wire = Station(running: true).Connect().Run();
        var asked = wire.Control.RequestAsync(StationPair.Address, InformationObject.SetPointShortFloat(SetPoint, 1));
        wire.Run();
        Assert.Equal([(Cause.ActivationConfirmation, false)], wire.Heard.Select(heard => (heard.Cause, heard.Negative)));

        _work!.SetResult(achieved);
        await Until(() => wire.Station!.OutputLength > 0);
        wire.Run();
        Assert.Equal(new RequestResult(outcome), await asked);
    }

    [Fact]
    public void An_object_takes_one_command_at_a_time()
    {
        var raw = new RawStation(Station(running: true));
        raw.Send(InformationObject.SetPointShortFloat(SetPoint, 1));
        raw.Send(InformationObject.SetPointShortFloat(SetPoint, 2));
        Assert.Equal([(Cause.ActivationConfirmation, false), (Cause.ActivationConfirmation, true)], raw.Causes);
        Assert.Single(_done);
    }

    [Fact]
    public async Task Select_before_operate_executes_what_was_selected()
    {
        var wire = Station().Connect().Run();
        var asked = wire.Control.SelectAndOperateAsync(StationPair.Address, InformationObject.DoubleCommand(Breaker, DoublePointState.On));
        wire.Run();
        // The execution follows when the awaiting code runs; wait for it, then move its bytes.
        await Until(() => wire.Control.OutputLength > 0);
        wire.Run();

        Assert.True((await asked).IsDone);
        Assert.Equal(DoublePointState.On, Assert.Single(_done).Object.State);
    }

    [Fact]
    public void Without_a_selection_with_another_value_or_after_its_time_an_execution_is_refused()
    {
        var pair = Station();
        var raw = new RawStation(pair);
        var (on, off) = (InformationObject.DoubleCommand(Breaker, DoublePointState.On), InformationObject.DoubleCommand(Breaker, DoublePointState.Off));

        raw.Send(on); // not selected
        raw.Send(on.AsSelect());
        raw.Send(off); // another value: refused, and the selection is gone
        raw.Send(on);
        raw.Send(on.AsSelect());
        pair.Time.Advance(TimeSpan.FromSeconds(30)); // the select time-out
        raw.Send(on);
        raw.Send(on.AsSelect());
        pair.Time.Advance(TimeSpan.FromSeconds(29));
        raw.Send(on);

        var confirmed = (Cause.ActivationConfirmation, false);
        var refused = (Cause.ActivationConfirmation, true);
        Assert.Equal([refused, confirmed, refused, refused, confirmed, refused, confirmed, confirmed, (Cause.ActivationTermination, false)], raw.Causes);
        Assert.Single(_done);
    }

    [Fact]
    public void What_one_station_has_selected_another_cannot_have_until_it_is_deselected_or_gone()
    {
        var pair = Station(new ControlledStationOptions { Groups = [new RedundancyGroup("alone") { EachConnectionAlone = true }] });
        var (first, second) = (new RawStation(pair), new RawStation(pair));
        var on = InformationObject.DoubleCommand(Breaker, DoublePointState.On);

        first.Send(on.AsSelect());
        second.Send(on.AsSelect());
        second.Send(on.AsSelect(), Cause.Deactivation); // not its own
        Assert.Equal([(Cause.ActivationConfirmation, true), (Cause.DeactivationConfirmation, true)], second.Causes);

        first.Send(on.AsSelect(), Cause.Deactivation);
        second.Send(on.AsSelect());
        second.Station.Close();
        first.Send(on.AsSelect());
        Assert.Equal([(Cause.ActivationConfirmation, false), (Cause.DeactivationConfirmation, false), (Cause.ActivationConfirmation, false)], first.Causes);
    }

    [Fact]
    public void A_set_point_that_is_no_number_is_refused_and_never_reaches_the_process()
    {
        var raw = new RawStation(Station());
        // Type 50, activation, station 5, object 1000 = 0x3E8; NaN is 0x7FC00000, infinity 0x7F800000.
        raw.Send("320106000500E803000000C07F00");
        raw.Send("320106000500E80300000080FF00");
        Assert.Equal([(Cause.ActivationConfirmation, true), (Cause.ActivationConfirmation, true)], raw.Causes);
        Assert.Equal("320147000500E803000000C07F00", raw.Octets[0]); // as it came, with cause 7 and P/N
        Assert.Empty(_done);
    }

    [Fact]
    public void A_command_whose_time_tag_is_too_far_off_is_refused()
    {
        var pair = Station(new ControlledStationOptions { MaxCommandAge = TimeSpan.FromSeconds(10) });
        var raw = new RawStation(pair);
        foreach (var age in new[] { 10, 11, -10, -11 })
        {
            raw.Send(InformationObject.SetPointShortFloat(SetPoint, 1, Cp56Time2a.FromUtc(pair.Time.GetUtcNow() - TimeSpan.FromSeconds(age))));
        }

        raw.Send(InformationObject.SetPointShortFloat(SetPoint, 1, Cp56Time2a.FromUtc(pair.Time.GetUtcNow()).AsInvalid()));

        Assert.Equal([false, true, false, true, true], raw.Heard.Where(header => header.Cause.Cause == Cause.ActivationConfirmation).Select(header => header.Cause.IsNegative));
        Assert.Equal(2, _done.Count);
    }

    [Fact]
    public void A_test_is_confirmed_and_without_effect()
    {
        var raw = new RawStation(Station());
        raw.Send(InformationObject.SetPointShortFloat(SetPoint, 1), test: true);
        Assert.True(Assert.Single(raw.Heard).Cause is { IsTest: true, IsNegative: false, Cause: Cause.ActivationConfirmation });
        Assert.Empty(_done);
    }

    [Theory]
    [InlineData("020106000500E8030001", Cause.UnknownType)] // type 2 is not spoken
    [InlineData("FF0106000500E8030001", Cause.UnknownType)]
    [InlineData("010106000500E8030001", Cause.UnknownType)] // a single point comes from the other side
    [InlineData("460104000500000000" + "00", Cause.UnknownType)]
    [InlineData("320105000500E80300000000000000", Cause.UnknownCause)] // cause 5, request
    [InlineData("640109000500" + "00000014", Cause.UnknownCause)]
    [InlineData("670108000500" + "00000000000000000000", Cause.UnknownCause)] // a clock cannot be deactivated
    [InlineData("3201060006000E03000000000000", Cause.UnknownCommonAddress)]
    [InlineData("320106000000E80300000000000000", Cause.UnknownCommonAddress)]
    [InlineData("32010600FFFFE80300000000000000", Cause.UnknownCommonAddress)] // commands do not go to all stations
    [InlineData("320106000500E7030000000000" + "00", Cause.UnknownObjectAddress)]
    [InlineData("310106000500E80300" + "000000", Cause.UnknownObjectAddress)] // a scaled set-point for a float
    [InlineData("640106000500" + "01000014", Cause.UnknownObjectAddress)] // an interrogation concerns no object
    public void What_is_unknown_comes_back_with_the_cause_that_says_so(string hex, Cause cause)
    {
        var raw = new RawStation(Station());
        raw.Send(hex);
        Assert.Equal([(cause, true)], raw.Causes);
        // All but the cause's octet as it was sent.
        Assert.Equal(hex[..4] + $"{(byte)cause | 0x40:X2}" + hex[6..], raw.Octets[0]);
        Assert.Empty(_done);
    }

    [Theory]
    [InlineData("640106000500" + "00000013")] // QOI 19
    [InlineData("670106000500" + "000000" + "60EA040FFD0B1A")] // a 60th second
    [InlineData("2E0106000500" + "E90300" + "03")] // a double command to both positions
    public void A_value_that_its_type_does_not_have_is_confirmed_negatively(string hex)
    {
        var raw = new RawStation(Station());
        raw.Send(hex);
        Assert.Equal([(Cause.ActivationConfirmation, true)], raw.Causes);
    }

    [Theory]
    [InlineData("3200060005")]
    [InlineData("320006000500")]
    [InlineData("320206000500E803000000000000")]
    [InlineData("320106000500E80300")]
    public void What_cannot_be_sent_back_whole_is_left_out_and_said(string hex)
    {
        var pair = Station();
        var raw = new RawStation(pair);
        raw.Send(hex);
        Assert.Empty(raw.Heard);
        Assert.Contains(pair.Notices, notice => notice.Kind == NoticeKind.AsduIgnored);
        Assert.Equal(VirtualEnergy.P2P.Iec104.Link.LinkState.Started, raw.State);
    }

    [Fact]
    public void A_handler_that_throws_is_a_refusal()
    {
        var pair = new StationPair(new ControlledStationOptions { SendsEndOfInitialization = false, OnCommand = _ => throw new InvalidOperationException("no breaker") });
        pair.Controlled.DefineCommand(StationPair.Address, SetPoint, AsduType.SetPointShortFloat);
        var raw = new RawStation(pair);
        raw.Send(InformationObject.SetPointShortFloat(SetPoint, 1));
        Assert.Equal([(Cause.ActivationConfirmation, true)], raw.Causes);
        Assert.Contains(pair.Notices, notice => notice is { Kind: NoticeKind.HandlerFailed, Text: "no breaker" });
    }

    [Fact]
    public async Task A_request_without_an_answer_ends_after_its_time_and_with_the_connection()
    {
        var pair = Station(running: true);
        var wire = pair.Connect(options: new() { RequestTimeout = TimeSpan.FromSeconds(12) }).Run();
        wire.IsCut = true;
        var late = wire.Control.RequestAsync(StationPair.Address, InformationObject.SetPointShortFloat(SetPoint, 1));
        wire.Run().Pass(TimeSpan.FromSeconds(12));
        Assert.Equal(RequestOutcome.TimedOut, (await late).Outcome);

        var lost = wire.Control.RequestAsync(StationPair.Address, InformationObject.SetPointShortFloat(SetPoint, 2));
        wire.Run().Pass(TimeSpan.FromSeconds(3)); // t1 of the first frame: 15 s
        Assert.Equal(RequestOutcome.ConnectionLost, (await lost).Outcome);
        Assert.Equal(RequestOutcome.NotConnected, (await wire.Control.InterrogateAsync(StationPair.Address)).Outcome);
    }

    [Fact]
    public void One_request_to_an_object_at_a_time_and_none_to_all_stations()
    {
        var wire = Station(running: true).Connect().Run();
        _ = wire.Control.RequestAsync(StationPair.Address, InformationObject.SetPointShortFloat(SetPoint, 1));
        Assert.Throws<InvalidOperationException>(() => { _ = wire.Control.RequestAsync(StationPair.Address, InformationObject.SetPointShortFloat(SetPoint, 2)); });
        Assert.Throws<ArgumentException>(() => { _ = wire.Control.InterrogateAsync(CommonAddress.Broadcast); });
    }

    private static async Task Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private StationPair Station(ControlledStationOptions? options = null, bool running = false)
    {
        var pair = new StationPair((options ?? new ControlledStationOptions()) with { SendsEndOfInitialization = false, OnCommand = Execute, OnClock = _ => true });
        pair.Controlled.Define(StationPair.Address, pair.Float(1, 0));
        pair.Controlled.DefineCommand(StationPair.Address, SetPoint, AsduType.SetPointShortFloat);
        pair.Controlled.DefineCommand(StationPair.Address, Breaker, AsduType.DoubleCommand, selectFirst: true);
        return pair;

        CommandAnswer Execute(Command command)
        {
            _done.Add(command);
            _work = new TaskCompletionSource<bool>();
            return running ? CommandAnswer.Running(_work.Task) : CommandAnswer.Done;
        }
    }
}

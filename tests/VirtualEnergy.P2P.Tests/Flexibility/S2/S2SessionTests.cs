using System.Text;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Tests.Proof.S2;
using Xunit;
using static VirtualEnergy.P2P.Tests.Flexibility.S2.SessionPair;

namespace VirtualEnergy.P2P.Tests.Flexibility.S2;

public sealed class S2SessionTests
{
    private static readonly DateTimeOffset Now = S2Examples.Now;

    [Fact]
    public void A_manager_and_a_device_agree_introduce_and_select()
    {
        var pair = new SessionPair(ControlType.FillRateBasedControl, ControlType.NotControlable);
        Assert.True(pair.Cem.IsEstablished && pair.Rm.IsEstablished);
        Assert.Equal("0.0.2-beta", pair.Rm.Version);
        Assert.Equal(ControlType.FillRateBasedControl, pair.Cem.Resource.Selected);
        Assert.Equal(ControlType.FillRateBasedControl, pair.Rm.Resource.Selected);
    }

    [Fact]
    public void Without_a_common_version_the_session_ends()
    {
        var cem = NewCem();
        cem.Open(Now);
        var step = Receive(cem, new Handshake(Id("m-1"), EnergyManagementRole.Rm, ["9.0"]));
        Assert.Equal(ReceptionStatusValue.PermanentError, Answer(step).Status);
        Assert.Equal("no common version; 0.0.2-beta is spoken here", step.Closed);
    }

    [Fact]
    public void A_device_is_told_to_select_nothing_when_the_manager_can_use_nothing_that_it_offers()
    {
        var pair = new SessionPair(ControlType.DemandDrivenBasedControl);
        Assert.Equal(ControlType.NoSelection, pair.Rm.Resource.Selected);
        Assert.True(pair.Rm.IsEstablished);
    }

    [Fact]
    public void Nothing_comes_before_the_handshake()
    {
        var cem = NewCem();
        cem.Open(Now);
        Assert.Equal("no protocol version is agreed yet", Answer(Receive(cem, S2Examples.Details(ControlType.FillRateBasedControl))).DiagnosticLabel);
        Assert.Null(cem.Resource.Details);
    }

    [Fact]
    public void A_control_type_that_was_not_offered_is_refused_by_the_device()
    {
        var pair = new SessionPair(ControlType.FillRateBasedControl);
        var answer = Answer(Receive(pair.Rm, new SelectControlType(Id("m-9"), ControlType.PowerEnvelopeBasedControl)));
        Assert.Equal(ReceptionStatusValue.InvalidContent, answer.Status);
        Assert.Equal(ControlType.FillRateBasedControl, pair.Rm.Resource.Selected);
    }

    [Fact]
    public void Each_side_sends_only_what_its_role_sends()
    {
        var pair = new SessionPair(ControlType.FillRateBasedControl);
        Assert.Equal("not a message for a Cem", Answer(Receive(pair.Cem, new SelectControlType(Id("m-9"), ControlType.NoSelection))).DiagnosticLabel);
        Assert.Equal("not a message for a Rm", Answer(Receive(pair.Rm, new FrbcStorageStatus(Id("m-9"), 1))).DiagnosticLabel);
        pair.Cem.Send(id => new FrbcStorageStatus(id, 1), Now, out var problem);
        Assert.Equal("a Cem does not send FrbcStorageStatus", problem);
    }

    [Fact]
    public void A_description_of_another_control_type_than_the_selected_one_is_refused()
    {
        var pair = new SessionPair(ControlType.PowerEnvelopeBasedControl);
        Assert.Equal(
            "the control type is PowerEnvelopeBasedControl, not FillRateBasedControl",
            Answer(Receive(pair.Cem, S2Examples.Battery)).DiagnosticLabel);
    }

    [Fact]
    public void An_instruction_goes_to_the_device_and_its_progress_comes_back()
    {
        var pair = Battery();
        Assert.Null(pair.FromCem(id => Charge(id, "order-1", "charge", 0.5)));
        Assert.Equal(InstructionStatus.New, pair.Rm.Resource.Instructions[Id("order-1")].Status);
        foreach (var status in new[] { InstructionStatus.Accepted, InstructionStatus.Started, InstructionStatus.Succeeded })
        {
            Assert.Null(pair.FromRm(id => new InstructionStatusUpdate(id, Id("order-1"), status, Now)));
            Assert.Equal(status, pair.Cem.Resource.Instructions[Id("order-1")].Status);
        }

        Assert.Equal(
            "instruction order-1 is Succeeded and cannot become Aborted",
            pair.FromRm(id => new InstructionStatusUpdate(id, Id("order-1"), InstructionStatus.Aborted, Now)));
    }

    [Theory]
    [InlineData("charge", 1, null)]
    [InlineData("idle", 0, null)]
    [InlineData("boost", 1, "there is no operation mode boost")]
    [InlineData("charge", 1.5, "operation_mode_factor 1.5 is not within 0 to 1")]
    public void Only_what_the_device_described_is_instructed(string mode, double factor, string? expected) =>
        Assert.Equal(expected, Battery().FromCem(id => Charge(id, "order-1", mode, factor)));

    [Fact]
    public void A_running_timer_blocks_a_transition_until_it_has_run_down()
    {
        var pair = Battery();
        Assert.Null(pair.FromRm(id => new FrbcTimerStatus(id, Id("settle"), Id("inverter"), Now.AddMinutes(1))));
        Assert.Equal("timer settle blocks it until 2026-11-29T12:01:00.0000000+00:00", pair.FromCem(id => Charge(id, "order-1", "charge", 1)));
        Assert.Null(pair.FromCem(id => Charge(id, "order-1", "charge", 1) with { ExecutionTime = Now.AddMinutes(1) }));
    }

    [Fact]
    public void No_way_leads_from_charging_straight_to_discharging()
    {
        var pair = Battery();
        Assert.Null(pair.FromRm(id => new FrbcActuatorStatus(id, Id("inverter"), Id("charge"), 1)));
        Assert.Equal("no transition leads from charge to discharge", pair.FromCem(id => Charge(id, "order-1", "discharge", 1)));
    }

    [Fact]
    public void An_instruction_can_be_revoked_until_it_is_over()
    {
        var pair = Battery();
        pair.FromCem(id => Charge(id, "order-1", "charge", 1));
        Assert.Null(pair.FromCem(id => new RevokeObject(id, RevokableObject.FrbcInstruction, Id("order-1"))));
        Assert.Equal(InstructionStatus.Revoked, pair.Rm.Resource.Instructions[Id("order-1")].Status);
        Assert.Equal(
            "instruction order-1 is Revoked and cannot be revoked",
            pair.FromCem(id => new RevokeObject(id, RevokableObject.FrbcInstruction, Id("order-1"))));
        Assert.Equal(
            "object_id: there is no FrbcInstruction order-2",
            pair.FromCem(id => new RevokeObject(id, RevokableObject.FrbcInstruction, Id("order-2"))));
    }

    [Fact]
    public void A_revoked_description_allows_no_more_instructions()
    {
        var pair = Battery();
        var description = pair.Rm.Resource.Storage.At(Now)!.MessageId;
        Assert.Null(pair.FromRm(id => new RevokeObject(id, RevokableObject.FrbcSystemDescription, description)));
        Assert.Equal("no description of actuator inverter is in force", pair.FromCem(id => Charge(id, "order-1", "charge", 1)));
    }

    [Theory]
    [InlineData(-1, "before")]
    [InlineData(3600 * 24 * 8, "more than 7 days ahead")]
    public void A_description_from_another_time_is_refused(int secondsLater, string expected)
    {
        var pair = Battery();
        var answer = Answer(Receive(pair.Cem, S2Examples.Battery with { MessageId = Id("again"), ValidFrom = Now.AddSeconds(secondsLater) }));
        Assert.Equal(ReceptionStatusValue.InvalidContent, answer.Status);
        Assert.Contains(expected, answer.DiagnosticLabel, StringComparison.Ordinal);
    }

    [Fact]
    public void A_description_sent_ahead_holds_from_its_moment_on()
    {
        var pair = Battery();
        Assert.Equal(ReceptionStatusValue.Ok, Answer(Receive(pair.Cem, S2Examples.Battery with { MessageId = Id("later"), ValidFrom = Now.AddHours(3) })).Status);
        Assert.NotEqual(Id("later"), pair.Cem.Resource.Storage.At(Now.AddHours(2))!.MessageId);
        Assert.Equal(Id("later"), pair.Cem.Resource.Storage.At(Now.AddHours(3))!.MessageId);
    }

    [Fact]
    public void Selecting_anew_forgets_what_belonged_to_the_control_type_before()
    {
        var pair = Battery();
        Assert.Null(pair.FromCem(id => new SelectControlType(id, ControlType.NotControlable)));
        Assert.Null(pair.Rm.Resource.Storage.At(Now));
        Assert.Null(pair.Cem.Resource.Storage.At(Now));
    }

    [Fact]
    public void An_instruction_that_the_device_refuses_is_rejected_and_changes_nothing_else()
    {
        var pair = Battery();
        var sent = Assert.Single(pair.Cem.Send(id => Charge(id, "order-1", "charge", 1), Now, out _).Send.OfType<FrbcInstruction>());
        var step = Receive(pair.Cem, new ReceptionStatus(sent.MessageId, ReceptionStatusValue.InvalidContent, "too hot"));
        Assert.Equal("too hot", Assert.Single(step.Events.OfType<S2RefusedByPeer>()).Refusal.Diagnostic);
        Assert.Equal(InstructionStatus.Rejected, pair.Cem.Resource.Instructions[Id("order-1")].Status);
        Assert.Null(step.Closed);
    }

    [Fact]
    public void A_temporary_error_is_met_by_sending_again_and_a_permanent_one_by_parting()
    {
        var pair = Battery();
        var sent = Assert.Single(pair.Cem.Send(id => Charge(id, "order-1", "charge", 1), Now, out _).Send.OfType<FrbcInstruction>());
        for (var attempt = 2; attempt <= 3; attempt++)
        {
            Assert.Equal(sent, Assert.Single(Receive(pair.Cem, new ReceptionStatus(sent.MessageId, ReceptionStatusValue.TemporaryError)).Send));
        }

        Assert.Single(Receive(pair.Cem, new ReceptionStatus(sent.MessageId, ReceptionStatusValue.TemporaryError)).Events.OfType<S2RefusedByPeer>());
        var other = Assert.Single(pair.Cem.Send(id => Charge(id, "order-2", "charge", 1), Now, out _).Send.OfType<FrbcInstruction>());
        Assert.NotNull(Receive(pair.Cem, new ReceptionStatus(other.MessageId, ReceptionStatusValue.PermanentError)).Closed);
    }

    [Fact]
    public void Whatever_comes_is_answered_except_an_answer()
    {
        var pair = Battery();
        foreach (var payload in new[] { "", "{}", "{\"message_type\":\"Nothing\",\"message_id\":\"m-1\"}", "{\"message_id\":\"m-1\"}" })
        {
            Assert.Single(pair.Cem.Receive(Encoding.UTF8.GetBytes(payload), Now).Send.OfType<ReceptionStatus>());
        }

        Assert.Empty(Receive(pair.Cem, new ReceptionStatus(Id("never-sent"), ReceptionStatusValue.InvalidData)).Send);
        Assert.Empty(pair.Cem.Receive("{\"message_type\":\"ReceptionStatus\"}"u8.ToArray(), Now).Send);
    }

    [Fact]
    public void A_flood_ends_the_session()
    {
        var pair = Battery();
        var spent = 0;
        while (Receive(pair.Cem, new FrbcStorageStatus(Id("level"), 5)).Closed is null)
        {
            spent++;
        }

        // Counted with what the handshake and the descriptions took, all within a minute.
        Assert.InRange(spent, S2Limits.Default.MessagesPerMinute - 20, S2Limits.Default.MessagesPerMinute);
        Assert.Empty(Receive(pair.Cem, new FrbcStorageStatus(Id("level"), 5)).Send);
    }

    [Fact]
    public void The_same_messages_over_a_longer_time_are_no_flood()
    {
        var pair = Battery();
        for (var i = 0; i < 2000; i++)
        {
            var step = pair.Cem.Receive(S2Codec.Write(new FrbcStorageStatus(Id("level"), 5)), Now.AddSeconds(i / 5.0));
            Assert.Null(step.Closed);
        }
    }

    [Fact]
    public void A_peer_that_keeps_sending_nonsense_loses_the_session()
    {
        var pair = Battery();
        for (var i = 0; i < S2Limits.Default.RefusalsPerMinute; i++)
        {
            Assert.Null(pair.Cem.Receive("nonsense"u8.ToArray(), Now).Closed);
        }

        Assert.NotNull(pair.Cem.Receive("nonsense"u8.ToArray(), Now).Closed);
    }

    [Fact]
    public void A_peer_that_never_answers_loses_the_session()
    {
        var silent = NewCem();
        silent.Open(Now);
        Assert.Null(silent.Tick(Now.AddSeconds(10)).Closed);
        Assert.Equal("no handshake within 10 s", silent.Tick(Now.AddSeconds(10.1)).Closed);

        var pair = Battery();
        pair.Cem.Send(id => Charge(id, "order-1", "charge", 1), Now.AddHours(1), out _);
        Assert.Null(pair.Cem.Tick(Now.AddHours(1).AddSeconds(10)).Closed);
        Assert.Equal("no answer to FrbcInstruction within 10 s", pair.Cem.Tick(Now.AddHours(1).AddSeconds(10.1)).Closed);
    }

    [Fact]
    public void Instructions_that_are_over_make_room_for_new_ones_and_others_do_not()
    {
        var resource = Battery().Cem.Resource;
        S2Resource After(S2Message message)
        {
            var after = resource.After(message, Now, out var problem);
            Assert.Null(problem);
            return after;
        }

        for (var i = 0; i < S2Resource.MostInstructions; i++)
        {
            resource = After(Charge(Id($"m-{i}"), $"order-{i}", "charge", 1));
        }

        resource.After(Charge(Id("m-200"), "order-200", "charge", 1), Now, out var full);
        Assert.Equal("more than 200 instructions that are not over", full);
        resource = After(new InstructionStatusUpdate(Id("u-1"), Id("order-7"), InstructionStatus.Rejected, Now));
        resource = After(Charge(Id("m-200"), "order-200", "charge", 1));
        Assert.DoesNotContain(Id("order-7"), resource.Instructions.Keys);
        Assert.Equal(S2Resource.MostInstructions, resource.Instructions.Count);
    }

    [Fact]
    public void Parting_is_announced()
    {
        var pair = Battery();
        var goodbye = Assert.Single(pair.Rm.Terminate("shutting down", Now).Send.OfType<SessionRequest>());
        Assert.Equal("the peer asked to part: shutting down", Receive(pair.Cem, goodbye).Closed);
        pair.Cem.Send(id => Charge(id, "order-1", "charge", 1), Now, out var problem);
        Assert.StartsWith("the session is over", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_keeps_its_identity_within_a_session()
    {
        var pair = Battery();
        var other = S2Examples.Details(ControlType.FillRateBasedControl) with { MessageId = Id("m-9"), ResourceId = Id("device-2") };
        Assert.Equal("resource_id: this session is about device-1", Answer(Receive(pair.Cem, other)).DiagnosticLabel);
    }

    [Fact]
    public void A_limit_is_set_only_where_the_device_allows_it()
    {
        var pair = new SessionPair(ControlType.PowerEnvelopeBasedControl);
        pair.FromRm(id => S2Examples.All.OfType<PebcPowerConstraints>().Single() with { MessageId = id });
        PebcInstruction Limit(Identifier id, double lower) => new(
            id,
            id,
            Now,
            false,
            Id("limits"),
            [new PebcPowerEnvelope(id, CommodityQuantity.ElectricPowerL1, [new PebcPowerEnvelopeElement(new S2Duration(900_000), 0, lower)])]);
        Assert.Null(pair.FromCem(id => Limit(id, -4000)));
        Assert.Equal("lower_limit -4001 is in no range that the constraints allow", pair.FromCem(id => Limit(id, -4001)));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(-60, null)] // in the past means now
    [InlineData(8 * 60 - 30, null)]
    [InlineData(8 * 60 - 29, "it would be over after 2026-11-29T20:00:00.0000000+00:00")]
    public void A_sequence_is_scheduled_within_the_time_of_its_job(int minutesLater, string? expected)
    {
        var pair = new SessionPair(ControlType.PowerProfileBasedControl);
        pair.FromRm(id => S2Examples.All.OfType<PpbcPowerProfileDefinition>().Single() with { MessageId = id });

        // "short" takes 30 minutes, the job ends after 8 hours.
        Assert.Equal(expected, pair.FromCem(id => new PpbcScheduleInstruction(id, id, Now.AddMinutes(minutesLater), false, Id("job"), Id("wash"), Id("short"))));
    }

    [Fact]
    public void Waiting_doubles_up_to_a_limit_and_is_spread_by_chance()
    {
        var backoff = S2Backoff.Default;
        Assert.Equal([2.0, 4, 8, 16, 600, 600], new[] { 1, 2, 3, 4, 10, 1000 }.Select(failures => Math.Round(backoff.After(failures, 0.9999999).TotalSeconds, 2)));
        Assert.Equal(TimeSpan.FromSeconds(1), backoff.After(1, 0.5));
    }

    private static Identifier Id(string text) => new(text);

    private static FrbcInstruction Charge(Identifier id, string order, string mode, double factor) =>
        new(id, Id(order), Now, false, Id("inverter"), Id(mode), factor);

    private static ReceptionStatus Answer(S2Step step) => Assert.Single(step.Send.OfType<ReceptionStatus>());

    private static SessionPair Battery()
    {
        var pair = new SessionPair(ControlType.FillRateBasedControl, ControlType.NotControlable);
        Assert.Null(pair.FromRm(id => S2Examples.Battery with { MessageId = id }));
        Assert.Null(pair.FromRm(id => new FrbcActuatorStatus(id, Id("inverter"), Id("idle"), 0)));
        return pair;
    }
}

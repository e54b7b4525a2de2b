using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>
/// A machine whose jobs another energy manager can time over S2, under power-profile-based control: when each step starts and in which way, and where it can be
/// interrupted. It never misses a deadline for want of an instruction.
/// </summary>
/// <remarks>A step that has begun goes on to its end, whoever takes back what began it. EFI has no word for interruptions, so jobs are told in S2's own.</remarks>
public sealed class JobResource : OfferedResource
{
    private static readonly Identifier Interruption = new("interruption");

    private readonly SimulatedAppliance _appliance;
    private readonly HashSet<Identifier> _over = [];
    private ApplianceJob? _told;
    private ImmutableArray<(PowerSequenceState State, int? Way)> _said = [];

    /// <param name="resource">Its id.</param>
    /// <param name="who">Who it is.</param>
    /// <param name="appliance">What does it.</param>
    /// <param name="time">Says what is due.</param>
    public JobResource(Identifier resource, OfferedIdentity who, SimulatedAppliance appliance, TimeProvider time)
        : base(resource, who, time) => _appliance = appliance;

    /// <inheritdoc/>
    public override ControlType Control => ControlType.PowerProfileBasedControl;

    private protected override RoleType Role => RoleType.EnergyConsumer;

    private protected override double? Watts => _appliance.Watts;

    private protected override string? ProblemOf(S2Instruction instruction)
    {
        var order = (PpbcInstruction)instruction;
        return order.PowerProfileId != _told?.Id ? $"job {order.PowerProfileId} is not the present one"
            : order is PpbcScheduleInstruction ? _appliance.ProblemWith(StepOf(order), WayOf(order), Later(order.ExecutionTime))
            : null;
    }

    private protected override bool Replaces(S2Instruction instruction, S2Instruction waiting) => (instruction, waiting) switch
    {
        (PpbcScheduleInstruction mine, PpbcScheduleInstruction other) => mine.SequenceContainerId == other.SequenceContainerId,
        _ => false,
    };

    private protected override void SayWaiting(S2Connection manager) => SayState(manager);

    private protected override Task<Begun> BeginAsync(S2Connection manager, S2Instruction instruction, CancellationToken stop)
    {
        var order = (PpbcInstruction)instruction;
        return Task.FromResult(order.PowerProfileId != _told?.Id ? new Begun(order.SequenceContainerId, $"job {order.PowerProfileId} is over") : order switch
        {
            PpbcScheduleInstruction => new Begun(order.SequenceContainerId, _appliance.Start(StepOf(order), WayOf(order))),
            _ => new Begun(Interruption, _appliance.Pause(StepOf(order), WayOf(order), order is PpbcStartInterruptionInstruction), IsOver: true),
        });
    }

    private protected override Task EndAsync(Identifier slot, CancellationToken stop) => Task.CompletedTask;

    private protected override Task<IReadOnlyCollection<Identifier>> FinishAsync(S2Connection? manager, CancellationToken stop)
    {
        if (_appliance.Present is not { } present)
        {
            return Task.FromResult<IReadOnlyCollection<Identifier>>([]);
        }

        if (_over.Count == present.Steps.Length || present.Job.Id != _told?.Id)
        {
            // What became of it was said one step ago, or there is nobody to tell.
            _appliance.Dismiss();
            return Task.FromResult<IReadOnlyCollection<Identifier>>([]);
        }

        return Task.FromResult<IReadOnlyCollection<Identifier>>(
            [.. present.Steps.Index().Where(step => step.Item.State == PowerSequenceState.Finished).Select(step => StepId(step.Index)).Where(_over.Add)]);
    }

    private protected override bool Describe(S2Connection manager, bool isNew)
    {
        if (_appliance.Present is not { } present)
        {
            return false;
        }

        if (isNew || _told?.Id != present.Job.Id)
        {
            if (!isNew && _told is { } before)
            {
                Tell(manager, id => new RevokeObject(id, RevokableObject.PpbcPowerProfileDefinition, before.Id));
            }

            _over.Clear();
            _told = present.Job;
            Tell(manager, id => ToS2(present.Job, id));
            return true;
        }

        return !_said.SequenceEqual(present.Steps.Select(step => (step.State, step.Way)));
    }

    private protected override void SayState(S2Connection manager)
    {
        if (_appliance.Present is not { } present || present.Job.Id != _told?.Id)
        {
            return;
        }

        _said = [.. present.Steps.Select(step => (step.State, step.Way))];
        Tell(manager, id => new PpbcPowerProfileStatus(id, ValueList.From(present.Steps.Select((step, i) =>
        {
            var planned = Waiting.OfType<PpbcScheduleInstruction>().FirstOrDefault(order => order.SequenceContainerId == StepId(i));
            return step.Way is { } way ? new PpbcPowerSequenceContainerStatus(present.Job.Id, StepId(i), step.State, WayId(way), S2Duration.From(step.Progress))
                : planned is not null ? new PpbcPowerSequenceContainerStatus(present.Job.Id, StepId(i), PowerSequenceState.Scheduled, planned.PowerSequenceId)
                : new PpbcPowerSequenceContainerStatus(present.Job.Id, StepId(i), PowerSequenceState.NotScheduled);
        }))));
    }

    private protected override Task<string?> FreeAsync(CancellationToken stop)
    {
        _appliance.GoOn();
        return Task.FromResult<string?>(null);
    }

    private DateTimeOffset Later(DateTimeOffset moment) => moment > Now ? moment : Now;

    private static PpbcPowerProfileDefinition ToS2(ApplianceJob job, Identifier messageId) => new(
        messageId,
        job.Id,
        job.From,
        job.By,
        ValueList.From(job.Steps.Select((step, i) => new PpbcPowerSequenceContainer(
            StepId(i),
            ValueList.From(step.Ways.Select((way, k) => new PpbcPowerSequence(
                WayId(k),
                ValueList.From(way.Pieces.Select(piece => new PpbcPowerSequenceElement(
                    S2Duration.From(piece.Duration), [new PowerForecastValue(CommodityQuantity.ElectricPower3PhaseSymmetric, piece.Watts)]))),
                way.MayPause,
                AbnormalConditionOnly: false,
                i == 0 ? null : S2Duration.From(step.MostPauseBefore))))))));

    // The session has made sure that the names exist.
    private int StepOf(PpbcInstruction order) => Enumerable.Range(0, _told!.Steps.Length).First(i => StepId(i) == order.SequenceContainerId);

    private int WayOf(PpbcInstruction order) => Enumerable.Range(0, _told!.Steps[StepOf(order)].Ways.Length).First(i => WayId(i) == order.PowerSequenceId);

    private static Identifier StepId(int number) => Identifier.Named($"step-{number}");

    private static Identifier WayId(int number) => Identifier.Named($"way-{number}");
}

using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>S2's power-profile-based control and EFI's shiftable: containers are steps, sequences are alternatives.</summary>
/// <remarks>
/// Left out towards EFI: sequences for abnormal conditions, and that one can be interrupted. S2 says for each sequence how long it may wait after
/// the step before, EFI for the whole step: the shortest counts, and where none is said, the whole time of the job. Towards S2 nothing is
/// interruptible.
/// </remarks>
public static class ShiftableMapping
{
    /// <exception cref="ArgumentException">A step has no sequence outside abnormal conditions.</exception>
    public static ShiftableUpdate ToEfi(PpbcPowerProfileDefinition job, EfiHeader header) => new(
        header,
        job.Id,
        job.StartTime,
        job.EndTime,
        ValueList.From(job.PowerSequencesContainers.Select((container, i) => new SequentialProfile(
            i,
            Ordinary(container).Select(pair => pair.Sequence.MaxPauseBefore?.ToTimeSpan() ?? job.EndTime - job.StartTime).DefaultIfEmpty().Min(),
            ValueList.From(Ordinary(container).Select(pair => new SequentialProfileAlternative(pair.Number, PowerMapping.ToEfi(
                ValueList.From(pair.Sequence.Elements.Select(element => new PowerForecastElement(element.Duration, element.PowerValues)))))))))));

    public static PpbcPowerProfileDefinition ToS2(ShiftableUpdate job, Identifier messageId, CommodityQuantity electric = CommodityQuantity.ElectricPowerL1) => new(
        messageId,
        job.UpdateId,
        job.ValidFrom,
        job.EndBefore,
        ValueList.From(job.Steps.Select(step => new PpbcPowerSequenceContainer(
            StepId(step.SequenceNr),
            ValueList.From(step.Alternatives.Select(way => new PpbcPowerSequence(
                WayId(way.AlternativeNr),
                ValueList.From(PowerMapping.ToS2(way.Profiles, electric).Select(element => new PpbcPowerSequenceElement(element.Duration, element.PowerValues))),
                false,
                false,
                S2Duration.From(step.MaxIntervalBefore))))))));

    /// <summary>An allocation to a device that speaks S2: one instruction for each step.</summary>
    public static ImmutableArray<PpbcScheduleInstruction> ToS2(ShiftableInstruction instruction, PpbcPowerProfileDefinition job, Func<Identifier> nextId) =>
        [.. instruction.Starts.Select(start =>
        {
            var container = job.PowerSequencesContainers[start.SequenceNr];
            return new PpbcScheduleInstruction(
                nextId(), nextId(), start.StartTime, instruction.IsEmergency, job.Id, container.Id, container.PowerSequences[start.AlternativeNr].Id);
        })];

    /// <summary>An instruction of another manager to a device of ours: the start of one step.</summary>
    /// <exception cref="ArgumentException">The job has no such step or alternative.</exception>
    public static ShiftableInstruction ToEfi(PpbcScheduleInstruction instruction, ShiftableUpdate job, EfiHeader header)
    {
        var step = job.Steps.FirstOrDefault(known => StepId(known.SequenceNr) == instruction.SequenceContainerId)
            ?? throw new ArgumentException($"There is no sequence container {instruction.SequenceContainerId}.", nameof(instruction));
        var way = step.Alternatives.FirstOrDefault(known => WayId(known.AlternativeNr) == instruction.PowerSequenceId)
            ?? throw new ArgumentException($"There is no power sequence {instruction.PowerSequenceId}.", nameof(instruction));
        return new ShiftableInstruction(
            header, instruction.Id, job.UpdateId, instruction.AbnormalCondition, [new SequentialProfileInstruction(step.SequenceNr, way.AlternativeNr, instruction.ExecutionTime)]);
    }

    private static IEnumerable<(int Number, PpbcPowerSequence Sequence)> Ordinary(PpbcPowerSequenceContainer container) =>
        container.PowerSequences.Select((sequence, i) => (i, sequence)).Where(pair => !pair.sequence.AbnormalConditionOnly);

    private static Identifier StepId(int number) => Identifier.Named($"step-{number}");

    private static Identifier WayId(int number) => Identifier.Named($"way-{number}");
}

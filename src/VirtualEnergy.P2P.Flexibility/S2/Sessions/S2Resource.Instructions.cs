using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Sessions;

/// <summary>What a device is told to do, held against what it has told of itself.</summary>
public sealed partial record S2Resource
{
    /// <summary>What stands against an instruction; null when nothing does.</summary>
    public string? ProblemOf(S2Instruction instruction, DateTimeOffset now)
    {
        // In the past means as soon as possible.
        var at = instruction.ExecutionTime > now ? instruction.ExecutionTime : now;
        return NeededFor(instruction) != Selected ? $"the control type is {Selected}, not {NeededFor(instruction)}"
            : Instructions.ContainsKey(instruction.Id) ? $"id: there is an instruction {instruction.Id} already"
            : instruction switch
            {
                PebcInstruction envelope => ProblemOf(envelope),
                PpbcInstruction job => ProblemOf(job, at),
                OmbcInstruction mode => Switching(Identifier.Unknown, mode.OperationModeId, at, mode.AbnormalCondition),
                FrbcInstruction mode => Switching(mode.ActuatorId, mode.OperationMode, at, mode.AbnormalCondition),
                DdbcInstruction mode => Switching(mode.ActuatorId, mode.OperationModeId, at, mode.AbnormalCondition),
                _ => "an instruction of no control type",
            };
    }

    private (S2Resource After, string? Problem) Instructing(S2Instruction instruction, DateTimeOffset now)
    {
        if (ProblemOf(instruction, now) is { } problem)
        {
            return (this, problem);
        }

        var (known, order) = (Instructions, InOrder.Enqueue(instruction.Id));
        if (known.Count >= MostInstructions)
        {
            if (InOrder.Select(id => (Identifier?)id).FirstOrDefault(id => Instructions[id!.Value].Status.IsOver()) is not { } oldest)
            {
                return (this, $"more than {MostInstructions} instructions that are not over");
            }

            (known, order) = (known.Remove(oldest), [.. order.Where(id => id != oldest)]);
        }

        return (this with { Instructions = known.Add(instruction.Id, new InstructionRecord(instruction, InstructionStatus.New)), InOrder = order }, null);
    }

    private string? Switching(Identifier actuator, Identifier mode, DateTimeOffset at, bool abnormal) =>
        GraphOf(actuator, at) is { } graph ? graph.ProblemWith(StateOf(actuator), mode, at, abnormal) : $"no description of actuator {actuator} is in force";

    private string? ProblemOf(PebcInstruction instruction)
    {
        if (!PowerConstraints.TryGetValue(instruction.PowerConstraintsId, out var constraints))
        {
            return $"power_constraints_id: there is no {instruction.PowerConstraintsId}";
        }

        bool Allowed(CommodityQuantity quantity, PowerEnvelopeLimit limit, double value) => constraints.AllowedLimitRanges.Any(range =>
            range.CommodityQuantity == quantity && range.LimitType == limit && (instruction.AbnormalCondition || !range.AbnormalConditionOnly)
            && range.Values.StartOfRange <= value && value <= range.Values.EndOfRange);

        foreach (var envelope in instruction.PowerEnvelopes)
        {
            foreach (var element in envelope.PowerEnvelopeElements)
            {
                if (!Allowed(envelope.CommodityQuantity, PowerEnvelopeLimit.UpperLimit, element.UpperLimit))
                {
                    return $"upper_limit {element.UpperLimit} is in no range that the constraints allow";
                }

                if (!Allowed(envelope.CommodityQuantity, PowerEnvelopeLimit.LowerLimit, element.LowerLimit))
                {
                    return $"lower_limit {element.LowerLimit} is in no range that the constraints allow";
                }
            }
        }

        return null;
    }

    private string? ProblemOf(PpbcInstruction instruction, DateTimeOffset at)
    {
        if (!Jobs.TryGetValue(instruction.PowerProfileId, out var job))
        {
            return $"there is no power profile {instruction.PowerProfileId}";
        }

        if (job.PowerSequencesContainers.FirstOrDefault(known => known.Id == instruction.SequenceContainerId) is not { } container)
        {
            return $"there is no sequence container {instruction.SequenceContainerId}";
        }

        if (container.PowerSequences.FirstOrDefault(known => known.Id == instruction.PowerSequenceId) is not { } sequence)
        {
            return $"there is no power sequence {instruction.PowerSequenceId}";
        }

        if (sequence.AbnormalConditionOnly && !instruction.AbnormalCondition)
        {
            return $"power sequence {sequence.Id} is for abnormal conditions only";
        }

        return instruction switch
        {
            PpbcScheduleInstruction when at < job.StartTime => $"execution_time is before {job.StartTime:O}, from when the job may run",
            PpbcScheduleInstruction when at.AddMilliseconds(sequence.Milliseconds) > job.EndTime => $"it would be over after {job.EndTime:O}",
            PpbcScheduleInstruction => null,
            _ => sequence.IsInterruptible ? null : $"power sequence {sequence.Id} cannot be interrupted",
        };
    }
}

using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Content;

/// <summary>Content of power-profile messages.</summary>
internal static class PpbcContent
{
    public static IEnumerable<string> Of(PpbcPowerProfileDefinition definition)
    {
        foreach (var problem in Rules.Span(definition.StartTime, definition.EndTime, "end_time")
            .Concat(Rules.Unique(definition.PowerSequencesContainers.Select(container => container.Id), "power_sequences_containers: id"))
            .Concat(definition.PowerSequencesContainers.SelectMany(Of)))
        {
            yield return problem;
        }

        var least = definition.PowerSequencesContainers.Sum(container => container.PowerSequences.Min(sequence => sequence.Milliseconds));
        if (least > (definition.EndTime - definition.StartTime).TotalMilliseconds)
        {
            yield return $"the shortest way to do all steps takes {least} ms, longer than from start_time to end_time";
        }
    }

    public static IEnumerable<string> Of(PpbcPowerProfileStatus status)
    {
        foreach (var problem in Rules.Unique(status.SequenceContainerStatus.Select(step => (step.PowerProfileId, step.SequenceContainerId)), "sequence_container_status:"))
        {
            yield return problem;
        }

        foreach (var step in status.SequenceContainerStatus)
        {
            if (step.Status != PowerSequenceState.NotScheduled && step.SelectedSequenceId is null)
            {
                yield return $"sequence_container_status: {step.SequenceContainerId} is {step.Status} and names no selected_sequence_id";
            }
            else if (step.Status is PowerSequenceState.Executing or PowerSequenceState.Interrupted && step.Progress is null)
            {
                yield return $"sequence_container_status: {step.SequenceContainerId} has started and tells no progress";
            }
        }
    }

    private static IEnumerable<string> Of(PpbcPowerSequenceContainer container) =>
        Rules.Unique(container.PowerSequences.Select(sequence => sequence.Id), "power_sequences: id")
            .Concat(container.PowerSequences.SelectMany(sequence => sequence.Elements).SelectMany(element =>
                Rules.Lasts(element.Duration, "power_sequences").Concat(Rules.Powers(element.PowerValues, "power_sequences"))));
}

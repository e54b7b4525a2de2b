using VirtualEnergy.P2P.Flexibility.Efi.Bidding;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>What jobs take that are scheduled or run: nobody's choice any more, and still a part of what the home draws.</summary>
internal static class JobsUnderWay
{
    /// <summary>W on average over a period; + consumption, − production.</summary>
    /// <exception cref="ArgumentException">Only quantities that EFI does not know.</exception>
    public static double Watts(S2Resource resource, DateTimeOffset at, TimeSpan period) => resource.Selected != ControlType.PowerProfileBasedControl ? 0
        : resource.Jobs.Values.SelectMany(job => job.PowerSequencesContainers, (job, step) => WattsOf(resource, job, step, at, period)).Sum();

    private static double WattsOf(S2Resource resource, PpbcPowerProfileDefinition job, PpbcPowerSequenceContainer step, DateTimeOffset at, TimeSpan period)
    {
        var order = resource.Instructions.Values
            .Where(record => !record.Status.IsOver() && record.Instruction is PpbcScheduleInstruction schedule && schedule.PowerProfileId == job.Id && schedule.SequenceContainerId == step.Id)
            .Select(record => (PpbcScheduleInstruction)record.Instruction).MaxBy(schedule => schedule.ExecutionTime);
        var state = resource.JobStatus?.SequenceContainerStatus.FirstOrDefault(one => one.PowerProfileId == job.Id && one.SequenceContainerId == step.Id);
        if (state is { Status: PowerSequenceState.Finished or PowerSequenceState.Aborted or PowerSequenceState.Interrupted }
            || step.PowerSequences.FirstOrDefault(way => way.Id == (order?.PowerSequenceId ?? state?.SelectedSequenceId)) is not { } chosen)
        {
            return 0;
        }

        // Where the moment was "as soon as possible", or the device began by itself, it is as far as it says.
        DateTimeOffset? begun = order?.ExecutionTime >= job.StartTime ? order.ExecutionTime : state is { Status: PowerSequenceState.Executing, Progress: { } progress } ? at - progress.ToTimeSpan() : null;
        return begun is not { } start ? 0
            : PowerMapping.ToEfi(ValueList.From(chosen.Elements.Select(element => new PowerForecastElement(element.Duration, element.PowerValues)))).Electricity is { } profile
                ? Averages.Over(profile, at - start, period) : 0;
    }
}

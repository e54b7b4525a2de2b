namespace VirtualEnergy.P2P.Flexibility;

/// <summary>
/// How far an instruction may come from where it is. New → accepted → started → succeeded; rejected instead of accepted; revoked before it has
/// ended; aborted from accepted or started. What has ended stays as it is.
/// </summary>
public static class InstructionProgress
{
    public static bool IsOver(this InstructionStatus status) =>
        status is InstructionStatus.Rejected or InstructionStatus.Revoked or InstructionStatus.Succeeded or InstructionStatus.Aborted;

    /// <summary>True when the next status may follow. A device that starts at once may leave "accepted" out.</summary>
    public static bool MayBecome(this InstructionStatus status, InstructionStatus next) => (status, next) switch
    {
        (InstructionStatus.New, InstructionStatus.Accepted or InstructionStatus.Rejected or InstructionStatus.Started) => true,
        (InstructionStatus.Accepted, InstructionStatus.Started or InstructionStatus.Aborted or InstructionStatus.Rejected) => true,
        (InstructionStatus.Started, InstructionStatus.Succeeded or InstructionStatus.Aborted) => true,
        (_, InstructionStatus.Revoked) => !status.IsOver(),
        _ => false,
    };
}

using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>What can have changed between an instruction that was taken and its moment.</summary>
internal static class OfferedModes
{
    /// <summary>What stands now against switching an actuator to a mode; null when nothing does.</summary>
    public static string? ProblemWith(this S2Resource resource, Identifier actuator, Identifier mode, DateTimeOffset now, bool isAbnormal) =>
        resource.GraphOf(actuator, now) is { } graph ? graph.ProblemWith(resource.StateOf(actuator), mode, now, isAbnormal) : $"no description of actuator {actuator} is in force";
}

using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>How far an instruction has come.</summary>
[JsonConverter(typeof(WireEnumConverter<InstructionStatus>))]
public enum InstructionStatus
{
    New,

    Accepted,

    Rejected,

    Revoked,

    Started,

    Succeeded,

    Aborted,
}

using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Sessions;

/// <summary>Which side sends which message. Source: the channels of s2-cem.yaml.</summary>
internal static class S2Directions
{
    public static bool MaySend(EnergyManagementRole role, S2Message message) => message switch
    {
        Handshake handshake => handshake.Role == role,
        ReceptionStatus or SessionRequest => true,
        RevokeObject revoke => role == EnergyManagementRole.Cem == IsInstruction(revoke.ObjectType),
        HandshakeResponse or SelectControlType or S2Instruction => role == EnergyManagementRole.Cem,
        _ => role == EnergyManagementRole.Rm,
    };

    private static bool IsInstruction(RevokableObject type) => type is RevokableObject.PebcInstruction
        or RevokableObject.PpbcScheduleInstruction or RevokableObject.PpbcStartInterruptionInstruction or RevokableObject.PpbcEndInterruptionInstruction
        or RevokableObject.OmbcInstruction or RevokableObject.FrbcInstruction or RevokableObject.DdbcInstruction;
}

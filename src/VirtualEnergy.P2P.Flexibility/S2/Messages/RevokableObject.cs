using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>What can be revoked.</summary>
[JsonConverter(typeof(WireEnumConverter<RevokableObject>))]
public enum RevokableObject
{
    [JsonStringEnumMemberName("PEBC.PowerConstraints")]
    PebcPowerConstraints,

    [JsonStringEnumMemberName("PEBC.EnergyConstraint")]
    PebcEnergyConstraint,

    [JsonStringEnumMemberName("PEBC.Instruction")]
    PebcInstruction,

    [JsonStringEnumMemberName("PPBC.PowerProfileDefinition")]
    PpbcPowerProfileDefinition,

    [JsonStringEnumMemberName("PPBC.ScheduleInstruction")]
    PpbcScheduleInstruction,

    [JsonStringEnumMemberName("PPBC.StartInterruptionInstruction")]
    PpbcStartInterruptionInstruction,

    [JsonStringEnumMemberName("PPBC.EndInterruptionInstruction")]
    PpbcEndInterruptionInstruction,

    [JsonStringEnumMemberName("OMBC.SystemDescription")]
    OmbcSystemDescription,

    [JsonStringEnumMemberName("OMBC.Instruction")]
    OmbcInstruction,

    [JsonStringEnumMemberName("FRBC.SystemDescription")]
    FrbcSystemDescription,

    [JsonStringEnumMemberName("FRBC.Instruction")]
    FrbcInstruction,

    [JsonStringEnumMemberName("DDBC.SystemDescription")]
    DdbcSystemDescription,

    [JsonStringEnumMemberName("DDBC.Instruction")]
    DdbcInstruction,
}

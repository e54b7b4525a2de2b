using System.Text.Json.Serialization;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>
/// A message of S2, the protocol between an energy manager and the resource managers of devices (EN 50491-12-2, as JSON over WebSocket).
/// </summary>
/// <remarks>
/// Immutable. A message that exists is as its schema says; whether its content makes sense is what <see cref="S2Content"/> and a session say.
/// Source: the JSON schemas of flexiblepower/s2-ws-json, version 0.0.2-beta.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "message_type")]
[JsonDerivedType(typeof(DdbcActuatorStatus), "DDBC.ActuatorStatus")]
[JsonDerivedType(typeof(DdbcAverageDemandRateForecast), "DDBC.AverageDemandRateForecast")]
[JsonDerivedType(typeof(DdbcInstruction), "DDBC.Instruction")]
[JsonDerivedType(typeof(DdbcSystemDescription), "DDBC.SystemDescription")]
[JsonDerivedType(typeof(DdbcTimerStatus), "DDBC.TimerStatus")]
[JsonDerivedType(typeof(FrbcActuatorStatus), "FRBC.ActuatorStatus")]
[JsonDerivedType(typeof(FrbcFillLevelTargetProfile), "FRBC.FillLevelTargetProfile")]
[JsonDerivedType(typeof(FrbcInstruction), "FRBC.Instruction")]
[JsonDerivedType(typeof(FrbcLeakageBehaviour), "FRBC.LeakageBehaviour")]
[JsonDerivedType(typeof(FrbcStorageStatus), "FRBC.StorageStatus")]
[JsonDerivedType(typeof(FrbcSystemDescription), "FRBC.SystemDescription")]
[JsonDerivedType(typeof(FrbcTimerStatus), "FRBC.TimerStatus")]
[JsonDerivedType(typeof(FrbcUsageForecast), "FRBC.UsageForecast")]
[JsonDerivedType(typeof(Handshake), "Handshake")]
[JsonDerivedType(typeof(HandshakeResponse), "HandshakeResponse")]
[JsonDerivedType(typeof(InstructionStatusUpdate), "InstructionStatusUpdate")]
[JsonDerivedType(typeof(OmbcInstruction), "OMBC.Instruction")]
[JsonDerivedType(typeof(OmbcStatus), "OMBC.Status")]
[JsonDerivedType(typeof(OmbcSystemDescription), "OMBC.SystemDescription")]
[JsonDerivedType(typeof(OmbcTimerStatus), "OMBC.TimerStatus")]
[JsonDerivedType(typeof(PebcEnergyConstraint), "PEBC.EnergyConstraint")]
[JsonDerivedType(typeof(PebcInstruction), "PEBC.Instruction")]
[JsonDerivedType(typeof(PebcPowerConstraints), "PEBC.PowerConstraints")]
[JsonDerivedType(typeof(PpbcEndInterruptionInstruction), "PPBC.EndInterruptionInstruction")]
[JsonDerivedType(typeof(PpbcPowerProfileDefinition), "PPBC.PowerProfileDefinition")]
[JsonDerivedType(typeof(PpbcPowerProfileStatus), "PPBC.PowerProfileStatus")]
[JsonDerivedType(typeof(PpbcScheduleInstruction), "PPBC.ScheduleInstruction")]
[JsonDerivedType(typeof(PpbcStartInterruptionInstruction), "PPBC.StartInterruptionInstruction")]
[JsonDerivedType(typeof(PowerForecast), "PowerForecast")]
[JsonDerivedType(typeof(PowerMeasurement), "PowerMeasurement")]
[JsonDerivedType(typeof(ReceptionStatus), "ReceptionStatus")]
[JsonDerivedType(typeof(ResourceManagerDetails), "ResourceManagerDetails")]
[JsonDerivedType(typeof(RevokeObject), "RevokeObject")]
[JsonDerivedType(typeof(SelectControlType), "SelectControlType")]
[JsonDerivedType(typeof(SessionRequest), "SessionRequest")]
public abstract record S2Message;

/// <summary>A message that is answered with a <see cref="ReceptionStatus"/>.</summary>
/// <param name="MessageId">The id by which the answer names it.</param>
public abstract record S2Request(Identifier MessageId) : S2Message;

/// <summary>A request to a device to do something.</summary>
/// <param name="Id">By which status updates and a revocation name it.</param>
/// <param name="ExecutionTime">When it shall begin; as soon as possible where that is past.</param>
/// <param name="AbnormalCondition">True in an emergency, when modes and transitions for abnormal conditions may be used.</param>
public abstract record S2Instruction(Identifier MessageId, Identifier Id, DateTimeOffset ExecutionTime, bool AbnormalCondition) : S2Request(MessageId);

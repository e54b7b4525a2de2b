using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Wire;

/// <summary>The generated reader and writer: closed objects, required fields required, the discriminator anywhere.</summary>
/// <remarks>What stands in lists is named here because the generator does not look into <see cref="ValueList{T}"/>.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    MaxDepth = S2Codec.MostDepth,
    Converters = [typeof(MomentConverter)])]
[JsonSerializable(typeof(S2Message))]
[JsonSerializable(typeof(Commodity))]
[JsonSerializable(typeof(CommodityQuantity))]
[JsonSerializable(typeof(ControlType))]
[JsonSerializable(typeof(DdbcActuatorDescription))]
[JsonSerializable(typeof(DdbcAverageDemandRateForecastElement))]
[JsonSerializable(typeof(DdbcOperationMode))]
[JsonSerializable(typeof(FrbcActuatorDescription))]
[JsonSerializable(typeof(FrbcFillLevelTargetProfileElement))]
[JsonSerializable(typeof(FrbcLeakageBehaviourElement))]
[JsonSerializable(typeof(FrbcOperationMode))]
[JsonSerializable(typeof(FrbcOperationModeElement))]
[JsonSerializable(typeof(FrbcUsageForecastElement))]
[JsonSerializable(typeof(OmbcOperationMode))]
[JsonSerializable(typeof(PebcAllowedLimitRange))]
[JsonSerializable(typeof(PebcPowerEnvelope))]
[JsonSerializable(typeof(PebcPowerEnvelopeElement))]
[JsonSerializable(typeof(PowerForecastElement))]
[JsonSerializable(typeof(PowerForecastValue))]
[JsonSerializable(typeof(PowerRange))]
[JsonSerializable(typeof(PowerValue))]
[JsonSerializable(typeof(PpbcPowerSequence))]
[JsonSerializable(typeof(PpbcPowerSequenceContainer))]
[JsonSerializable(typeof(PpbcPowerSequenceContainerStatus))]
[JsonSerializable(typeof(PpbcPowerSequenceElement))]
[JsonSerializable(typeof(Role))]
[JsonSerializable(typeof(Identifier))]
[JsonSerializable(typeof(S2Timer))]
[JsonSerializable(typeof(Transition))]
[JsonSerializable(typeof(string))]
internal sealed partial class S2JsonContext : JsonSerializerContext;

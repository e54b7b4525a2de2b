using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Content;

/// <summary>
/// What a message must keep beyond its schema, as far as the message alone shows it: references within it exist, names are unique, ranges are
/// ordered and contiguous, factors lie within 0 to 1, durations last.
/// </summary>
/// <remarks>Source: the field descriptions of the JSON schemas. What needs to know earlier messages is checked by the session.</remarks>
public static class S2Content
{
    /// <summary>The first thing wrong with the content; null when there is none.</summary>
    public static string? ProblemOf(S2Message message) => ProblemsOf(message).FirstOrDefault();

    private static IEnumerable<string> ProblemsOf(S2Message message) => message switch
    {
        Handshake handshake => CommonContent.Of(handshake),
        ResourceManagerDetails details => CommonContent.Of(details),
        PowerMeasurement measurement => Rules.Unique(measurement.Values.Select(value => value.CommodityQuantity), "values: quantity"),
        PowerForecast forecast => CommonContent.Of(forecast),
        PebcPowerConstraints constraints => PebcContent.Of(constraints),
        PebcEnergyConstraint constraint => PebcContent.Of(constraint),
        PebcInstruction instruction => PebcContent.Of(instruction),
        PpbcPowerProfileDefinition definition => PpbcContent.Of(definition),
        PpbcPowerProfileStatus status => PpbcContent.Of(status),
        OmbcSystemDescription description => ModeContent.Of(description),
        OmbcStatus status => ModeContent.OfStatus(status.OperationModeFactor, status.PreviousOperationModeId, status.TransitionTimestamp),
        OmbcInstruction instruction => Rules.Factor(instruction.OperationModeFactor),
        FrbcSystemDescription description => FrbcContent.Of(description),
        FrbcActuatorStatus status => ModeContent.OfStatus(status.OperationModeFactor, status.PreviousOperationModeId, status.TransitionTimestamp),
        FrbcLeakageBehaviour leakage => Rules.Contiguous(leakage.Elements.Select(element => element.FillLevelRange), "elements"),
        FrbcUsageForecast forecast => FrbcContent.Of(forecast),
        FrbcFillLevelTargetProfile profile => FrbcContent.Of(profile),
        FrbcInstruction instruction => Rules.Factor(instruction.OperationModeFactor),
        DdbcSystemDescription description => DdbcContent.Of(description),
        DdbcActuatorStatus status => ModeContent.OfStatus(status.OperationModeFactor, status.PreviousOperationModeId, status.TransitionTimestamp),
        DdbcAverageDemandRateForecast forecast => DdbcContent.Of(forecast),
        DdbcInstruction instruction => Rules.Factor(instruction.OperationModeFactor),
        _ => [],
    };
}

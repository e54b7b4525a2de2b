using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Content;

/// <summary>Content of fill-rate messages.</summary>
internal static class FrbcContent
{
    public static IEnumerable<string> Of(FrbcSystemDescription description) =>
        Rules.Unique(description.Actuators.Select(actuator => actuator.Id), "actuators: id")
            .Concat(Rules.Ordered(description.Storage.FillLevelRange, "storage: fill_level_range"))
            .Concat(description.Actuators.SelectMany(Of));

    public static IEnumerable<string> Of(FrbcUsageForecast forecast) => forecast.Elements.SelectMany((element, i) =>
        Rules.Lasts(element.Duration, $"elements[{i}]").Concat(Rules.Bands(
            $"elements[{i}]",
            element.UsageRateExpected,
            (element.UsageRateLower68, element.UsageRateUpper68),
            (element.UsageRateLower95, element.UsageRateUpper95),
            (element.UsageRateLowerLimit, element.UsageRateUpperLimit))));

    public static IEnumerable<string> Of(FrbcFillLevelTargetProfile profile) => profile.Elements.SelectMany((element, i) =>
        Rules.Lasts(element.Duration, $"elements[{i}]").Concat(Rules.Ordered(element.FillLevelRange, $"elements[{i}]: fill_level_range")));

    private static IEnumerable<string> Of(FrbcActuatorDescription actuator) =>
        Rules.Unique(actuator.SupportedCommodities, $"{actuator.Id}: supported_commodities:")
            .Concat(ModeContent.Graph(actuator.OperationModes.Select(mode => mode.Id), actuator.Transitions, actuator.Timers, $"{actuator.Id}: "))
            .Concat(actuator.OperationModes.SelectMany(mode =>
                Rules.Contiguous(mode.Elements.Select(element => element.FillLevelRange), $"{actuator.Id}: {mode.Id}")
                    .Concat(mode.Elements.SelectMany(element =>
                        Rules.PowerRanges(element.PowerRanges, $"{mode.Id}").Concat(ModeContent.Costs(element.RunningCosts, $"{mode.Id}"))))));
}

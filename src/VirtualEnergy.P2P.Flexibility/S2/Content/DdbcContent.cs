using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Content;

/// <summary>Content of demand-driven messages.</summary>
internal static class DdbcContent
{
    public static IEnumerable<string> Of(DdbcSystemDescription description) =>
        Rules.Unique(description.Actuators.Select(actuator => actuator.Id), "actuators: id")
            .Concat(Rules.Ordered(description.PresentDemandRate, "present_demand_rate"))
            .Concat(description.Actuators.SelectMany(Of));

    public static IEnumerable<string> Of(DdbcAverageDemandRateForecast forecast) => forecast.Elements.SelectMany((element, i) =>
        Rules.Lasts(element.Duration, $"elements[{i}]").Concat(Rules.Bands(
            $"elements[{i}]",
            element.DemandRateExpected,
            (element.DemandRateLower68, element.DemandRateUpper68),
            (element.DemandRateLower95, element.DemandRateUpper95),
            (element.DemandRateLowerLimit, element.DemandRateUpperLimit))));

    private static IEnumerable<string> Of(DdbcActuatorDescription actuator) =>
        Rules.Unique(actuator.SupportedCommodities, $"{actuator.Id}: supported_commodites:")
            .Concat(ModeContent.Graph(actuator.OperationModes.Select(mode => mode.Id), actuator.Transitions, actuator.Timers, $"{actuator.Id}: "))
            .Concat(actuator.OperationModes.SelectMany(mode =>
                Rules.PowerRanges(mode.PowerRanges, $"{mode.Id}").Concat(ModeContent.Costs(mode.RunningCosts, $"{mode.Id}"))));
}

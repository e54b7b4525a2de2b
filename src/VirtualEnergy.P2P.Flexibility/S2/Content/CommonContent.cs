using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Content;

/// <summary>Content of the messages that every control type uses.</summary>
internal static class CommonContent
{
    public static IEnumerable<string> Of(Handshake handshake)
    {
        if (handshake.Role == EnergyManagementRole.Rm && handshake.SupportedProtocolVersions is null)
        {
            yield return "supported_protocol_versions: a resource manager must say what it speaks";
        }
    }

    public static IEnumerable<string> Of(ResourceManagerDetails details)
    {
        foreach (var problem in Rules.Unique(details.AvailableControlTypes, "available_control_types:").Concat(Rules.Unique(details.Roles, "roles:")))
        {
            yield return problem;
        }

        if (details.AvailableControlTypes.Contains(ControlType.NoSelection))
        {
            yield return "available_control_types: NO_SELECTION is not one that can be offered";
        }
    }

    public static IEnumerable<string> Of(PowerForecast forecast) =>
        forecast.Elements.SelectMany((element, i) => Rules.Lasts(element.Duration, $"elements[{i}]").Concat(Rules.Powers(element.PowerValues, $"elements[{i}]")));
}

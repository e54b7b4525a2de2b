using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Live;

namespace VirtualEnergy.P2P.BspGateway.Api;

/// <summary>What the gateway has beside the system operator, to be read.</summary>
internal static class PartiesApi
{
    public static void MapParties(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/api/parties", (GatewayOptions options, GatewayParts parts) => PartiesViews.Of(options, parts.Parties))
        .WithTags("Gateway").WithSummary("The scheme of coordination with its consequences, and the trades with grid operators, newest first.");
}

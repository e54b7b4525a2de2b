using Microsoft.AspNetCore.Http.HttpResults;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Live;

namespace VirtualEnergy.P2P.BspGateway.Api;

/// <summary>The HTTP API that is read: powers in W (+ consumption), energies in Wh, prices in µEUR/kWh, money in µEUR.</summary>
internal static class GatewayApi
{
    public static void MapGatewayApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api").WithTags("Gateway");
        api.MapGet("/snapshot", (GatewayViews views) => views.Snapshot()).WithSummary("Everything that the aggregator's page shows, at once.");
        api.MapGet("/units", (GatewayViews views) => views.Units()).WithSummary("Every unit as it is now.");
        api.MapGet("/orders", (GatewayViews views) => views.Orders()).WithSummary("The last orders, newest first, those that were refused with their reason.");
        api.MapGet("/offers", (GatewayViews views) => views.Offers()).WithSummary("What was offered to the market, and how much of it was taken.");
        api.MapGet("/statements", (GatewayViews views) => views.Statements()).WithSummary("Settled periods, newest first.");
        api.MapGet("/customers", (GatewayViews views) => views.Customers()).WithSummary("The customers, and whether they are connected.");
        api.MapGet("/customers/{id}", Customer).WithSummary("One customer with its homes.");
        endpoints.MapGet("/health", Health).WithTags("Health").WithSummary("200 while cycles run in time and the system operator's station listens, else 503.");
    }

    private static Results<Ok<CustomerView>, ProblemHttpResult> Customer(string id, GatewayViews views) =>
        views.Customer(id) is { } customer ? TypedResults.Ok(customer) : TypedResults.Problem($"There is no customer '{id}'.", statusCode: StatusCodes.Status404NotFound);

    private static IResult Health(GatewayParts parts, GatewayOptions options, TimeProvider time)
    {
        var isOnTime = parts.Clock.Last is { } last && time.GetUtcNow() - last <= 2 * options.Cycle;
        var body = new
        {
            Status = isOnTime ? "healthy" : "unhealthy",
            LastCycle = parts.Clock.Last,
            parts.Clock.Missed,
            SystemOperator = parts.Tso.IsUp,
            Customers = parts.Customers.Count(customer => customer.IsUp),
            Coordination = options.Parties.Coordination.Key,
            OpenAdr = parts.Parties.Vtn is not null,
            Uftp = parts.Parties.Trader is { } trader ? new { trader.Undelivered } : null,
        };
        return Results.Json(body, statusCode: isOnTime ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

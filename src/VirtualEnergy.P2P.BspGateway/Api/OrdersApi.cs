using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.BspGateway.Operation;

namespace VirtualEnergy.P2P.BspGateway.Api;

/// <summary>An order over HTTP, as its sender writes it.</summary>
/// <param name="Id">The sender's own; the same id again has no effect beyond the same answer.</param>
/// <param name="Kind"><c>regulation</c>, <c>revocation</c>, <c>limitation</c> or <c>lift</c>.</param>
/// <param name="Watts">Of a regulation the change against the program (upward is negative), of a limitation the lowest power (0 or less).</param>
/// <param name="Start">When it begins; at once where it is missing.</param>
/// <param name="HoldSeconds">How long it is held once it is ramped; as long as it is sold where it is missing.</param>
/// <param name="Revokes">Of a revocation: the order's id; the one in force where it is missing.</param>
public sealed record OrderMessage(string? Id, string? Unit, string? Kind, long Watts = 0, DateTimeOffset? Start = null, int? HoldSeconds = null, string? Revokes = null);

/// <summary>Orders over HTTP: as RSE's Energy Aggregation Simulator has its system operator send them, here with a token.</summary>
internal static class OrdersApi
{
    public static void MapOrders(this IEndpointRouteBuilder endpoints) => endpoints.MapPost("/api/orders", Take).AddEndpointFilter<BearerFilter>()
        .WithTags("Gateway").WithSummary("An order of the system operator. 201 when it is taken, 409 with a reason when it is not.")
        .Produces<OrderView>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status409Conflict);

    private static IResult Take(OrderMessage message, GatewayParts parts)
    {
        if (!OrderRequest.TryRead(message, out var order, out var fault))
        {
            return Problem(StatusCodes.Status400BadRequest, "malformed", fault);
        }

        var answer = parts.Orders.Take(order);
        return answer.IsTaken ? Results.Created($"/api/orders#{order.Id}", answer.Order) : Problem(StatusCodes.Status409Conflict, answer.Code!, answer.Words!);
    }

    private static IResult Problem(int status, string code, string words) =>
        Results.Problem(words, statusCode: status, extensions: [KeyValuePair.Create("code", (object?)code)]);
}

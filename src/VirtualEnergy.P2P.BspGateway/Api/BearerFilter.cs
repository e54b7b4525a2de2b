using System.Security.Cryptography;
using System.Text;

namespace VirtualEnergy.P2P.BspGateway.Api;

/// <summary>Lets only those through who show the gateway's token; without a token in the configuration, nobody.</summary>
internal sealed class BearerFilter(GatewayOptions options) : IEndpointFilter
{
    private const string Scheme = "Bearer ";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => IsAuthorized(context.HttpContext.Request)
        ? await next(context) : Results.Problem("This needs the gateway's token: Authorization: Bearer …", statusCode: StatusCodes.Status401Unauthorized);

    // Compared by digests, so that neither time nor length tells anything of the token.
    private bool IsAuthorized(HttpRequest request) =>
        options.OrderToken is { } token && request.Headers.Authorization.ToString() is { } shown && shown.StartsWith(Scheme, StringComparison.Ordinal)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(shown[Scheme.Length..])), SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

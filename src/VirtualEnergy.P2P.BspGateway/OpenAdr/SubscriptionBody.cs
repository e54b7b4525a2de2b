using System.Collections.Immutable;
using System.Text.Json;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr;

/// <summary>One line of a subscription: of which objects and operations the client wants to be told, and where.</summary>
internal sealed record SubscriptionBody(ImmutableArray<string> Kinds, ImmutableArray<string> Operations, Uri Callback, string? BearerToken)
{
    /// <summary>The lines of a subscription whose body was checked.</summary>
    public static IEnumerable<SubscriptionBody> Of(VtnObject subscription) =>
        subscription.Body.GetProperty("objectOperations").EnumerateArray().Select(line => new SubscriptionBody(
            Texts(line, "objects"), Texts(line, "operations"), new Uri(line.GetProperty("callbackUrl").GetString()!),
            line.TryGetProperty("bearerToken", out var token) && token.ValueKind == JsonValueKind.String ? token.GetString() : null));

    /// <summary>All kinds that a subscription names.</summary>
    public static IEnumerable<string> Objects(VtnObject subscription) => Of(subscription).SelectMany(line => line.Kinds);

    private static ImmutableArray<string> Texts(JsonElement line, string field) => [.. line.GetProperty(field).EnumerateArray().Select(text => text.GetString()!)];
}

using System.Net.Mime;
using System.Text.Json;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr;

/// <summary>OpenADR 3.1.1 over HTTP: objects, tokens, notifiers.</summary>
internal static class VtnEndpoints
{
    private const int MostBytes = 262_144;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16 };

    /// <param name="tokenUrl">Where clients fetch tokens: the public address of <c>auth/token</c>.</param>
    public static void MapVtn(this IEndpointRouteBuilder endpoints, VtnDesk desk, VtnTokens tokens, Func<HttpContext, Uri> tokenUrl)
    {
        foreach (var kind in Enum.GetValues<ObjectKind>())
        {
            MapKind(endpoints, kind, desk, tokens);
        }

        endpoints.MapGet("/auth/server", context => Answer.WriteAsync(context, 200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("tokenURL", tokenUrl(context).ToString());
            writer.WriteEndObject();
        }));
        endpoints.MapPost("/auth/token", context => TokenEndpoint.AnswerAsync(context, tokens));
        endpoints.MapGet("/notifiers", context => Serve(context, tokens, _ => Answer.WriteAsync(context, 200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("WEBHOOK", true);
            writer.WriteEndObject();
        })));
        endpoints.MapGet("/notifiers/mqtt/{**topic}", context => Serve(context, tokens, _ => throw new VtnRefusalException(404, "This VTN notifies by webhook only.")));
    }

    private static void MapKind(IEndpointRouteBuilder endpoints, ObjectKind kind, VtnDesk desk, VtnTokens tokens)
    {
        var all = $"/{kind.Path()}";
        endpoints.MapGet(all, context => Serve(context, tokens, client =>
        {
            var found = desk.Search(client, kind, VtnQuery.Read(kind, context.Request.Query));
            return Answer.WriteAsync(context, 200, writer =>
            {
                writer.WriteStartArray();
                foreach (var (thing, shown) in found)
                {
                    thing.WriteTo(writer, shown);
                }

                writer.WriteEndArray();
            });
        }));
        endpoints.MapPost(all, context => Serve(context, tokens, async client =>
            await Answer.WriteAsync(context, 201, desk.Create(client, kind, await BodyAsync(context)))));

        var one = all + "/{id}";
        endpoints.MapGet(one, context => Serve(context, tokens, client =>
        {
            var (thing, shown) = desk.Read(client, kind, IdOf(context), VtnQuery.TargetsOf(context.Request.Query));
            return Answer.WriteAsync(context, 200, thing, shown);
        }));
        endpoints.MapPut(one, context => Serve(context, tokens, async client =>
            await Answer.WriteAsync(context, 200, desk.Update(client, kind, IdOf(context), await BodyAsync(context)))));
        endpoints.MapDelete(one, context => Serve(context, tokens, client => Answer.WriteAsync(context, 200, desk.Delete(client, kind, IdOf(context)))));
    }

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues["id"]!;

    private static async Task Serve(HttpContext context, VtnTokens tokens, Func<VtnClient, Task> answer)
    {
        try
        {
            var header = context.Request.Headers.Authorization.ToString();
            var client = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? tokens.Read(header["Bearer ".Length..].Trim()) : null;
            await answer(client ?? throw new VtnRefusalException(401, "A bearer token is needed: POST client_id and client_secret to auth/token."));
        }
        catch (VtnRefusalException refusal)
        {
            await Answer.RefuseAsync(context, refusal);
        }
    }

    private static async Task<JsonElement> BodyAsync(HttpContext context)
    {
        if (!MediaTypeNames.Application.Json.Equals(context.Request.ContentType?.Split(';')[0].Trim(), StringComparison.OrdinalIgnoreCase))
        {
            throw new VtnRefusalException(400, "The body must be application/json.");
        }

        var body = new byte[MostBytes + 1];
        var read = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
        if (read > MostBytes)
        {
            throw new VtnRefusalException(400, $"The body has more than {MostBytes} bytes.");
        }

        try
        {
            using var json = JsonDocument.Parse(body.AsMemory(0, read), Strict);
            return json.RootElement.Clone();
        }
        catch (JsonException wrong)
        {
            throw new VtnRefusalException(400, $"The body is not JSON: {wrong.Message}");
        }
    }
}

using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr;

/// <summary><c>POST auth/token</c>: the client credentials grant of RFC 6749, section 4.4, with its errors of section 5.2.</summary>
internal static class TokenEndpoint
{
    private const int MostText = 4_096;

    public static async Task AnswerAsync(HttpContext context, VtnTokens tokens)
    {
        if (!context.Request.HasFormContentType || context.Request.ContentLength is null or > 4 * MostText)
        {
            await ErrorAsync(context, 400, "invalid_request", "Send application/x-www-form-urlencoded with its length.");
            return;
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var (id, secret, scope) = (form["client_id"].ToString(), form["client_secret"].ToString(), form["scope"].ToString());
        if (form["grant_type"] != "client_credentials")
        {
            await ErrorAsync(context, 400, "unsupported_grant_type", "grant_type must be client_credentials.");
        }
        else if (id.Length is 0 or > MostText || secret.Length is 0 or > MostText)
        {
            await ErrorAsync(context, 400, "invalid_request", $"client_id and client_secret must have 1 to {MostText} characters.");
        }
        else if (tokens.Authenticate(id, secret) is not { } client)
        {
            await ErrorAsync(context, 401, "invalid_client", "client_id and client_secret do not belong together.");
        }
        else if (scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).Except(client.Scopes).Any())
        {
            await ErrorAsync(context, 400, "invalid_scope", $"This client has {string.Join(' ', client.Scopes)}.");
        }
        else
        {
            context.Response.Headers.CacheControl = "no-store";
            await Answer.WriteAsync(context, 200, writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("access_token", tokens.Issue(client));
                writer.WriteString("token_type", "Bearer");
                writer.WriteNumber("expires_in", (long)VtnTokens.Lifetime.TotalSeconds);
                writer.WriteString("scope", string.Join(' ', client.Scopes));
                writer.WriteEndObject();
            });
        }
    }

    private static Task ErrorAsync(HttpContext context, int status, string error, string description) => Answer.WriteAsync(context, status, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("error", error);
        writer.WriteString("error_description", description);
        writer.WriteNumber("status", status);
        writer.WriteString("detail", description);
        writer.WriteEndObject();
    });
}

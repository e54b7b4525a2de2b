using System.Text.Json;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr;

/// <summary>Answers as OpenADR has them: objects, or a problem.</summary>
internal static class Answer
{
    public static Task WriteAsync(HttpContext context, int status, VtnObject thing, IReadOnlyCollection<string>? shown = null) =>
        WriteAsync(context, status, writer => thing.WriteTo(writer, shown));

    public static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text))
        {
            write(writer);
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(text.GetBuffer().AsMemory(0, (int)text.Length), context.RequestAborted);
    }

    public static Task RefuseAsync(HttpContext context, VtnRefusalException refusal)
    {
        if (refusal.Status == 401)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return WriteAsync(context, refusal.Status, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type", "about:blank");
            writer.WriteString("title", Title(refusal.Status));
            writer.WriteNumber("status", refusal.Status);
            writer.WriteString("detail", refusal.Message);
            writer.WriteEndObject();
        });
    }

    private static string Title(int status) => status switch
    {
        400 => "Bad request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not found",
        _ => "Conflict",
    };
}

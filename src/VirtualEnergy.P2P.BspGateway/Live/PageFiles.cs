using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace VirtualEnergy.P2P.BspGateway.Live;

/// <summary>Serves the pages that are embedded in an assembly below <c>wwwroot</c>: <c>index.html</c> at <c>/</c>, every file at its own path.</summary>
/// <remarks>The pages run their own scripts, speak to their own origin and nothing else; what is no file here is nobody's path.</remarks>
public static class PageFiles
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Root = "wwwroot/";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8", [".css"] = "text/css; charset=utf-8", [".js"] = "text/javascript; charset=utf-8", [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    /// <param name="without">Paths that are not served, as another assembly has its own.</param>
    /// <exception cref="InvalidOperationException">A file has an ending without a content type here.</exception>
    public static void MapPages(this IEndpointRouteBuilder endpoints, Assembly assembly, params string[] without)
    {
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            // The build writes the separators of the machine it runs on.
            var path = resource.Replace('\\', '/');
            if (!path.StartsWith(Root, StringComparison.Ordinal) || without.Contains(path[Root.Length..]))
            {
                continue;
            }

            using var stream = assembly.GetManifestResourceStream(resource)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            var type = Types.GetValueOrDefault(Path.GetExtension(path)) ?? throw new InvalidOperationException($"The page's file {path} has no known content type.");
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16))}\"");
            string[] routes = path == Root + "index.html" ? ["/", "/index.html"] : ["/" + path[Root.Length..]];
            foreach (var route in routes)
            {
                endpoints.MapMethods(route, [HttpMethods.Get, HttpMethods.Head], context => SendAsync(context, content, type, tag)).ExcludeFromDescription();
            }
        }
    }

    private static Task SendAsync(HttpContext context, byte[] content, string type, EntityTagHeaderValue tag)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        // Asked for every time and sent when changed: a browser never mixes two versions.
        headers.CacheControl = "no-cache";
        return Results.Bytes(content, type, entityTag: tag).ExecuteAsync(context);
    }
}

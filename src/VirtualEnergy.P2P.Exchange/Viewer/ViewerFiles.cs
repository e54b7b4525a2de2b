using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace VirtualEnergy.P2P.Exchange.Viewer;

/// <summary>Serves the live viewer: the files of <c>wwwroot</c>, embedded in this assembly.</summary>
/// <remarks>
/// Embedded, because the exchange also runs inside the devnet and as an installed tool, where no <c>wwwroot</c> folder lies
/// beside it. One endpoint a file: what is not a file of the viewer is nobody's path here.
/// </remarks>
public static class ViewerFiles
{
    // The page runs its own scripts, speaks to its own origin and to the gateway that it shows, and to nothing else. A member's name can never become code.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'";

    private const string ResourcePrefix = "wwwroot/";

    private static readonly Dictionary<string, string> ContentTypes = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    /// <summary>Maps the viewer's page to <c>/</c> and each of its files to its own path.</summary>
    /// <param name="powerPlant">The gateway that the page may read as well; null, or null from it, where there is none.</param>
    /// <exception cref="InvalidOperationException">A file of the viewer has an ending that has no content type here.</exception>
    public static IEndpointRouteBuilder MapViewer(this IEndpointRouteBuilder endpoints, Func<Uri?>? powerPlant = null)
    {
        foreach (var file in Read())
        {
            Map(endpoints, "/" + file.Path, file, powerPlant);
            if (file.Path == "index.html")
            {
                Map(endpoints, "/", file, powerPlant);
            }
        }

        return endpoints;
    }

    private static void Map(IEndpointRouteBuilder endpoints, string route, ViewerFile file, Func<Uri?>? powerPlant) =>
        endpoints.MapMethods(route, [HttpMethods.Get, HttpMethods.Head], context => SendAsync(context, file, powerPlant?.Invoke())).ExcludeFromDescription();

    private static Task SendAsync(HttpContext context, ViewerFile file, Uri? powerPlant)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = powerPlant is null ? ContentSecurityPolicy
            : $"{ContentSecurityPolicy} {powerPlant.GetLeftPart(UriPartial.Authority)} {(powerPlant.Scheme == Uri.UriSchemeHttps ? "wss" : "ws")}://{powerPlant.Authority}";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        // Asked for every time, sent only when changed: a browser never mixes two versions of the page.
        headers.CacheControl = "no-cache";
        return Results.Bytes(file.Content, file.ContentType, entityTag: file.EntityTag).ExecuteAsync(context);
    }

    private static IEnumerable<ViewerFile> Read()
    {
        var assembly = typeof(ViewerFiles).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            // The build writes the separators of the machine it runs on.
            var name = resource.Replace('\\', '/');
            if (name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            {
                using var stream = assembly.GetManifestResourceStream(resource)!;
                var content = new byte[stream.Length];
                stream.ReadExactly(content);
                yield return ViewerFile.Of(name[ResourcePrefix.Length..], content);
            }
        }
    }

    private sealed record ViewerFile(string Path, byte[] Content, string ContentType, EntityTagHeaderValue EntityTag)
    {
        public static ViewerFile Of(string path, byte[] content)
        {
            var contentType = ContentTypes.GetValueOrDefault(System.IO.Path.GetExtension(path))
                ?? throw new InvalidOperationException($"The viewer's file {path} has no known content type.");
            var tag = Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16));
            return new ViewerFile(path, content, contentType, new EntityTagHeaderValue($"\"{tag}\""));
        }
    }
}

using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace VirtualEnergy.P2P.Tests.BspGateway;

/// <summary>Calls mapped endpoints without a network: an HttpClient whose messages go straight to them.</summary>
internal sealed class EndpointCalls : HttpMessageHandler
{
    private readonly WebApplication _host = Quiet();

    public IEndpointRouteBuilder Routes => _host;

    private static WebApplication Quiet()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        return builder.Build();
    }

    public HttpClient Client() => new(this, disposeHandler: false) { BaseAddress = new Uri("http://host/") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var endpoint = Routes.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().Single(route => "/" + route.RoutePattern.RawText!.TrimStart('/') == request.RequestUri!.AbsolutePath);
        var context = new DefaultHttpContext { RequestServices = _host.Services };
        context.Request.Method = request.Method.Method;
        context.Request.Body = await request.Content!.ReadAsStreamAsync(cancellationToken);
        context.Request.ContentType = request.Content.Headers.ContentType?.ToString();
        context.Request.ContentLength = request.Content.Headers.ContentLength;
        var body = new MemoryStream();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        context.SetEndpoint(endpoint);
        await endpoint.RequestDelegate!(context);
        return new HttpResponseMessage((HttpStatusCode)context.Response.StatusCode) { Content = new ByteArrayContent(body.ToArray()), RequestMessage = request };
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            ((IDisposable)_host).Dispose();
        }

        base.Dispose(disposing);
    }
}

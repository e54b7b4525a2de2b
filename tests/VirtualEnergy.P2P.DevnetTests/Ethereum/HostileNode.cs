using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>A web server on loopback that says to every question what the test wants said.</summary>
internal static class HostileNode
{
    public static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var node = builder.Build();
        node.Run(answer);
        await node.StartAsync(TestContext.Current.CancellationToken);
        return node;
    }

    /// <param name="answer">From the question to the whole body; ID stands for the question's.</param>
    public static Task<WebApplication> SayingAsync(Func<JsonElement, string> answer) => StartAsync(async context =>
    {
        using var question = await JsonDocument.ParseAsync(context.Request.Body);
        var id = question.RootElement.GetProperty("id").GetRawText();
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer(question.RootElement).Replace("ID", id, StringComparison.Ordinal));
    });

    public static Uri UrlOf(WebApplication node) => new(node.Urls.Single());
}

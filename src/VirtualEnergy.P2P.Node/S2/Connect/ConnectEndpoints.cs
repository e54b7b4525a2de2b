using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>S2 Connect's HTTP interface, version 1: <c>/pairing/</c> and <c>/connection/</c>.</summary>
internal static class ConnectEndpoints
{
    private const int MostBytes = 65_536;

    private static readonly string[] Versions = ["v1"];

    /// <summary>Answers when the request is one of S2 Connect's.</summary>
    /// <param name="socket">Where sessions are opened.</param>
    /// <returns>False when it is none.</returns>
    public static async Task<bool> ServeAsync(HttpContext context, ConnectDesk desk, Uri socket)
    {
        var path = context.Request.Path.Value ?? "";
        if (path is "/pairing/" or "/connection/" && HttpMethods.IsGet(context.Request.Method))
        {
            await AnswerAsync(context, (200, Versions));
            return true;
        }

        var token = S2Doors.BearerOf(context.Request.Headers.Authorization);
        var sessions = new UriBuilder(socket) { Scheme = Uri.UriSchemeHttps, Path = "/connection/" }.Uri;
        Func<Task<(int Status, object? Body)>>? answer = path switch
        {
            "/pairing/v1/requestPairing" => () => With(context, ConnectJson.Default.RequestPairing, request => desk.RequestPairingAsync(request, context.RequestAborted)),
            "/pairing/v1/requestConnectionDetails" => () => With(
                context, ConnectJson.Default.RequestConnectionDetails, request => Task.FromResult(desk.RequestConnectionDetails(token, request, sessions))),
            "/pairing/v1/finalizePairing" => () => With(context, ConnectJson.Default.FinalizePairing, request => Task.FromResult(desk.Finalize(token, request))),
            "/connection/v1/initiateSession" => () => With(context, ConnectJson.Default.InitiateSession, request => Task.FromResult(desk.InitiateSession(token, request))),
            "/connection/v1/confirmAccessToken" => () => Task.FromResult(desk.ConfirmAccessToken(token, socket)),
            "/connection/v1/unpair" => () => With(context, ConnectJson.Default.Unpair, request => Task.FromResult(desk.Unpair(token, request))),
            _ => null,
        };
        if (answer is null)
        {
            return false;
        }

        await AnswerAsync(context, HttpMethods.IsPost(context.Request.Method) ? await answer() : (405, null));
        return true;
    }

    private static async Task<(int Status, object? Body)> With<T>(HttpContext context, JsonTypeInfo<T> type, Func<T, Task<(int Status, object? Body)>> then)
        where T : class
    {
        var body = new byte[MostBytes + 1];
        var read = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
        try
        {
            return read <= MostBytes && JsonSerializer.Deserialize(body.AsSpan(0, read), type) is { } request
                ? await then(request)
                : (400, new ConnectError("ParsingError", $"a JSON object of at most {MostBytes} bytes"));
        }
        catch (JsonException)
        {
            return (400, new ConnectError("ParsingError", "not according to the schema"));
        }
    }

    private static async Task AnswerAsync(HttpContext context, (int Status, object? Body) answer)
    {
        context.Response.StatusCode = answer.Status;
        if (answer.Body is { } body)
        {
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), ConnectJson.Default), context.RequestAborted);
        }
    }
}

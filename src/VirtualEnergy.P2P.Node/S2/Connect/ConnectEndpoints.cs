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
        if (HttpMethods.IsGet(context.Request.Method) && Shown(path, desk) is { } shown)
        {
            await AnswerAsync(context, path.EndsWith('/') || IsAtHome(context) ? (200, shown) : (401, null));
            return true;
        }

        var token = S2Doors.BearerOf(context.Request.Headers.Authorization);
        var sessions = SessionsAt(socket);
        Func<Task<(int Status, object? Body)>>? answer = path switch
        {
            "/pairing/v1/requestPairing" => () => With(context, ConnectJson.Default.RequestPairing, request => desk.RequestPairingAsync(request, context.RequestAborted)),
            "/pairing/v1/requestConnectionDetails" => () => With(
                context, ConnectJson.Default.RequestConnectionDetails, request => Task.FromResult(desk.RequestConnectionDetails(token, request, sessions))),
            "/pairing/v1/finalizePairing" => () => With(context, ConnectJson.Default.FinalizePairing, request => Task.FromResult(desk.Finalize(token, request))),
            "/pairing/v1/preparePairing" => () => AtHome(context, ConnectJson.Default.PreparePairing, request => Task.FromResult(desk.Prepare(request))),
            "/pairing/v1/cancelPreparePairing" => () => AtHome(context, ConnectJson.Default.CancelPreparePairing, _ => Task.FromResult<(int, object?)>((204, null))),
            "/pairing/v1/waitForPairing" => () => AtHome(context, ConnectJson.Default.WaitForPairingArray, devices => desk.Waiting.WaitAsync(devices, context.RequestAborted)),
            "/connection/v1/initiateSession" => () => With(context, ConnectJson.Default.InitiateSession, request => Task.FromResult(desk.Sessions.Initiate(token, request))),
            "/connection/v1/confirmAccessToken" => () => Task.FromResult(desk.Sessions.Confirm(token, socket)),
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

    /// <summary>Where sessions begin, without a version.</summary>
    /// <param name="socket">Where they are opened.</param>
    public static Uri SessionsAt(Uri socket) => new UriBuilder(socket) { Scheme = Uri.UriSchemeHttps, Path = "/connection/" }.Uri;

    /// <summary>Where pairing begins, without a version; also where devices wait for it.</summary>
    /// <inheritdoc cref="SessionsAt" path="/param"/>
    public static Uri PairingAt(Uri socket) => new UriBuilder(socket) { Scheme = Uri.UriSchemeHttps, Path = "/pairing/" }.Uri;

    // What anybody may look at: the versions there are, and at home who is here.
    private static object? Shown(string path, ConnectDesk desk) => path switch
    {
        "/pairing/" or "/connection/" => Versions,
        "/pairing/v1/endpoint" => desk.Endpoint,
        "/pairing/v1/nodes" => (NodeDescription[])[desk.Self],
        _ => null,
    };

    private static bool IsAtHome(HttpContext context) => HomeNetwork.Holds(context.Connection.RemoteIpAddress);

    private static Task<(int Status, object? Body)> AtHome<T>(HttpContext context, JsonTypeInfo<T> type, Func<T, Task<(int Status, object? Body)>> then)
        where T : class => IsAtHome(context) ? With(context, type, then) : Task.FromResult<(int, object?)>((401, null));

    private static async Task<(int Status, object? Body)> With<T>(HttpContext context, JsonTypeInfo<T> type, Func<T, Task<(int Status, object? Body)>> then)
        where T : class
    {
        var body = new byte[MostBytes + 1];
        var read = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        return read > MostBytes ? (400, new ConnectError("ParsingError", $"at most {MostBytes} bytes"))
            : Read(body.AsSpan(0, read), type) is { } request ? await then(request).ConfigureAwait(false)
            : (400, new ConnectError("ParsingError", "not according to the schema"));
    }

    /// <summary>A request as the schema has it; null for everything else.</summary>
    internal static T? Read<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            return null;
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

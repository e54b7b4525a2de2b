using VirtualEnergy.P2P.BspGateway.Xml;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>The protocol over HTTP, in either role: signed messages are posted; what they say is answered by messages of its own, later.</summary>
public static class UftpEndpoints
{
    /// <summary>Where messages are posted, by the specification's convention for version 3.</summary>
    public const string Path = "/shapeshifter/api/v3/message";

    /// <summary>
    /// Maps <c>POST</c> at <see cref="Path"/>: 200 when the message was taken to be looked at, 400 when it cannot be read, 401 for a
    /// wrong signature, 411 without a length, 413 when it is too large, 419 for a sender whose key is not known.
    /// </summary>
    /// <param name="routes">The host's routes.</param>
    /// <param name="mailbox">Opens messages.</param>
    /// <param name="receive">Takes a message; what it returns is to be sent.</param>
    /// <param name="send">Takes what is to be sent, at once; delivery is its own concern.</param>
    public static IEndpointConventionBuilder MapUftp(this IEndpointRouteBuilder routes, UftpMailbox mailbox, Func<UftpArrival, IReadOnlyList<UftpMessage>> receive, Action<UftpMessage> send) =>
        routes.MapUftp(bytes => mailbox.Open(bytes), receive, send);

    internal static IEndpointConventionBuilder MapUftp(this IEndpointRouteBuilder routes, Func<byte[], UftpArrival> open, Func<UftpArrival, IReadOnlyList<UftpMessage>> receive, Action<UftpMessage> send) =>
        routes.MapPost(Path, async (HttpContext context) =>
        {
            if (context.Request.ContentLength is not { } length)
            {
                return Results.StatusCode(StatusCodes.Status411LengthRequired);
            }

            if (!BoundedBody.IsXml(context.Request.ContentType))
            {
                return Results.StatusCode(StatusCodes.Status400BadRequest);
            }

            if (await BoundedBody.ReadAsync(context.Request.Body, length, BoundedXml.MostBytes, context.RequestAborted).ConfigureAwait(false) is not { } bytes)
            {
                return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
            }

            var arrival = open(bytes);
            foreach (var answer in receive(arrival))
            {
                send(answer);
            }

            return Results.StatusCode(arrival.Status);
        });
}

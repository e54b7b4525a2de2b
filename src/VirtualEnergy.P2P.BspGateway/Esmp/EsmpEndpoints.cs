using VirtualEnergy.P2P.BspGateway.Xml;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>Documents over HTTP: a document is posted, its acknowledgement is the answer.</summary>
public static class EsmpEndpoints
{
    private const string Xml = "application/xml";

    /// <summary>
    /// Maps <c>POST path</c>. 200 with the acknowledgement for what was accepted or refused; 204 for an acknowledgement; 400 with the
    /// acknowledgement for what cannot be read; 413 and 415 for what is too large or no XML. Who may post is for the host to add.
    /// </summary>
    public static IEndpointConventionBuilder MapEsmp(this IEndpointRouteBuilder routes, EsmpIntake intake, string path = "/esmp") =>
        routes.MapPost(path, async (HttpContext context) =>
        {
            if (!BoundedBody.IsXml(context.Request.ContentType))
            {
                return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);
            }

            if (await BoundedBody.ReadAsync(context.Request.Body, context.Request.ContentLength, BoundedXml.MostBytes, context.RequestAborted).ConfigureAwait(false) is not { } bytes)
            {
                return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
            }

            var receipt = intake.Receive(bytes);
            if (receipt.Acknowledgement is not { } acknowledgement)
            {
                return Results.NoContent();
            }

            context.Response.StatusCode = receipt.Outcome == EsmpOutcome.Unreadable ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
            context.Response.ContentType = Xml;
            await context.Response.Body.WriteAsync(EsmpCodec.Write(acknowledgement), context.RequestAborted).ConfigureAwait(false);
            return Results.Empty;
        });
}

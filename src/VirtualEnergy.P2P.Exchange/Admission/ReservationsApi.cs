using System.Collections.Immutable;
using System.Text.Json;
using VirtualEnergy.P2P.Exchange.Api;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Admission;

/// <summary>A piece of evidence in the order in which it became durable.</summary>
/// <param name="At">When that was.</param>
/// <param name="Evidence">As its signers wrote it.</param>
public sealed record ReservationView(DateTimeOffset At, JsonElement Evidence);

/// <summary>What homes have promised elsewhere, over HTTP: to be read, and to be shown by whoever has the evidence.</summary>
internal static class ReservationsApi
{
    private static readonly MemberId Anybody = new("");

    public static void MapReservations(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/reservations").WithTags("Reservations");
        api.MapGet("/{period:long}", Of).WithSummary("The promises that cover a period, and their releases, in the order in which the exchange wrote them down.").Produces<ImmutableArray<ReservationView>>();
        api.MapPost("", TakeAsync).WithSummary("Evidence of a promise or a release; 200 where the exchange goes by it, else 422 with the reason.");
    }

    private static ImmutableArray<ReservationView> Of(long period, ExchangeJournal journal) =>
        [.. journal.Reservations(new Period(period)).Select(row => new ReservationView(row.At, JsonSerializer.SerializeToElement(JsonDocument.Parse(WireFormat.Write(row.Evidence)).RootElement)))];

    private static async Task<IResult> TakeAsync(HttpRequest request, ReservationDesk desk, MessageRate rate, CancellationToken cancellation)
    {
        // Whoever asks over HTTP has proved nothing yet: all of them share what strangers have.
        if (!rate.TryTake(Anybody))
        {
            return MarketApi.Problem(StatusCodes.Status429TooManyRequests, "order", "Too much evidence at once; try again in a second.");
        }

        // One byte more than is read, so that what is too large is seen to be.
        var buffer = new byte[WireFormat.MaxSmallBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        try
        {
            var answer = await desk.AnswerAsync(buffer.AsMemory(0, length));
            return Results.Text(WireFormat.Write(answer), "application/json", answer.Accepted ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
        }
        catch (JournalException failure)
        {
            return MarketApi.Problem(StatusCodes.Status503ServiceUnavailable, "order", $"The evidence was not taken: {failure.Message}");
        }
    }
}

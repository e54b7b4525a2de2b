using Microsoft.AspNetCore.Http.HttpResults;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Api;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Funds;

namespace VirtualEnergy.P2P.Exchange.Funds;

/// <summary>
/// A member's money over HTTP. The one thing that can be said here is a mandate, for a browser's wallet: it proves its member by her
/// signature, as over the broker.
/// </summary>
internal static class FundsApi
{
    // Whoever asks over HTTP has proved nothing yet: all of them share what strangers have.
    private static readonly MemberId Anybody = new("");

    public static void MapFundsApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/members/{id}").WithTags("Funds");
        api.MapGet("/funds", FundsAsync).WithSummary("A member's money: balance, request, mandate, and how long it lasts.");
        api.MapGet("/funds/history", HistoryAsync).WithSummary("The last movements of a member's money on the chain, newest first.");
        api.MapGet("/suggestions", Suggestions).WithTags("Market").WithSummary("When the member best starts which appliance, as her node says; empty where it does not.");
        api.MapPost("/mandate", MandateAsync).WithSummary("Gives a mandate, signed by the member; answers with the exchange's receipt.");
    }

    private static async Task<IResult> FundsAsync(string id, MemberFunds funds, CancellationToken cancellation) => await AboutAsync(id, async member =>
        await funds.OfAsync(member, cancellation) is { } view ? TypedResults.Ok(view) : Stranger(member));

    private static async Task<IResult> HistoryAsync(string id, MemberFunds funds, MemberDirectory members, CancellationToken cancellation, int limit = 50) =>
        limit is < 1 or > ChainHistory.Kept
            ? MarketApi.Problem(StatusCodes.Status400BadRequest, "limit", $"'limit' is {limit}; it must be from 1 to {ChainHistory.Kept}.")
            : await AboutAsync(id, async member => members.Find(member) is null ? Stranger(member) : TypedResults.Ok(await funds.HistoryAsync(member, limit, cancellation)));

    private static Results<Ok<SuggestionsView>, ProblemHttpResult> Suggestions(string id, SuggestionDesk desk, MemberDirectory members, MarketRules rules)
    {
        if (!Address.TryParse(id, out var address))
        {
            return NoAddress();
        }

        var member = address.ToMember();
        return members.Find(member) is null ? Stranger(member) : TypedResults.Ok(SuggestionsView.Of(desk.Of(member), rules.Grid));
    }

    private static async Task<IResult> MandateAsync(string id, HttpRequest request, MandateDesk desk, MessageRate rate, CancellationToken cancellation) => await AboutAsync(id, async member =>
    {
        if (!rate.TryTake(Anybody))
        {
            return MarketApi.Problem(StatusCodes.Status429TooManyRequests, "id", "Too many mandates at once; try again in a second.");
        }

        var payload = await ReadAsync(request.Body, cancellation);
        try
        {
            var receipt = await desk.AnswerAsync(member, payload);
            return Results.Text(
                WireFormat.Write(receipt), "application/json", receipt.Accepted ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
        }
        catch (JournalException failure)
        {
            return MarketApi.Problem(StatusCodes.Status503ServiceUnavailable, "id", $"The mandate was not taken: {failure.Message}");
        }
    });

    /// <summary>One byte more than is read, so that what is too large is seen to be.</summary>
    private static async Task<byte[]> ReadAsync(Stream body, CancellationToken cancellation)
    {
        var buffer = new byte[WireFormat.MaxSmallBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return buffer[..length];
    }

    private static async Task<IResult> AboutAsync(string id, Func<MemberId, Task<IResult>> answer)
    {
        if (!Address.TryParse(id, out var address))
        {
            return NoAddress();
        }

        try
        {
            return await answer(address.ToMember());
        }
        catch (Exception failure) when (failure is EthereumException or FundsHistoryException)
        {
            return MarketApi.Problem(StatusCodes.Status503ServiceUnavailable, "id", $"The chain does not tell: {failure.Message}");
        }
    }

    private static ProblemHttpResult NoAddress() =>
        MarketApi.Problem(StatusCodes.Status400BadRequest, "id", "A member's id is 0x and 40 hexadecimal digits, in one case or with a correct checksum.");

    private static ProblemHttpResult Stranger(MemberId member) =>
        MarketApi.Problem(StatusCodes.Status404NotFound, "id", $"{member} is not a member of this community.");
}

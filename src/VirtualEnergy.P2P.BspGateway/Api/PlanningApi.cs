using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.BspGateway.Payments;
using VirtualEnergy.P2P.Market;
using MarketDay = VirtualEnergy.P2P.Bsp.Profiles.MarketDay;

namespace VirtualEnergy.P2P.BspGateway.Api;

/// <summary>Programs of points for a day, as a customer's energy manager or the aggregator's forecast has them.</summary>
/// <param name="Points">Of each point: its code, and the Wh of each of the day's periods, + consumption.</param>
public sealed record ProgramMessage(DateOnly Day, ImmutableArray<ProgramOfPoint> Points);

public sealed record ProgramOfPoint(string Pod, ImmutableArray<long> WattHours);

/// <summary>What the market made of an offer.</summary>
/// <param name="Id">The result's own name; a second copy has no effect.</param>
/// <param name="Steps">What was taken; empty: nothing.</param>
public sealed record ResultMessage(string? Id, string? Offer, ImmutableArray<ResultStep> Steps);

/// <param name="Step">Its place in the offer, from 0.</param>
public readonly record struct ResultStep(int Step, long Watts, long PriceMicroEurPerKWh);

/// <summary>A frozen baseline: the program of a unit's points for a day, and the hash of its canonical bytes.</summary>
/// <param name="Rosters">Who counts in periods that are sold; in all others every point does.</param>
public sealed record BaselineView(string Unit, DateOnly Day, DateTimeOffset FrozenAt, string Hash, ImmutableArray<ProgramOfPoint> Points, ImmutableArray<RosterView> Rosters);

/// <summary>The points that count in a period, named before it began.</summary>
/// <param name="Hash">Of its canonical bytes, in which the baseline's hash is.</param>
public sealed record RosterView(long Period, DateTimeOffset NamedAt, string Hash, ImmutableArray<string> Pods);

/// <summary>Planning over HTTP: programs and results come in with the token, baselines and statements go out.</summary>
internal static class PlanningApi
{
    private const int MostPoints = 10_000;
    private const int MostPeriods = 400;
    private const int MostSteps = 32;

    public static void MapPlanning(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api").WithTags("Gateway");
        api.MapPost("/programs", Propose).AddEndpointFilter<BearerFilter>().WithSummary("Programs of points for a day, until they are frozen; each that is refused is named with its reason.");
        api.MapPost("/results", Take).AddEndpointFilter<BearerFilter>().WithSummary("The market's result of an offer.");
        api.MapGet("/baselines/{unit}/{day}", Baseline).WithSummary("A unit's frozen baseline of a day and who counts in its periods, with their hashes.").Produces<BaselineView>().ProducesProblem(StatusCodes.Status404NotFound);
        if (endpoints.ServiceProvider.GetRequiredService<GatewayParts>().Esmp is { } esmp)
        {
            endpoints.MapEsmp(esmp.Intake).AddEndpointFilter<IEndpointConventionBuilder, BearerFilter>();
            api.MapGet("/esmp/bids/{unit}/{day}", (string unit, DateOnly day) => Bids(esmp, unit, day)).WithSummary("The ESMP bid document of a unit's offers of a day.")
                .Produces<string>(StatusCodes.Status200OK, "application/xml").ProducesProblem(StatusCodes.Status404NotFound);
        }

        api.MapGet("/statements/{unit}", Statement).WithSummary("All settled periods of a unit, with every member's part, as text.").Produces<string>(StatusCodes.Status200OK, "text/plain");
        api.MapGet("/statements/{unit}/{member}", MemberStatement).WithSummary("One member's part, period by period, as text.").Produces<string>(StatusCodes.Status200OK, "text/plain");
    }

    private static IResult Propose(ProgramMessage message, GatewayParts parts)
    {
        if (message.Points.IsDefaultOrEmpty || message.Points.Length > MostPoints || message.Points.Any(point => point is null || point.WattHours.IsDefault || point.WattHours.Length > MostPeriods))
        {
            return Malformed($"'points' must be 1 to {MostPoints} points of at most {MostPeriods} periods each.");
        }

        var now = parts.Time.GetUtcNow();
        var refused = message.Points.Select(point => (point.Pod, Objection: PodCode.TryParse(point.Pod, out var pod)
            ? parts.Books.Propose(pod, new MarketDay(message.Day), [.. point.WattHours.Select(wattHours => new Energy(wattHours))], now) : new Objection("no-pod", "It is no code of a point of delivery.")))
            .Where(point => point.Objection is not null).Select(point => new { point.Pod, point.Objection!.Value.Code, point.Objection.Value.Words }).ToList();
        return Results.Ok(new { Taken = message.Points.Length - refused.Count, Refused = refused });
    }

    private static IResult Take(ResultMessage message, GatewayParts parts)
    {
        if (message.Id is null || message.Offer is null || message.Steps.IsDefault || message.Steps.Length > MostSteps)
        {
            return Malformed($"A result has 'id', 'offer' and at most {MostSteps} 'steps'.");
        }

        var intake = parts.Planning.Take(new MarketResult(
            message.Id, new OfferId(message.Offer), [.. message.Steps.Select(step => new AcceptedStep(step.Step, step.Watts, new Price(step.PriceMicroEurPerKWh)))]));
        return intake.Refusal is { } refusal
            ? Results.Problem(refusal.Words, statusCode: StatusCodes.Status409Conflict, extensions: [KeyValuePair.Create("code", (object?)refusal.Code)])
            : Results.Ok(new { Offer = message.Offer, Status = intake.Offer!.Status.ToString(), intake.Offer.AcceptedWatts, intake.Changed });
    }

    private static IResult Baseline(string unit, DateOnly day, GatewayParts parts) =>
        parts.Books.Baseline(new UnitId(unit), new MarketDay(day)) is { } frozen
            ? Results.Ok(new BaselineView(
                unit, day, frozen.FrozenAt, frozen.Hash.ToString(), [.. frozen.Points.Select(point => new ProgramOfPoint(point.Point.Value, [.. point.Energies.Select(energy => energy.WattHours)]))],
                [.. parts.Books.Rosters(frozen.Unit, frozen.Day).Select(roster => new RosterView(roster.Period.Index, roster.NamedAt, roster.Hash.ToString(), [.. roster.Points.Select(point => point.Value)]))]))
            : Results.Problem($"No baseline of '{unit}' is frozen for {day:O}.", statusCode: StatusCodes.Status404NotFound);

    private static IResult Bids(EsmpDesk esmp, string unit, DateOnly day) => esmp.Bids(unit, new MarketDay(day)) is { } document
        ? Results.Bytes(EsmpCodec.Write(document), "application/xml") : Results.Problem($"Nothing of '{unit}' is offered for {day:O}.", statusCode: StatusCodes.Status404NotFound);

    private static IResult Statement(string unit, GatewayViews views, GatewayParts parts, GatewayOptions options) => views.Statement(unit) is { } statement
        ? Results.Text(StatementText.OfUnit(statement, options.Profile) + PaymentsApi.LineFor(parts.Payments, unit)) : Results.Problem($"There is no unit '{unit}'.", statusCode: StatusCodes.Status404NotFound);

    private static IResult MemberStatement(string unit, string member, GatewayViews views, GatewayParts parts, GatewayOptions options) => views.Statement(unit) is { } statement
        ? Results.Text(StatementText.OfMember(statement, new MemberId(member), options.Profile) + PaymentsApi.LineFor(parts.Payments, unit)) : Results.Problem($"There is no unit '{unit}'.", statusCode: StatusCodes.Status404NotFound);

    private static IResult Malformed(string words) =>
        Results.Problem(words, statusCode: StatusCodes.Status400BadRequest, extensions: [KeyValuePair.Create("code", (object?)"malformed")]);
}

using Microsoft.AspNetCore.Http.HttpResults;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Api;

/// <summary>Whether the exchange can do its work, part by part.</summary>
/// <param name="Status"><c>healthy</c> or <c>unhealthy</c>.</param>
public sealed record HealthView(string Status, HealthPart Broker, HealthPart Chain, HealthPart Journal, HealthPart RoundClock);

/// <param name="Detail">What is wrong, or how it stands.</param>
public sealed record HealthPart(bool Healthy, string Detail);

internal static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/health", Answer)
        .WithTags("Health").WithSummary("200 when every part works, else 503; the same document either way.")
        .Produces<HealthView>().Produces<HealthView>(StatusCodes.Status503ServiceUnavailable);

    private static JsonHttpResult<HealthView> Answer(MqttLink link, ChainStatus chain, ExchangeJournal journal, RoundClock clock, OpenRound open)
    {
        var isOnBroker = link.State == LinkState.Connected;
        var parts = new HealthView(
            "",
            new HealthPart(isOnBroker, isOnBroker ? "Connected." : "Not connected; trying again."),
            new HealthPart(
                chain is { IsConnected: true, Stopped: null }, !chain.IsConnected ? "The node does not answer; rounds wait for settlement."
                    : chain.Stopped is { } why ? $"Settlement has stopped, the market goes on. {why}" : $"Block {chain.Block}."),
            new HealthPart(journal.IsHealthy, journal.IsHealthy ? "Writable." : "The last write failed: is the disk full?"),
            new HealthPart(clock.IsOnTime, !clock.IsOnTime ? "The gate is past its time and still open."
                : open.Period is { } period ? $"Period {period} is open." : "No gate is open."));
        var isHealthy = parts.Broker.Healthy && parts.Chain.Healthy && parts.Journal.Healthy && parts.RoundClock.Healthy;
        return TypedResults.Json(
            parts with { Status = isHealthy ? "healthy" : "unhealthy" },
            statusCode: isHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

using System.CommandLine;
using System.Globalization;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Auditing;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Suggestions;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve suggest</c>: when to start what, and what it saves.</summary>
internal static class SuggestCommand
{
    private const int PageOfPrices = 500;
    private const int Pages = 2;

    public static Command Create()
    {
        var config = new Option<string>("--config") { Description = "The home's configuration file.", Required = true };
        var exchange = new Option<string?>("--exchange") { Description = "Where the market's prices are; else what the configuration names, else the supplier's prices count.", HelpName = "URL" };
        var at = new Option<string?>("--at") { Description = "Instead of now, as 2026-04-15T08:00Z: for homes of recorded or generated data.", HelpName = "INSTANT" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of sentences." };
        var command = new Command("suggest", """
            Say when to start each appliance that waits or will be loaded within a day, and what that saves against starting it at once, from
            the forecasts of the home's load and sun and of the market's price.
            Examples: ve suggest --config home.json
                      ve suggest --config home.json --exchange http://192.168.1.10:8080 --json
                      ve suggest --config home.json --at 2026-04-15T08:00Z
            """) { config, exchange, at, json };
        command.SetAction((parsed, cancellation) => RunAsync(
            HomeConfig.Read(parsed.GetValue(config)!), parsed.GetValue(exchange), parsed.GetValue(at), parsed.GetValue(json), TimeProvider.System, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(HomeConfig config, string? exchange, string? at, bool asJson, TimeProvider time, CancellationToken cancellation)
    {
        var now = PeriodGrid.QuarterHour.At(at is null ? time.GetUtcNow() : Instant(at));
        var community = config.Household.Open();
        var home = config.Plan(community, time.GetUtcNow()).Home;
        var prices = (exchange ?? config.Exchange) is { } address
            ? await PricesAsync(ChainOptions.Url("exchange", address), now, time, cancellation).ConfigureAwait(false)
            : [];
        var suggestions = HomeSuggestions.Of(home, config.Supplier.Open(community), prices, now);
        if (asJson)
        {
            using var output = Console.OpenStandardOutput();
            suggestions.WriteJson(output);
            output.WriteByte((byte)'\n');
        }
        else
        {
            suggestions.Write(Console.Out);
        }

        return 0;
    }

    private static async Task<List<(Period, Price?)>> PricesAsync(Uri exchange, Period now, TimeProvider time, CancellationToken cancellation)
    {
        using var rounds = new ExchangeRounds(exchange, time);
        var prices = new List<(Period, Price?)>();
        try
        {
            for (var page = Pages; page > 0; page--)
            {
                prices.AddRange(await rounds.PricesAsync(new Period(Math.Max(0, now.Index - page * PageOfPrices)), cancellation).ConfigureAwait(false));
            }
        }
        catch (RoundSourceException error)
        {
            throw new UserErrorException($"{error.Message.TrimEnd('.')}. Without an exchange, in --exchange or the configuration, the supplier's prices count.", error);
        }

        return prices;
    }

    private static DateTimeOffset Instant(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) && instant.Year is > 1970 and < 9999
            ? instant
            : throw new UserErrorException($"--at {text}: write an instant as 2026-04-15T08:00Z.");
}

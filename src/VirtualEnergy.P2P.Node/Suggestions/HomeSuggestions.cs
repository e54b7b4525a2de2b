using System.Collections.Immutable;
using System.Text.Json;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Suggestions;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Suggestions;

/// <summary>What a member is told about her appliances' next runs.</summary>
/// <param name="Home">The home's name.</param>
/// <param name="Now">The present period.</param>
/// <param name="KnownPrices">Prices of the market that it rests on; 0 where it rests on the supplier's.</param>
/// <param name="Suggestions">One for each appliance that can start within a day.</param>
public sealed record HomeSuggestions(string Home, Period Now, int KnownPrices, ImmutableArray<StartSuggestion> Suggestions)
{
    private const int Day = 96;

    /// <summary>How far is looked: runs that begin within a day, and must be over twelve hours later.</summary>
    private const int Horizon = 144;

    public static HomeSuggestions Of(HomeDescription home, SupplierTariff tariff, IReadOnlyList<(Period Period, Price? Price)> prices, Period now)
    {
        var forecast = new HomeForecast(home, tariff, prices, now, Horizon);
        return new HomeSuggestions(home.Name, now, forecast.KnownPrices, Starts(home, now, forecast.At, PeriodGrid.QuarterHour));
    }

    /// <summary>The next run of each appliance that can start within a day.</summary>
    /// <param name="outlook">What is expected of a period.</param>
    public static ImmutableArray<StartSuggestion> Starts(HomeDescription home, Period now, Func<Period, PeriodOutlook> outlook, PeriodGrid grid) =>
    [
        .. home.Appliances
            .Select(appliance => appliance.Runs
                .Where(run => run.EarliestStart.Index < now.Index + Day && run.Deadline.Index <= now.Index + Horizon)
                .Select(run => StartSuggestion.For(appliance.Describe(now, run), now, outlook, grid))
                .FirstOrDefault(suggestion => suggestion is not null))
            .OfType<StartSuggestion>(),
    ];

    public void Write(TextWriter output)
    {
        foreach (var suggestion in Suggestions)
        {
            output.WriteLine(SuggestionWords.Of(suggestion, Now, PeriodGrid.QuarterHour));
        }

        if (Suggestions.IsEmpty)
        {
            output.WriteLine("No appliance waits to be started in the next 24 hours.");
        }

        output.WriteLine(KnownPrices > 0
            ? $"Expected from {KnownPrices} prices of the market, and from this home's last {HomeForecast.Days} days."
            : $"Expected from the supplier's prices, and from this home's last {HomeForecast.Days} days.");
    }

    public void WriteJson(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("home", Home);
        json.WriteNumber("period", Now.Index);
        json.WriteNumber("knownPrices", KnownPrices);
        json.WriteStartArray("suggestions");
        foreach (var suggestion in Suggestions)
        {
            json.WriteStartObject();
            json.WriteString("device", suggestion.Device);
            json.WriteNumber("soonest", suggestion.Soonest.Index);
            json.WriteNumber("best", suggestion.Best.Index);
            json.WriteString("start", PeriodGrid.QuarterHour.StartOf(suggestion.Best).UtcDateTime);
            json.WriteNumber("energyWh", suggestion.Energy.WattHours);
            json.WriteNumber("costSoonestMicroEur", suggestion.CostSoonest.MicroEur);
            json.WriteNumber("costBestMicroEur", suggestion.CostBest.MicroEur);
            json.WriteNumber("savingMicroEur", suggestion.Saving.MicroEur);
            json.WriteString("words", SuggestionWords.Of(suggestion, Now, PeriodGrid.QuarterHour));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

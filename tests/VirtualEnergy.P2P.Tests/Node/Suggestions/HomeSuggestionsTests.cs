using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Suggestions;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Suggestions;

public sealed class HomeSuggestionsTests
{
    // 1 June 2026, 7:00 on the wall; a wash of 1.2 kWh, loaded now, wanted at 19:00.
    private static readonly Period Midnight = PeriodGrid.QuarterHour.At(ItalianTime.Midnight(new DateOnly(2026, 6, 1)));
    private static readonly Period Seven = new(Midnight.Index + 28);
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    [Fact]
    public void Without_a_market_the_sun_on_the_roof_is_waited_for()
    {
        // 3 kW from 12 to 16 every day: then the wash costs 1.2 kWh × 9 ct of feeding in, 10.8 ct, instead of × 28 ct, 33.6 ct.
        var suggestions = HomeSuggestions.Of(Home(hasSun: true), Tariff, [], Seven);
        var wash = Assert.Single(suggestions.Suggestions);
        Assert.InRange(wash.Best.Index - Midnight.Index, 12 * 4, 15 * 4);
        Assert.InRange(wash.Saving.MicroEur, 200_000, 228_000);
        Assert.Contains("Start the washing machine at 1", Words(suggestions), StringComparison.Ordinal);
        Assert.Contains("supplier's prices", Words(suggestions), StringComparison.Ordinal);
    }

    [Fact]
    public void With_neither_sun_nor_market_one_flat_price_is_as_good_as_any()
    {
        var suggestions = HomeSuggestions.Of(Home(hasSun: false), Tariff, [], Seven);
        Assert.Equal("Start the washing machine now: waiting saves nothing.", Words(suggestions).Split(Environment.NewLine)[0]);
    }

    [Fact]
    public void The_markets_cheap_hours_are_waited_for()
    {
        // Ten days in which the market was cheap from 13 to 15.
        var prices = Enumerable.Range(-960, 960).Select(i => new Period(Seven.Index + i))
            .Select(period => (period, (Price?)new Price((period.Index - Midnight.Index + 96 * 96) % 96 is >= 52 and < 60 ? 100_000 : 270_000))).ToArray();
        var suggestions = HomeSuggestions.Of(Home(hasSun: false), Tariff, prices, Seven);
        var wash = Assert.Single(suggestions.Suggestions);
        Assert.Equal(960, suggestions.KnownPrices);
        Assert.InRange(wash.Best.Index - Midnight.Index, 51, 57);

        // At most 1.2 kWh × 17 ct.
        Assert.InRange(wash.Saving.MicroEur, 100_000, 204_000);
    }

    [Fact]
    public void What_comes_after_now_is_not_known()
    {
        var later = new[] { (new Period(Seven.Index), (Price?)new Price(100_000)), (new Period(Seven.Index + 20), new Price(100_000)) };
        Assert.Equal(0, HomeSuggestions.Of(Home(hasSun: false), Tariff, later, Seven).KnownPrices);
    }

    [Fact]
    public void Machines_read_the_same_as_people()
    {
        var suggestions = HomeSuggestions.Of(Home(hasSun: true), Tariff, [], Seven);
        using var stream = new MemoryStream();
        suggestions.WriteJson(stream);
        using var json = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray()));
        var wash = json.RootElement.GetProperty("suggestions")[0];
        Assert.Equal(suggestions.Suggestions[0].Saving.MicroEur, wash.GetProperty("savingMicroEur").GetInt64());
        Assert.Equal(suggestions.Suggestions[0].Best.Index, wash.GetProperty("best").GetInt64());
        Assert.StartsWith(wash.GetProperty("words").GetString()!, Words(suggestions), StringComparison.Ordinal);
    }

    [Fact]
    public void A_running_node_suggests_from_what_it_expects_anyhow()
    {
        // 8 hours ahead; the market's two courses of prices meet at 10 ct in the fourth hour and are 27 ct else.
        double[] Course(double cheap) => [.. Enumerable.Range(0, 288).Select(t => t is >= 12 and < 16 ? cheap : 270_000)];
        var expected = new Outlook([.. Enumerable.Repeat(50.0, 288)], new double[288], [Course(80_000), Course(120_000)]);
        var wash = Assert.Single(HomeSuggestions.Starts(Home(hasSun: false), Seven, new HomeForecast(expected, Tariff, Seven, PeriodGrid.QuarterHour).At, PeriodGrid.QuarterHour));
        Assert.Equal(12, wash.Best.Index - Seven.Index);

        // 1.2 kWh × (27 − 10) ct.
        Assert.Equal(new Money(204_000), wash.Saving);
    }

    [Fact]
    public void A_home_with_nothing_to_start_is_told_so() =>
        Assert.StartsWith("No appliance waits", Words(HomeSuggestions.Of(Home(hasSun: false), Tariff, [], new Period(Seven.Index + 2 * 96))), StringComparison.Ordinal);

    private static HomeDescription Home(bool hasSun)
    {
        var first = new Period(Midnight.Index - 20 * 96);
        return new HomeDescription(
            "anna", 6_000, PowerProfile.Constant(200),
            hasSun ? new PowerProfile(first, [.. Enumerable.Range(0, 22 * 96).Select(i => i % 96 is >= 48 and < 64 ? 3_000L : 0)]) : null,
            null, [new ApplianceDescription("washing machine", [1_200, 1_200, 1_200, 1_200], [new ApplianceRun(Seven, new Period(Midnight.Index + 76))])]);
    }

    private static string Words(HomeSuggestions suggestions)
    {
        using var output = new StringWriter();
        suggestions.Write(output);
        return output.ToString();
    }
}

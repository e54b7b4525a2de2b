using System.Text;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Profiles;

public sealed class ProfileReaderTests
{
    public static TheoryData<string> Shipped => [.. ShippedProfiles.Names];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_profile_that_ships_names_a_source_for_every_figure(string name)
    {
        var root = JsonNode.Parse(ShippedProfiles.File(name).Span)!.AsObject();

        // Name, title and the list of zones are no figures; each gate and each class is one.
        var figures = root.Count - 3 - 2 + root["gates"]!.AsArray().Count + root["classes"]!.AsArray().Count;

        var sources = ShippedProfiles.Get(name).Sources;
        Assert.Equal(figures, sources.Length);
        Assert.Equal(figures, sources.Select(source => source.Figure).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_source_that_was_not_read_is_not_called_read(string name) =>
        Assert.All(ShippedProfiles.Get(name).Sources, source =>
            Assert.False(source.Basis == SourceBasis.Text && source.Source.Contains("not read", StringComparison.Ordinal), source.Figure));

    [Fact]
    public void The_Italian_profile_has_a_megawatt_a_quarter_of_an_hour_and_two_hours()
    {
        // The figures of the issue and of the file's own sources.
        var profile = BspSamples.Msd;
        Assert.Equal((1_000_000, 900, 7_200, 4), (profile.MinimumSize, profile.ActivationSeconds, profile.HoldingSeconds, profile.TelemetrySeconds));
        Assert.Equal(PricingRule.PayAsBid, profile.Pricing);
        Assert.Equal(["UVAC", "UVAP", "UVAM", "UVAZ", "UVAN"], profile.Classes.Select(unitClass => unitClass.Code));
    }

    [Fact]
    public void The_European_profile_has_whole_megawatts_within_12_and_a_half_minutes()
    {
        var profile = BspSamples.Mfrr;
        Assert.Equal((1_000_000, 1_000_000, 750), (profile.MinimumSize, profile.SizeStep, profile.ActivationSeconds));
        Assert.Equal(PricingRule.Marginal, profile.Pricing);
    }

    [Fact]
    public void A_figure_that_is_missing_is_named() => Refused("minimumSize is missing", root => root.Remove("minimumSize"));

    [Fact]
    public void A_misspelt_figure_is_refused() => Refused("minimumsize is not a field", root => root["minimumsize"] = root["minimumSize"]!.DeepClone());

    [Fact]
    public void A_figure_in_another_unit_is_refused() => Refused("minimumSize is in MW; it must be in W", root => root["minimumSize"]!["unit"] = "MW");

    [Fact]
    public void A_figure_without_a_source_is_refused() => Refused("holding.source is missing", root => root["holding"]!.AsObject().Remove("source"));

    [Fact]
    public void An_empty_source_is_refused() => Refused("holding.source must not be empty", root => root["holding"]!["source"] = "");

    [Fact]
    public void A_date_that_is_none_is_refused() => Refused("holding.date must be a date", root => root["holding"]!["date"] = "2025-02-30");

    [Fact]
    public void A_fraction_is_no_figure() => Refused("ramp.value must be an integer", root => root["ramp"]!["value"] = 12.5);

    [Fact]
    public void A_period_that_no_grid_has_is_refused() => Refused("period must be 300, 900, 1800 or 3600", root => root["period"]!["value"] = 600);

    [Fact]
    public void A_least_size_between_size_steps_is_refused() => Refused("minimumSize must be a multiple", root => root["sizeStep"]!["value"] = 300_000);

    [Fact]
    public void A_floor_above_the_cap_is_refused() => Refused("priceFloor must not be above", root => root["priceFloor"]!["value"] = 3_000_010);

    [Fact]
    public void A_cap_off_the_tick_is_refused() => Refused("priceTick must divide", root => root["priceTick"]!["value"] = 7);

    [Fact]
    public void A_gate_in_the_hour_in_which_clocks_change_is_refused() => Refused("gates[0].dayBefore must be a time from 03:00", root => root["gates"]![0]!["dayBefore"] = "02:30");

    [Fact]
    public void Two_gates_of_one_name_are_refused() => Refused("gates must have different names", root => root["gates"]![1]!["name"] = "MSD-EX-ANTE");

    [Fact]
    public void More_days_than_there_are_to_choose_from_are_refused() => Refused("baseline.days must not be more", root => root["baseline"]!["days"] = 6);

    [Fact]
    public void An_unknown_kind_of_point_is_refused() => Refused("classes[0].kinds must hold", root => root["classes"]![0]!["kinds"]![0] = "storage");

    [Fact]
    public void A_figure_that_comes_twice_is_refused() =>
        Assert.Contains("Not JSON with each field once", ProfileReader.Read("""{ "name": "a", "name": "b" }"""u8.ToArray()).Refusal, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{ "name": "\ud800" }""")]
    [InlineData("""{ "\ud800": 1 }""")]
    public void What_is_no_profile_is_refused_in_words(string text) => Assert.NotEmpty(ProfileReader.Read(Encoding.UTF8.GetBytes(text)).Refusal!);

    [Fact]
    public void A_file_that_is_too_large_is_not_looked_at() =>
        Assert.Equal("The profile is larger than 65536 bytes.", ProfileReader.Read(new byte[ProfileReader.MostBytes + 1]).Refusal);

    [Theory]
    [MemberData(nameof(Shipped))]
    public void No_damage_to_a_file_makes_the_reader_throw(string name)
    {
        var random = new Random(6);
        var whole = ShippedProfiles.File(name).ToArray();
        for (var round = 0; round < 3_000; round++)
        {
            var damaged = whole.AsSpan(0, random.Next(4) == 0 ? random.Next(whole.Length) : whole.Length).ToArray();
            for (var hits = random.Next(1, 5); hits > 0 && damaged.Length > 0; hits--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            var reading = ProfileReader.Read(damaged);
            Assert.True(reading.Profile is null != reading.Refusal is null);
        }
    }

    private static void Refused(string words, Action<JsonObject> change)
    {
        var root = JsonNode.Parse(ShippedProfiles.File(ShippedProfiles.ItalianMsd).Span)!.AsObject();
        change(root);
        var reading = ProfileReader.Read(Encoding.UTF8.GetBytes(root.ToJsonString()));
        Assert.Null(reading.Profile);
        Assert.Contains(words, reading.Refusal, StringComparison.Ordinal);
    }
}

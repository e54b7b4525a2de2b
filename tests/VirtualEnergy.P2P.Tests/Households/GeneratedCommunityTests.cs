using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;
using VirtualEnergy.P2P.Node.Planning;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Households;

public sealed class GeneratedCommunityTests
{
    private static readonly DateOnly Day = GeneratedCommunity.DefaultFirstDay;

    [Fact]
    public void SplitMix64_gives_the_numbers_of_its_reference()
    {
        // Seed 1234567, from the reference code splitmix64.c by S. Vigna, as published on Rosetta Code.
        var random = new SplitMix64(1234567);
        Assert.Equal([6457827717110365317ul, 3203168211198807973ul, 9817491932198370423ul, 4593380528125082431ul, 16408922859458223821ul],
            Enumerable.Range(0, 5).Select(_ => random.Next()));
    }

    [Fact]
    public void The_same_seed_gives_the_same_watts_and_another_seed_others()
    {
        var (one, same, other) = (GeneratedCommunity.Create(10, 1, Day), GeneratedCommunity.Create(10, 1, Day), GeneratedCommunity.Create(10, 2, Day));
        Assert.Equal(Fingerprint(one), Fingerprint(same));
        Assert.NotEqual(Fingerprint(one), Fingerprint(other));
    }

    [Fact]
    public void One_more_home_changes_nothing_in_the_others()
    {
        var (few, many) = (GeneratedCommunity.Create(5, 1, Day), GeneratedCommunity.Create(20, 1, Day));
        Assert.Equal(Fingerprint(few), Fingerprint(many with { Households = many.Households[..5] }));
    }

    [Fact]
    public void Homes_with_plants_batteries_both_and_neither_live_side_by_side()
    {
        var homes = GeneratedCommunity.Create(8, 1, Day).Households;
        Assert.Equal(4, homes.Count(home => home.Profile.Photovoltaics is not null));
        Assert.Equal(3, homes.Count(home => home.Battery is not null));
        Assert.Contains(homes, home => home.Battery is not null && home.Profile.Photovoltaics is null);
        Assert.Contains(homes, home => home.Battery is null && home.Profile.Photovoltaics is null);
        Assert.Equal(homes.Length, homes.Select(home => home.Name).Distinct().Count());
    }

    [Fact]
    public void A_home_uses_what_an_Italian_home_uses()
    {
        // ARERA's typical family: 2700 kWh a year, 7.4 kWh a day; appliances included, so the rest a little less.
        var community = GeneratedCommunity.Create(100, 3, Day, 7);
        var perHomeAndDay = community.Households.Average(home => home.Profile.Consumption(community.First, community.Length).WattHours) / 7_000.0;
        Assert.InRange(perHomeAndDay, 5, 9);
    }

    [Fact]
    public void A_kilowatt_peak_gives_what_PVGIS_gives_in_Cagliari()
    {
        // PVGIS 5.2 gives about 1500 kWh a year and kWp on a south roof near Cagliari, 4.1 kWh a day; roofs here differ.
        var community = GeneratedCommunity.Create(2, 3, new DateOnly(2026, 1, 1), 365);
        var plant = community.Households[0].Profile;
        var peak = plant.Photovoltaics!.Peak;
        var hours = plant.Production(community.First, community.Length).WattHours / (double)peak;

        // The highest quarter of an hour is 0.8 to 0.95 of the rated power.
        Assert.InRange(hours, 1_300, 2_100);
    }

    [Fact]
    public void Neighbours_see_nearly_the_same_clouds()
    {
        var sky = new Sky(1);
        var noon = new DateTimeOffset(2026, 4, 1, 11, 0, 0, TimeSpan.Zero);
        var (same, days) = (0.0, 0.0);
        for (var day = 0; day < 200; day++)
        {
            var light = sky.Light(noon.AddDays(day), 0);
            Assert.InRange(light, 0.25, 1);
            same += Math.Abs(light - sky.Light(noon.AddDays(day), 1));
            days += Math.Abs(light - sky.Light(noon.AddDays(day + 1), 0));
        }

        Assert.True(0 < same && same * 2 < days, $"neighbours differ by {same}, days by {days}");
    }

    [Fact]
    public void Every_home_can_be_run_by_an_agent_for_its_whole_span()
    {
        var community = GeneratedCommunity.Create(20, 1, Day, 2);
        var tariff = SupplierTariff.Flat(new Price(250_000), new Price(100_000));
        foreach (var home in community.Households)
        {
            var agent = new HomeAgent(new PlannedHome(home.Describe(), []), MarketRules.Default, tariff);
            for (var i = 0; i < community.Length; i++)
            {
                agent.Deliver(new Period(community.First.Index + i), null, Energy.Zero);
            }

            Assert.Equal(home.Appliances.Sum(appliance => appliance.Runs.Length), agent.FinishedRuns);
        }
    }

    private static string Fingerprint(Community community) => string.Join('|', community.Households.Select(home =>
        $"{home.Name};{home.ConnectionWatts};{home.Battery};{string.Join(',', home.Profile.Load.Watts)};"
        + $"{string.Join(',', home.Profile.Photovoltaics?.Watts ?? [])};{string.Join(',', home.Appliances.SelectMany(appliance => appliance.Runs))}"));
}

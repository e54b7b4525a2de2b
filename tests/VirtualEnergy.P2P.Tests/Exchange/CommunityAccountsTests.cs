using VirtualEnergy.P2P.Exchange.Metering;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

/// <summary>
/// One period by hand: Anna buys 400 Wh of Bruno at 200 000 µEUR/kWh (80 000 µEUR); the supplier asks 300 000 and gives 80 000.
/// Anna: n = 1000, t = 400, r = 600. Saves 300 000 − (80 000 + 180 000) = 40 000.
/// Bruno: n = −500, t = −400, r = −100. Saves −40 000 − (−80 000 − 8 000) = 48 000.
/// Together 88 000 = 400 Wh × 220 000 µEUR/kWh: the spread that the trade left out.
/// </summary>
public sealed class CommunityAccountsTests
{
    private static readonly MemberId Anna = new("anna");
    private static readonly MemberId Bruno = new("bruno");
    private static readonly Period Noon = new(48);

    private readonly CommunityAccounts _accounts = new();

    public CommunityAccountsTests() => _accounts.Clear(
        Noon, [new Trade(Anna, Bruno, new Energy(400), new Price(200_000))], [], new SupplierPrices(new Price(300_000), new Price(80_000)));

    [Fact]
    public void Savings_are_what_the_supplier_alone_would_have_cost_more()
    {
        MeterBoth();
        Assert.Equal(new Money(40_000), _accounts.Of(Anna).Savings);
        Assert.Equal(new Money(48_000), _accounts.Of(Bruno).Savings);
        Assert.Equal(new Money(88_000), _accounts.Savings());
    }

    [Fact]
    public void Self_sufficiency_counts_what_was_not_bought_from_the_supplier()
    {
        MeterBoth();
        var shares = _accounts.SelfSufficiency()!.Value;
        Assert.Equal(1.0 / 6, shares.Without, 12); // consumption 1000 + 200; bought without trading 1000
        Assert.Equal(0.5, shares.With, 12); // bought with trading 600
    }

    [Fact]
    public void At_night_a_community_on_batteries_uses_what_they_give()
    {
        // Anna uses 1000, imports 1000. Bruno's battery gives 900: 500 out, so he uses 400. Trade 400 Wh.
        // Consumption 1400; without trading 1000 are bought, 1 − 1000/1400 = 2/7; with it 600, 1 − 600/1400 = 4/7.
        Assert.True(_accounts.TryMeter(Reading(Anna, Noon, 1_000, 0, 0)));
        Assert.True(_accounts.TryMeter(Reading(Bruno, Noon, 0, 500, 0, discharge: 900)));
        var shares = _accounts.SelfSufficiency()!.Value;
        Assert.Equal(2.0 / 7, shares.Without, 12);
        Assert.Equal(4.0 / 7, shares.With, 12);
        var flows = new EnergyFlows(
            Noon, new Energy(1_400), Energy.Zero, Energy.Zero, new Energy(900), new Energy(400), new Energy(600), new Energy(100));
        Assert.Equal(flows, _accounts.LastFlows(members: 2));
        Assert.Equal(new Energy(900), _accounts.Of(Bruno).Discharge);
    }

    [Fact]
    public void A_battery_charged_from_the_grid_counts_as_import_at_once_and_serves_later()
    {
        // First 1200 come in, 1000 of them go into the battery: consumption 200, 1 − 1200/200 = −5. Then it gives 800, all used:
        // consumption 200 + 800 = 1000, still 1200 bought, 1 − 1200/1000 = −1/5.
        _accounts.Clear(Noon.Next, [], [], null);
        _accounts.Clear(Noon.Next.Next, [], [], null);
        _accounts.TryMeter(Reading(Anna, Noon.Next, 1_200, 0, 0, charge: 1_000));
        Assert.Equal(-5, _accounts.SelfSufficiency()!.Value.With, 12);
        _accounts.TryMeter(Reading(Anna, Noon.Next.Next, 0, 0, 0, discharge: 800));
        Assert.Equal(-0.2, _accounts.SelfSufficiency()!.Value.With, 12);
    }

    [Fact]
    public void A_reading_that_leaves_less_than_nothing_to_consume_is_impossible()
    {
        var limits = new ReadingLimits(PeriodGrid.QuarterHour);
        Assert.Null(limits.ObjectionTo(Reading(Anna, Noon, 300, 200, 500, charge: 700, discharge: 100), 4_000)); // 500 + 300 − 200 + 100 − 700 = 0
        Assert.Equal("consumption-negative", limits.ObjectionTo(Reading(Anna, Noon, 300, 200, 500, charge: 701, discharge: 100), 4_000));
        Assert.Equal("consumption-negative", limits.ObjectionTo(Reading(Anna, Noon, 0, 500, 0), 4_000));
    }

    [Fact]
    public void Flows_add_up()
    {
        MeterBoth();
        var flows = new EnergyFlows(Noon, new Energy(1_200), new Energy(700), Energy.Zero, Energy.Zero, new Energy(400), new Energy(600), new Energy(100));
        Assert.Equal(flows, _accounts.LastFlows(members: 2));
    }

    [Fact]
    public void A_half_metered_period_is_not_shown_while_a_whole_one_is_known()
    {
        MeterBoth();
        _accounts.Clear(Noon.Next, [], [], null);
        _accounts.TryMeter(Reading(Anna, Noon.Next, 10, 0, 0));
        Assert.Equal(Noon, _accounts.LastFlows(members: 2)!.Value.Period);
        _accounts.TryMeter(Reading(Bruno, Noon.Next, 10, 0, 0));
        Assert.Equal(Noon.Next, _accounts.LastFlows(members: 2)!.Value.Period);
    }

    [Fact]
    public void A_reading_counts_once()
    {
        Assert.True(_accounts.TryMeter(Reading(Anna, Noon, 1_000, 0, 0)));
        Assert.False(_accounts.TryMeter(Reading(Anna, Noon, 9_999, 0, 0)));
        Assert.Equal(new Energy(1_000), _accounts.Of(Anna).Import);
    }

    [Fact]
    public void A_period_that_was_not_cleared_takes_no_reading() =>
        Assert.False(_accounts.TryMeter(Reading(Anna, Noon.Next, 1_000, 0, 0)));

    [Fact]
    public void Without_a_tariff_nothing_is_saved()
    {
        _accounts.Clear(Noon.Next, [new Trade(Anna, Bruno, new Energy(400), new Price(200_000))], [], null);
        _accounts.TryMeter(Reading(Anna, Noon.Next, 1_000, 0, 0));
        Assert.Equal(Money.Zero, _accounts.Savings());
    }

    [Fact]
    public void Periods_of_more_than_a_week_ago_are_forgotten()
    {
        for (var i = 1; i <= CommunityAccounts.KeptPeriods; i++)
        {
            _accounts.Clear(new Period(Noon.Index + i), [], [], null);
        }

        Assert.False(_accounts.IsKept(Noon));
        Assert.True(_accounts.IsKept(Noon.Next));
    }

    [Fact]
    public void Meter_limits_follow_the_connection()
    {
        var limits = new ReadingLimits(PeriodGrid.QuarterHour); // 4000 W carry 1000 Wh in 15 min
        Assert.Null(limits.ObjectionTo(Reading(Anna, Noon, 1_000, 1_000, 2_000), 4_000));
        Assert.Equal("over-capacity", limits.ObjectionTo(Reading(Anna, Noon, 1_001, 0, 0), 4_000));
        Assert.Equal("over-capacity", limits.ObjectionTo(Reading(Anna, Noon, 0, 1_001, 0), 4_000));
        Assert.Equal("over-capacity", limits.ObjectionTo(Reading(Anna, Noon, 0, 0, 2_001), 4_000));
        Assert.Equal("over-capacity", limits.ObjectionTo(Reading(Anna, Noon, 1_000, 0, 2_000, charge: 3_001, discharge: 2_000), 4_000));
        Assert.Equal("over-capacity", limits.ObjectionTo(Reading(Anna, Noon, 0, 0, 0, discharge: 2_001), 4_000));
        Assert.Equal("energy-negative", limits.ObjectionTo(Reading(Anna, Noon, -1, 0, 0), 4_000));
        Assert.Equal("energy-negative", limits.ObjectionTo(Reading(Anna, Noon, 0, 0, 0, charge: -1), 4_000));
        Assert.Equal("energy-negative", limits.ObjectionTo(Reading(Anna, Noon, 0, 0, 0, discharge: -1), 4_000));
    }

    private static MeterReading Reading(MemberId member, Period period, long import, long export, long production, long charge = 0, long discharge = 0, long number = 1) =>
        new(member, period, number, new Energy(import), new Energy(export), new Energy(production), new Energy(charge), new Energy(discharge), []);

    [Fact]
    public void A_reading_of_a_higher_number_takes_the_place_of_the_one_before_it()
    {
        _accounts.Clear(Noon, [], [], null);
        Assert.True(_accounts.TryMeter(Reading(Anna, Noon, 999, 0, 50)));
        Assert.True(_accounts.TryMeter(Reading(Anna, Noon, 1_000, 0, 0, number: 2)));
        Assert.False(_accounts.TryMeter(Reading(Anna, Noon, 5, 0, 0)));
        Assert.False(_accounts.TryMeter(Reading(Anna, Noon, 6, 0, 0, number: 2)));
        Assert.Equal(new Energy(1_000), _accounts.Of(Anna).Import);
        Assert.Equal(Energy.Zero, _accounts.Of(Anna).Production);
        Assert.Equal((new Energy(1_000), 1), _accounts.NetOf(Noon));
        Assert.Equal(2, _accounts.ReadingOf(Anna, Noon)?.Number);
    }

    private void MeterBoth()
    {
        Assert.True(_accounts.TryMeter(Reading(Anna, Noon, 1_000, 0, 0)));
        Assert.True(_accounts.TryMeter(Reading(Bruno, Noon, 0, 500, 700)));
    }
}

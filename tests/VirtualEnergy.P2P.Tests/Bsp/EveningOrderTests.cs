using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Baselines;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp;

/// <summary>One order from enablement to money, through all parts: 200 homes in Sardinia on a Monday evening.</summary>
public sealed class EveningOrderTests
{
    private static readonly MarketDay Monday = new(new DateOnly(2026, 11, 30));
    private static readonly DateTimeOffset SundayNoon = BspSamples.Instant("2026-11-29T11:00:00Z");
    private static readonly DateTimeOffset Six = BspSamples.Instant("2026-11-30T17:00:00Z");
    private static readonly Period First = BspSamples.At("2026-11-30T17:00:00Z");

    [Fact]
    public void Two_hundred_homes_sell_a_megawatt_deliver_most_of_it_and_are_paid_to_the_micro_euro()
    {
        var profile = BspSamples.Msd;
        var portfolio = BspSamples.Portfolio([.. Enumerable.Range(1, 200).Select(number => BspSamples.Point(number))]);
        var unit = portfolio.Unit();
        Assert.Empty(Enablement.Check(unit, portfolio, profile));

        // Each home declares 4 kW of consumption all day, 1 kWh a period: a program of 800 kW.
        var baselines = new BaselineBook(profile, BspSamples.Sha256);
        Assert.All(unit.Points, point => Assert.Null(baselines.Propose(new(point, Monday, [.. Enumerable.Repeat(new Energy(1_000), 96)]), SundayNoon)));
        var frozen = baselines.Freeze(unit, Monday, SundayNoon).Baseline!;
        var declarations = new DeclarationBook(profile);
        Assert.Null(declarations.Take(new(unit.Id, 1, Monday.First(profile.Grid), Monday.Before(-1).First(profile.Grid), -1_200_000, 800_000, false), SundayNoon));

        // Each could give 10 kW up for two hours at noon or in the evening; the evening is expected to pay more.
        ImmutableArray<PointHeadroom> stated = [.. unit.Points.SelectMany(point => new[] { 11, 17 }.Select(hour => new PointHeadroom(
            point, BspSamples.Grid.At(BspSamples.Instant("2026-11-30T00:00:00Z").AddHours(hour)), 8, RegulationDirection.Up, [new(10_000, new(150_000))])))];
        var chosen = SpanChoice.Of(stated, (period, _) => new Price(period < First ? 180_000 : 250_000), profile.Grid);
        var builder = new OfferBuilder(profile, portfolio, new OfferPolicy(), _ => DeliveryRecord.Of([], 10, 900));
        BuiltOffer Offered(Period period) => builder.Build(unit, period, RegulationDirection.Up, chosen, declarations.Find(unit.Id, period), frozen.Sum(period, profile.Grid).WattHours * 4);
        Assert.Equal("below-minimum-size", Offered(First.Previous).Refusal?.Code);

        // 200 homes at nine in ten: Binomial quantile 173 at 95 %, 1.73 MW less what the grid rounds; 15 ct are 15.85 ct with the margin.
        var offer = Offered(First).Offer!;
        Assert.InRange(offer.Watts, 1_720_000, 1_730_000);
        Assert.Equal([158_500], offer.Steps.Select(step => step.Price.MicroEurPerKWh));
        var book = new OfferBook(profile);
        Assert.Null(book.Submit(new("o-1"), offer, SundayNoon));
        var taken = book.Take(new("r-1", new("o-1"), [new(0, 1_000_000, new(158_500))]), SundayNoon.AddHours(8)).Offer!;
        Assert.Equal(OfferStatus.PartlyAccepted, taken.Status);

        // 1 MW from 18:00 local for an hour: 125 kWh in the first period. 100 homes are told 1,250 Wh each; ten of them stay as they were.
        var ordered = RampEnergy.Of(taken.AcceptedWatts, Six, Six.AddHours(1), First, profile);
        Assert.Equal(new Energy(125_000), ordered);
        var told = unit.Points[..100].ToHashSet();
        MeterReading? Read(PodCode point, Period period) => MeterReading.Whole(new(1_000 - (period >= First && told.Contains(point) && point.CompareTo(BspSamples.Pod(90)) <= 0 ? 1_250 : 0)), profile.Grid);
        var deliveries = new UnitMeasurement(profile, portfolio, baselines, new RosterBook(baselines, profile.Grid, BspSamples.Sha256), Read).Of(unit, First, First, point => (new(told.Contains(point) ? 1_250 : 0), new(150_000)));
        var settled = new UnitSettlement(profile, 100).Settle(new(unit.Id, First, RegulationDirection.Up, [new(ordered, taken.Accepted[0].Price)], deliveries)).Settlement!;

        // 90 × 1,250 = 112,500 Wh at 15.85 ct: 17,831,250 µEUR. Missing 12,500 Wh, tolerated 6,250, charged 6,250 × 158.5 = 990,625.
        Assert.Equal(new OperatorCash(new(17_831_250), new(990_625)), settled.Cash);

        // They asked 15 ct: 112,500 Wh × 150 = 16,875,000. A tenth of the payment would be 1,783,125; above the asks are 956,250, which are the fee.
        // Each of the 90 has 1,250 × 150 = 187,500. Ten pay 99,062.5 each.
        var statement = SettlementStatement.Of(unit.Id, [settled]);
        Assert.Equal(
            new SortedDictionary<long, int> { [-99_063] = 5, [-99_062] = 5, [0] = 100, [187_500] = 90 },
            new SortedDictionary<long, int>(statement.Members.CountBy(member => member.Net.MicroEur).ToDictionary()));
        Assert.Equal(17_831_250 - 990_625, statement.Deltas(BspSamples.Member(999)).Sum(delta => delta.Amount.MicroEur));
    }

    [Fact]
    public void With_similar_days_the_hours_before_the_order_move_the_baseline()
    {
        // 1,000 Wh planned, 1,200 read from 13:00 to 16:00 local; in the order 700 are read: 500 delivered, not 300.
        var profile = BspSamples.Mfrr;
        var portfolio = BspSamples.Portfolio(BspSamples.Point(1));
        var baselines = new BaselineBook(profile, BspSamples.Sha256);
        Assert.Null(baselines.Propose(new(BspSamples.Pod(1), Monday, [.. Enumerable.Repeat(new Energy(1_000), 96)]), SundayNoon));
        Assert.NotNull(baselines.Freeze(portfolio.Unit(), Monday, SundayNoon).Baseline);
        var measurement = new UnitMeasurement(profile, portfolio, baselines, new RosterBook(baselines, profile.Grid, BspSamples.Sha256), (_, period) => MeterReading.Whole(new(period < First ? 1_200 : 700), profile.Grid));
        var delivery = Assert.Single(measurement.Of(portfolio.Unit(), First, First, _ => (new(500), new(0))));
        Assert.Equal((1_200, 500), (delivery.Baseline.WattHours, delivery.Delivered(RegulationDirection.Up).WattHours));
        Assert.Empty(measurement.Of(portfolio.Unit(), new(First.Index + 96), First, _ => (new(500), new(0)))); // nothing frozen for Tuesday
    }
}

using CsCheck;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Offers;

public sealed class OfferBuilderTests
{
    private static readonly Period Evening = BspSamples.At("2026-11-30T17:00:00Z");

    // Room enough for everything.
    private static readonly TechnicalDeclaration Wide = new(BspSamples.Uvam, 1, new(0), new(long.MaxValue), -1_000_000_000, 1_000_000_000, false);

    [Fact]
    public void The_worked_example_of_the_rules()
    {
        // 100 homes of 12 kW want 10 ct and 50 of 10 kW want 15 ct, all sure. Margin 5 % and 0.1 ct:
        // 10 ct → 10.6 ct, 15 ct → 15.85 ct. 1,200 kW at the first; up to 1,700 kW at the second, of which the declaration
        // (program 900 kW, minimum −600 kW) leaves room for 1,500 kW.
        var points = Enumerable.Range(1, 150).Select(number => BspSamples.Point(number, number <= 100 ? 12_000 : 10_000)).ToArray();
        var headrooms = points.Select((point, index) => Headroom(index + 1, new AskedStep(point.Up, new(index < 100 ? 100_000 : 150_000))));
        var built = Build(points, headrooms, declaration: Wide with { Minimum = -600_000 }, program: 900_000);
        Assert.Equal([new OfferStep(1_200_000, new(106_000)), new OfferStep(300_000, new(158_500))], built.Offer!.Steps);
        Assert.Empty(built.LeftOut);

        // It rests on all of them, 1,700 kW, though only 1,500 are offered.
        Assert.Equal(1_700_000, built.RestsOn.Sum(home => home.Steps.Sum(step => step.Watts)));
    }

    [Fact]
    public void An_offer_rests_on_the_steps_that_its_last_price_pays_for()
    {
        // Room for the first level only: nobody's second step is needed, and the home that only has a dear one is not needed at all.
        var points = Enumerable.Range(1, 101).Select(number => BspSamples.Point(number, 15_000)).ToArray();
        var headrooms = Enumerable.Range(1, 100).Select(number => Headroom(number, new AskedStep(10_000, new(100_000)), new AskedStep(10_000, new(200_000)))).ToList();
        var built = Build(points, [.. headrooms, Headroom(101, new AskedStep(10_000, new(200_000)))], declaration: Wide with { Minimum = -1_000_000 });
        Assert.Equal(headrooms.Select(home => (home.Point, 10_000L)), built.RestsOn.Select(home => (home.Point, home.Steps.Sum(step => step.Watts))));

        // With room, a home brings what its point may be moved by: 5 kW of its second step.
        var all = Build(points, [.. headrooms, Headroom(101, new AskedStep(10_000, new(200_000)))]).RestsOn;
        Assert.Equal((101, 15_000), (all.Length, all[0].Steps.Sum(step => step.Watts)));
    }

    [Fact]
    public void Lost_local_income_is_in_the_price()
    {
        // 10 + 5 = 15 ct, with margin 15.85 ct.
        var built = Build(Hundred(), Headrooms(100_000, headroom => headroom with { LostLocalIncome = new(50_000) }));
        Assert.Equal([new OfferStep(1_000_000, new(158_500))], built.Offer!.Steps);
    }

    [Fact]
    public void Down_the_provider_pays_less_than_homes_would()
    {
        // Homes would pay 10 ct; 5 % and 0.1 ct less are 9.4 ct.
        var built = Build(Hundred(), Headrooms(-100_000), RegulationDirection.Down);
        Assert.Equal([new OfferStep(1_000_000, new(94_000))], built.Offer!.Steps);
    }

    [Fact]
    public void Down_prices_fall_from_step_to_step()
    {
        var points = Enumerable.Range(1, 200).Select(number => BspSamples.Point(number)).ToArray();
        var built = Build(points, points.Select((point, index) => Headroom(index + 1, new AskedStep(10_000, new(index < 100 ? -100_000 : -60_000)))), RegulationDirection.Down);
        Assert.Equal([new OfferStep(1_000_000, new(94_000)), new OfferStep(1_000_000, new(56_000))], built.Offer!.Steps);
        Assert.Null(OfferRules.Check(built.Offer, BspSamples.Msd));
    }

    [Fact]
    public void Prices_go_on_tick_to_the_provider_s_side()
    {
        // 100,001 + 5,001 (rounded up) + 1,000 = 106,002 → 106,010 up. Down: −100,001 + 5,001 + 1,000 = −94,000 → 94,000.
        Assert.Equal(106_010, Build(Hundred(), Headrooms(100_001)).Offer!.Steps[0].Price.MicroEurPerKWh);
        Assert.Equal(93_990, Build(Hundred(), Headrooms(-99_999), RegulationDirection.Down).Offer!.Steps[0].Price.MicroEurPerKWh);
    }

    [Fact]
    public void What_the_market_s_bounds_do_not_pay_for_is_not_offered()
    {
        // The cap is 3 EUR/kWh; 2.9 EUR with 5 % is above. Down the floor is 0: homes that want to be paid cannot be.
        Assert.Equal("below-minimum-size", Build(Hundred(), Headrooms(2_900_000)).Refusal?.Code);
        Assert.Equal("below-minimum-size", Build(Hundred(), Headrooms(1), RegulationDirection.Down).Refusal?.Code);
        // Up, homes that would pay are offered at the floor.
        Assert.Equal(0, Build(Hundred(), Headrooms(-100_000)).Offer!.Steps[0].Price.MicroEurPerKWh);
    }

    [Fact]
    public void Doubtful_homes_make_a_smaller_offer()
    {
        // Each comes nine times of ten: 200 homes of 10 kW. Binomial(200, 0.9): mean 180, deviation 4.24; some 173 with 95 %.
        var points = Enumerable.Range(1, 200).Select(number => BspSamples.Point(number)).ToArray();
        var headrooms = points.Select((point, index) => Headroom(index + 1, new AskedStep(10_000, new(100_000)))).ToList();
        var built = Build(points, headrooms, record: DeliveryRecord.Of([], 10, 900));
        Assert.InRange(built.Offer!.Watts, 1_720_000, 1_730_000);
    }

    [Fact]
    public void Steps_below_the_least_size_are_offered_with_the_next()
    {
        // 50 homes at 10 ct alone are 500 kW; with 50 more at 15 ct it is a megawatt, at 15.85 ct.
        var built = Build(Hundred(), Enumerable.Range(1, 100).Select(number => Headroom(number, new AskedStep(10_000, new(number <= 50 ? 100_000 : 150_000)))));
        Assert.Equal([new OfferStep(1_000_000, new(158_500))], built.Offer!.Steps);
    }

    [Fact]
    public void Sizes_are_whole_steps_of_the_market()
    {
        // 200 homes of 9,999 W are 1,999,800 W: 1,999 kW in Italy, one whole megawatt in Europe.
        var points = Enumerable.Range(1, 200).Select(number => BspSamples.Point(number)).ToArray();
        var headrooms = points.Select((point, index) => Headroom(index + 1, new AskedStep(9_999, new(100_000)))).ToList();
        Assert.Equal(1_999_000, Build(points, headrooms).Offer!.Watts);
        Assert.Equal(1_000_000, Build(points, headrooms, profile: BspSamples.Mfrr).Offer!.Watts);
    }

    [Fact]
    public void More_prices_than_steps_part_the_power_evenly()
    {
        // 800 homes of 10 kW at eight prices; four steps of two megawatts, each at the dearer of its two prices: 20, 40, 60, 80 m€.
        var points = Enumerable.Range(0, 800).Select(number => BspSamples.Point(number)).ToArray();
        var headrooms = points.Select((point, index) => Headroom(index, new AskedStep(10_000, new(10_000 * (index / 100 + 1)))));
        var built = Build(points, headrooms, policy: new OfferPolicy { MarginPermille = 0, MarginFixed = new(0) });
        Assert.Equal(
            [new OfferStep(2_000_000, new(20_000)), new(2_000_000, new(40_000)), new(2_000_000, new(60_000)), new(2_000_000, new(80_000))], built.Offer!.Steps);
    }

    [Fact]
    public void Vetoes_and_certificates_bound_a_home_s_steps()
    {
        // The home that is vetoed to 4 kW keeps its first step and 1 kW of the second.
        var points = Hundred();
        var vetoed = BspSamples.Portfolio(points).With(new GridVeto(points[0].Code, null, Evening, Evening.Next, 4_000, "transformer"));
        var headrooms = points.Select((point, index) => Headroom(index + 1, new AskedStep(3_000, new(100_000)), new AskedStep(9_000, new(200_000)))).ToList();
        var built = Builder(vetoed).Build(vetoed.Unit(), Evening, RegulationDirection.Up, headrooms, Wide, 0);
        Assert.Equal("below-minimum-size", built.Refusal?.Code); // 99 homes of 10 kW and one of 4
        Assert.Equal(1_000_000, Build(points, headrooms).Offer!.Watts);
    }

    [Fact]
    public void Homes_that_cannot_count_are_named_and_stop_nobody()
    {
        var points = Enumerable.Range(1, 106).Select(number => BspSamples.Point(number)).ToArray();
        var portfolio = BspSamples.Portfolio(points).With(new GridVeto(points[104].Code, RegulationDirection.Up, Evening, Evening.Next, 0, "works"));
        var headrooms = Headrooms(100_000).ToList();
        headrooms.AddRange(
        [
            Headroom(101),
            Headroom(102, new AskedStep(0, new(1))),
            Headroom(103, new AskedStep(1, new(2)), new AskedStep(1, new(1))),
            Headroom(104, new AskedStep(1, new(1))) with { Count = 7 },
            Headroom(105, new AskedStep(1, new(1))),
            Headroom(106, new AskedStep(1, new(long.MaxValue))),
            Headroom(1, new AskedStep(10_000, new(1))),
            Headroom(999, new AskedStep(10_000, new(1))),
            Headroom(106, new AskedStep(10_000, new(1))) with { First = Evening.Next },
            Headroom(106, new AskedStep(10_000, new(1))) with { Count = 101 },
        ]);
        var built = Builder(portfolio).Build(portfolio.Unit(), Evening, RegulationDirection.Up, headrooms, Wide, 0);
        Assert.Equal(1_000_000, built.Offer!.Watts);
        Assert.Equal(
            ["headroom-steps", "headroom-power", "headroom-not-monotone", "holds-too-short", "not-allowed", "headroom-price", "headroom-twice", "headroom-span"],
            built.LeftOut.Select(objection => objection.Code));
    }

    [Fact]
    public void Without_a_declaration_or_with_an_unavailable_unit_there_is_no_offer()
    {
        var portfolio = BspSamples.Portfolio(Hundred());
        Assert.Equal("no-declaration", Builder(portfolio).Build(portfolio.Unit(), Evening, RegulationDirection.Up, Headrooms(1), null, 0).Refusal?.Code);
        Assert.Equal("below-minimum-size", Build(Hundred(), Headrooms(1), declaration: Wide with { Unavailable = true }).Refusal?.Code);
    }

    [Fact]
    public void Every_offer_is_in_order_within_its_bounds_and_pays_each_home()
    {
        var offers = 0;
        Gen.Select(
            Gen.Select(Gen.Int[1, 6], Gen.Long[-400_000, 400_000], Gen.Long[1, 60_000], Gen.Int[600, 1000]).Array[15, 40],
            Gen.Bool, Gen.Bool, Gen.Long[0, 4_000_000]).Sample((homes, isUp, isItaly, room) =>
        {
            var (direction, profile) = (isUp ? RegulationDirection.Up : RegulationDirection.Down, isItaly ? BspSamples.Msd : BspSamples.Mfrr);
            var points = homes.Select((home, index) => BspSamples.Point(index, 200_000)).ToArray();
            var headrooms = homes.Select((home, index) => Headroom(
                index, [.. Enumerable.Range(0, home.Item1).Select(step => new AskedStep(home.Item3, new(home.Item2 + 10_000 * step)))]) with { Direction = direction }).ToList();
            var declaration = isUp ? Wide with { Minimum = -room } : Wide with { Maximum = room };
            var portfolio = BspSamples.Portfolio(points);
            BuiltOffer Built(IEnumerable<PointHeadroom> order) => new OfferBuilder(
                profile, portfolio, new OfferPolicy { ConfidencePermille = 900 }, code => DeliveryRecord.Of([], 2, homes[int.Parse(code.Value[6..], System.Globalization.CultureInfo.InvariantCulture)].Item4))
                .Build(portfolio.Unit(), Evening, direction, order, declaration, 0);

            var built = Built(headrooms);
            if (built.Offer is not { } offer)
            {
                return built.Refusal is not null;
            }

            Interlocked.Increment(ref offers);
            // At the last step's price, the homes that are paid enough have at least the offered power between them.
            var last = offer.Steps[^1].Price.MicroEurPerKWh;
            var paid = headrooms.Sum(headroom => headroom.Steps.Where(step => isUp ? step.Ask.MicroEurPerKWh <= last : -step.Ask.MicroEurPerKWh >= last).Sum(step => step.Watts));
            return OfferRules.Check(offer, profile) is null && offer.Watts <= room && offer.Watts <= paid
                && offer.Watts <= built.RestsOn.Sum(home => home.Steps.Sum(step => step.Watts))
                && Built(Enumerable.Reverse(headrooms)).Offer!.Steps.SequenceEqual(offer.Steps);
        }, iter: 60);
        Assert.True(offers > 0);
    }

    private static DeliveryPoint[] Hundred() => [.. Enumerable.Range(1, 100).Select(number => BspSamples.Point(number))];

    private static IEnumerable<PointHeadroom> Headrooms(long ask, Func<PointHeadroom, PointHeadroom>? change = null) =>
        Enumerable.Range(1, 100).Select(number => (change ?? (same => same))(Headroom(number, new AskedStep(10_000, new(ask)))));

    private static PointHeadroom Headroom(int number, params AskedStep[] steps) =>
        new(BspSamples.Pod(number), Evening, 8, RegulationDirection.Up, [.. steps]);

    private static OfferBuilder Builder(UnitPortfolio portfolio, MarketProfile? profile = null, OfferPolicy? policy = null, DeliveryRecord? record = null) =>
        new(profile ?? BspSamples.Msd, portfolio, policy ?? new OfferPolicy(), _ => record ?? BspSamples.Sure);

    private static BuiltOffer Build(
        DeliveryPoint[] points, IEnumerable<PointHeadroom> headrooms, RegulationDirection direction = RegulationDirection.Up, TechnicalDeclaration? declaration = null,
        long program = 0, MarketProfile? profile = null, OfferPolicy? policy = null, DeliveryRecord? record = null)
    {
        var portfolio = BspSamples.Portfolio(points);
        return Builder(portfolio, profile, policy, record).Build(
            portfolio.Unit(), Evening, direction, headrooms.Select(headroom => headroom with { Direction = direction }), declaration ?? Wide, program);
    }
}

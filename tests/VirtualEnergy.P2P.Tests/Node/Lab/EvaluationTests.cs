using System.Text;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Lab;
using VirtualEnergy.P2P.Node.Lab.Evaluation;
using VirtualEnergy.P2P.Node.Lab.Evaluation.Reports;
using VirtualEnergy.P2P.Node.Planning;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Lab;

public sealed class EvaluationTests
{
    private static readonly Lazy<EvaluationResult> Forecast = new(() => EvaluationRun.Run(Plan(false)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_market_lies_between_homes_alone_and_the_bound_and_everything_is_kept(bool perfect)
    {
        var result = perfect ? EvaluationRun.Run(Plan(perfect), null, TestContext.Current.CancellationToken) : Forecast.Value;
        var (alone, market) = (EvaluationResult.Sum(result.Alone), EvaluationResult.Sum(result.Market));
        Assert.True(market < alone, $"{market} in the market, {alone} alone");
        Assert.True(result.Optimum < market, $"{market} in the market, {result.Optimum} at the bound");
        Assert.InRange(result.Captured!.Value, perfect ? 0.9 : 0.3, 1);
        Assert.Equal(0, EvaluationResult.Kept(result.Alone).Sum);
        Assert.Equal(0, EvaluationResult.Kept(result.Market).Sum);
    }

    [Fact]
    public void What_members_pay_each_other_comes_to_nothing_and_the_rest_is_the_suppliers()
    {
        var result = Forecast.Value;
        Assert.Equal(Money.Zero, result.Market.Aggregate(Money.Zero, (sum, home) => sum + home.Paid));

        // Balanced among members, only the community's net is the supplier's: 28 ct bought, 9 ct sold, a rounding of half a µEUR a home.
        var net = result.Periods.Sum(period => period.Net.WattHours * (period.Net > Energy.Zero ? 280 : 90));
        var paid = result.Market.Sum(home => home.Supplier.MicroEur);
        Assert.InRange(paid - net, -result.Periods.Length * 6L, result.Periods.Length * 6L);
    }

    [Fact]
    public void The_same_options_give_the_same_bytes()
    {
        static string Bytes(EvaluationResult result)
        {
            using var stream = new MemoryStream();
            EvaluationJson.Write(result, stream);
            return Encoding.UTF8.GetString(stream.ToArray()) + EvaluationHtml.Of(result, "ve lab evaluate");
        }

        Assert.Equal(Bytes(Forecast.Value), Bytes(EvaluationRun.Run(Plan(false), null, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public void Forecasts_need_days_before_the_first()
    {
        var options = new LabOptions { Data = RepositoryFiles.Shared("data/hamlet"), From = "2021-02-15", To = "2021-02-17" };
        var error = Assert.Throws<UserErrorException>(() => EvaluationOptions.Open(options, Knowledge.None));
        Assert.Contains("name a later day, or --perfect", error.Message, StringComparison.Ordinal);
        Assert.Equal(3 * 96, EvaluationOptions.Open(options, Knowledge.All).Span.Length);
    }

    [Fact]
    public void What_is_known_is_named_in_a_list()
    {
        Assert.Equal(Knowledge.Sun | Knowledge.Price, KnowledgeNames.Of("sun, price"));
        Assert.Equal(Knowledge.Heat | Knowledge.Water, KnowledgeNames.Of("use"));
        Assert.Equal("load,sun,heat,water,price", KnowledgeNames.ListOf(Knowledge.All));
        Assert.Equal(
            "--perfect wind: there is no such forecast; name some of load,sun,heat,water,price,use, or none for all of them.",
            Assert.Throws<UserErrorException>(() => KnowledgeNames.Of("sun,wind")).Message);
    }

    [Fact]
    public void Homes_that_know_a_part_forecast_the_rest()
    {
        static Outlook Ahead(Knowledge known)
        {
            var plan = EvaluationOptions.Open(new LabOptions { Homes = 3, Seed = 3, From = "2026-04-20", To = "2026-04-21" }, known);
            var home = plan.Homes.First(home => home.Home.Photovoltaics is not null);
            var outlook = plan.ForesightOf(home, null)(plan.Span.First);
            Assert.Equal(known.HasFlag(Knowledge.Sun), Enumerable.Range(0, outlook.Sun.Length).All(
                t => outlook.Sun[t] == plan.Rules.Grid.EnergyOf(home.Home.Photovoltaics!.At(new Period(plan.Span.First.Index + t))).WattHours));
            return outlook;
        }

        var (none, sun) = (Ahead(Knowledge.None), Ahead(Knowledge.Sun));
        Assert.Equal(none.Load, sun.Load);
        Assert.NotEqual(none.Sun, sun.Sun);
    }

    [Fact]
    public void Prices_are_expected_as_on_days_that_are_over()
    {
        // Two days and eight periods; the second day is 1,000 above the first, and today as high as the second.
        var history = new PriceHistory(new Period(0), PeriodGrid.QuarterHour);
        Enumerable.Range(0, 200).ToList().ForEach(i => history.Add(i % 96 + (i < 96 ? 0 : 1_000)));
        var courses = history.Ahead(new Period(200), 144);
        double[] yesterday = [1_008, 1_007, 1_008, 1_055];
        Assert.Equal(yesterday, new[] { 0, 95, 96, 143 }.Select(k => courses[0][k]).ToArray());

        // The first day is moved by 1,000, of which e⁻¹ is left after two hours, and follows into the second.
        Assert.Equal(1_008, courses[1][0], 6);
        Assert.Equal(16 + 1_000 / Math.E, courses[1][8], 6);
        Assert.Equal(1_007 + 1_000 * Math.Exp(-95 / 8.0), courses[1][95], 6);
    }

    [Fact]
    public void No_price_is_expected_beyond_all_that_were_seen()
    {
        // A day at 100, then at 200. The course of the first day is moved by 100, of which a little is left when it comes to the second.
        var history = new PriceHistory(new Period(0), PeriodGrid.QuarterHour);
        Enumerable.Range(0, 196).ToList().ForEach(i => history.Add(i < 96 ? 100 : 200));
        var course = history.Ahead(new Period(196), 144)[1];
        Assert.Equal((200.0, 200.0), (course[0], course[92]));
        Assert.InRange(course[91], 100.0001, 100.01);
    }

    private static EvaluationPlan Plan(bool perfect) =>
        EvaluationOptions.Open(new LabOptions { Homes = 6, Seed = 3, From = "2026-04-20", To = "2026-04-21" }, perfect ? Knowledge.All : Knowledge.None);
}

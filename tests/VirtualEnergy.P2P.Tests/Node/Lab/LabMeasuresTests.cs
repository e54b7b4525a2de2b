using CsCheck;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Households;
using VirtualEnergy.P2P.Node.Lab;
using VirtualEnergy.P2P.Tests.Market.Proof;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Lab;

public sealed class LabMeasuresTests
{
    // (1+2+3)² / (3 · (1+4+9)) = 36/42; a loss counts as nothing: 3² / (3 · (1+4)) = 9/15.
    [Theory]
    [InlineData(new[] { 5.0, 5.0, 5.0 }, 1.0)]
    [InlineData(new[] { 7.0, 0.0, 0.0 }, 1 / 3.0)]
    [InlineData(new[] { 1.0, 2.0, 3.0 }, 36 / 42.0)]
    [InlineData(new[] { 1.0, 2.0, -3.0 }, 9 / 15.0)]
    public void Jains_index_by_hand(double[] shares, double index) => Assert.Equal(index, JainIndex.Of(shares)!.Value, 12);

    [Fact]
    public void Nobody_has_anything_so_there_is_no_index()
    {
        Assert.Null(JainIndex.Of([]));
        Assert.Null(JainIndex.Of([0, -1]));
    }

    /// <summary>Beside a linear programme that knows nothing of sorting; every order is a member's own, as homes never cross themselves.</summary>
    [Fact]
    public void The_optimum_is_that_of_the_linear_programme() =>
        Gen.Select(Gen.Bool, Gen.Long[-30, 30], Gen.Long[1, 40]).Array[0, 12].Sample(
            steps =>
            {
                Order[] book = [.. steps.Select((step, i) => new Order(
                    default, new MemberId($"m{i}"), step.Item1 ? Side.Buy : Side.Sell, new Price(step.Item2 * 100), new Energy(step.Item3)))];
                Assert.Equal(100 * LinearProgram.MaximumWelfare(book, 100), BookOptimum.Welfare(book));
            },
            iter: 300);

    /// <summary>On 28 March 2021 Italian clocks went from 2 to 3: 92 quarters of an hour.</summary>
    [Theory]
    [InlineData("2021-03-27", "2021-03-27", 96)]
    [InlineData("2021-03-28", "2021-03-28", 92)]
    [InlineData("2021-03-27", "2021-03-28", 188)]
    public void A_span_is_whole_local_days(string from, string to, int periods)
    {
        var first = PeriodGrid.QuarterHour.At(ItalianTime.Midnight(new DateOnly(2021, 3, 20)));
        var community = new Community("ten days", first, 960, []);
        var span = LabSpan.Of(community, DateOnly.Parse(from), DateOnly.Parse(to));
        Assert.Equal(periods, span.Length);
        Assert.Equal(0, LabSpan.LocalStart(span.First).Hour);
        Assert.Equal(DateOnly.Parse(to), LabSpan.DayOf(span.Periods.Last()));
    }

    [Theory]
    [InlineData(null, "2026-04-15", "2026-04-14", "uniform", "--to 2026-04-14")]
    [InlineData(null, "15 April", null, "uniform", "write a day as")]
    [InlineData(null, null, null, "vickrey", "there is uniform, pay-as-bid")]
    [InlineData(null, null, null, "uniform, uniform", "named twice")]
    [InlineData(null, null, null, ",", "name at least one")]
    [InlineData(0, null, null, "uniform", "--homes 0: 1 to")]
    [InlineData(10_001, null, null, "uniform", "--homes 10001: 1 to")]
    [InlineData(null, "2026-04-15", "2028-04-15", "uniform", "1 to 366 days")]
    public void What_cannot_be_replayed_is_refused_with_the_reason(int? homes, string? from, string? to, string mechanisms, string reason)
    {
        var error = Assert.Throws<UserErrorException>(() => new LabOptions { Homes = homes, From = from, To = to, Mechanisms = mechanisms }.Open());
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2020-01-01", "2021-03-01", "--from 2020-01-01")]
    [InlineData("2021-03-01", "2021-04-01", "covers 2021-02-15 to 2021-03-31")]
    [InlineData("2021-03-02", "2021-03-01", "is before --from")]
    public void Days_that_the_data_does_not_cover_are_refused(string from, string to, string reason)
    {
        var error = Assert.Throws<UserErrorException>(() => new LabOptions { Data = RepositoryFiles.Shared("data/hamlet"), From = from, To = to }.Open());
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}

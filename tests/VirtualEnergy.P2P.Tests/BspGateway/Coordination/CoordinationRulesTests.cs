using CsCheck;
using VirtualEnergy.P2P.BspGateway.Coordination;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Coordination;

/// <summary>Which of two operators goes first, by scheme.</summary>
public sealed class CoordinationRulesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 7, 15, 10, 0, 0, TimeSpan.Zero);

    // The transmission operator pays 200, the grid operator 100, a trader 300, all at once.
    private static readonly FlexibilityClaim[] Claims =
    [
        new("t", FlexibilityBuyer.TransmissionOperator, 200, Noon), new("d", FlexibilityBuyer.DistributionOperator, 100, Noon), new("x", FlexibilityBuyer.Trader, 300, Noon),
    ];

    [Theory]
    [InlineData(CoordinationScheme.Centralised, "t")]
    [InlineData(CoordinationScheme.Local, "dt")]
    [InlineData(CoordinationScheme.SharedBalancing, "d")]
    [InlineData(CoordinationScheme.Common, "td")]
    [InlineData(CoordinationScheme.Integrated, "xtd")]
    public void A_scheme_says_who_may_reserve_and_who_goes_first(CoordinationScheme scheme, string order) =>
        Assert.Equal(order, string.Concat(CoordinationRules.Of(scheme).InOrder(Claims).Select(claim => claim.Id)));

    [Fact]
    public void Of_equal_rank_and_price_the_earlier_goes_first_then_the_name()
    {
        FlexibilityClaim[] claims = [new("b", FlexibilityBuyer.Trader, 5, Noon), new("a", FlexibilityBuyer.Trader, 5, Noon), new("c", FlexibilityBuyer.DistributionOperator, 5, Noon.AddSeconds(-1))];
        Assert.Equal(["c", "a", "b"], CoordinationRules.Of(CoordinationScheme.Integrated).InOrder(claims).Select(claim => claim.Id));
    }

    [Fact]
    public void The_order_does_not_depend_on_the_order_of_arrival() =>
        (from prices in Gen.Long[0, 3].Array[1, 8]
         from buyers in Gen.Int[0, 2].Array[8]
         from scheme in Gen.Int[0, 4]
         from seed in Gen.Int[0, 1_000]
         select (prices, buyers, scheme, seed)).Sample(one =>
        {
            var claims = one.prices.Select((price, at) => new FlexibilityClaim($"{at}", (FlexibilityBuyer)one.buyers[at], price, Noon.AddSeconds(at % 2))).ToArray();
            var shuffled = claims.ToArray();
            new Random(one.seed).Shuffle(shuffled);
            var rules = CoordinationRules.Of((CoordinationScheme)one.scheme);
            Assert.Equal(rules.InOrder(claims), rules.InOrder(shuffled));
        });

    [Theory]
    [InlineData("A", CoordinationScheme.Centralised)]
    [InlineData("b", CoordinationScheme.Local)]
    [InlineData("shared-balancing", CoordinationScheme.SharedBalancing)]
    [InlineData("common", CoordinationScheme.Common)]
    [InlineData("E", CoordinationScheme.Integrated)]
    [InlineData("F", null)]
    [InlineData("Common", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Configuration_names_a_scheme_by_letter_or_word(string? text, CoordinationScheme? scheme)
    {
        Assert.Equal(scheme is not null, CoordinationRules.TryRead(text, out var rules));
        Assert.True(scheme is null || rules.Scheme == scheme);
    }

    [Fact]
    public void The_page_explains_every_scheme_with_the_words_of_the_code()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "coordination.md")).ReplaceLineEndings(" ");
        Assert.All(CoordinationRules.Schemes, rules => Assert.All(rules.Consequences.Append($"`{rules.Key}`"), words => Assert.Contains(words, page, StringComparison.Ordinal)));
    }
}

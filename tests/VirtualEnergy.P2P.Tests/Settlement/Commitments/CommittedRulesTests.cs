using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.RealTimePricing;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Settlement.Commitments;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Commitments;

public sealed class CommittedRulesTests
{
    private const string Account = "0x00000000000000000000000000000000000000aa";

    /// <summary>A change here means that a community's contract no longer knows its own rules.</summary>
    [Fact]
    public void The_default_rules_have_one_hash_for_ever()
    {
        var hash = CommittedRules.Of(MarketRules.Default).Hash.ToString();
        Assert.True(hash == "0x77198681295a80ce29f9c047361f065466a55ade4347ddcd80eed3a2e0636a5a", $"gave {hash}");
    }

    [Fact]
    public void Every_rule_is_in_the_hash()
    {
        var rules = MarketRules.Default;
        ZoneNetwork Line(string buyer, string seller, long fee, long? limit) =>
            new([new ZoneLine(new ZoneId(buyer), new ZoneId(seller), new Price(fee), limit is { } most ? new Energy(most) : null)]);
        MarketRules[] different =
        [
            rules,
            rules with { TickMicroEurPerKWh = 200 },
            rules with { Floor = new Price(-400_000) },
            rules with { Cap = new Price(3_000_000) },
            rules with { KThousandths = 400 },
            rules with { Grid = new PeriodGrid(300) },
            rules with { ImbalanceSpread = new Price(100) },
            .. Enum.GetValues<MechanismKind>().Where(kind => kind != rules.Mechanism).Select(kind => rules with { Mechanism = kind }),
            rules with { Network = Line("a", "b", 100, null) },
            rules with { Network = Line("b", "a", 100, null) },
            rules with { Network = Line("a", "b", 200, null) },
            rules with { Network = Line("a", "b", 100, 0) },
            rules with { Network = Line("a", "b", 100, 5) },
            rules with { RealTimePrice = new RealTimePriceRules { ResponsePerCent = new Energy(10) } },
            rules with { RealTimePrice = new RealTimePriceRules { ResponsePerCent = new Energy(11) } },
            rules with { Accounts = new MoneyAccounts(new MemberId(Account), null) },
            rules with { Accounts = new MoneyAccounts(null, new MemberId(Account)) },
        ];
        var hashes = different.Select(each => CommittedRules.Of(each).Hash).ToList();

        Assert.Equal(hashes.Count, hashes.Distinct().Count());
        Assert.Equal(hashes[0], CommittedRules.Of(MarketRules.Default with { }).Hash);
    }

    /// <summary>One price only where nothing can tell prices apart; charges only where a mechanism has them.</summary>
    [Theory]
    [InlineData(MechanismKind.Uniform, false, 7)]
    [InlineData(MechanismKind.Uniform, true, 5)]
    [InlineData(MechanismKind.PayAsBid, false, 5)]
    [InlineData(MechanismKind.Huang, false, 5)]
    [InlineData(MechanismKind.Muda, false, 1)]
    [InlineData(MechanismKind.Continuous, false, 5)]
    [InlineData(MechanismKind.Curve, false, 5)]
    public void Promises_are_what_the_mechanism_keeps(MechanismKind mechanism, bool hasFees, int flags)
    {
        var network = hasFees ? new ZoneNetwork([new ZoneLine(new ZoneId("a"), new ZoneId("b"), new Price(100))]) : ZoneNetwork.CopperPlate;
        var promises = CommittedRules.Of(MarketRules.Default with { Mechanism = mechanism, Network = network }).Promises;

        Assert.Equal((RulePromises)flags, promises);
    }
}

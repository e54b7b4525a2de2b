using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;
using static VirtualEnergy.P2P.Tests.Proof.CommunityExamples;

namespace VirtualEnergy.P2P.Tests.Node.Hosting;

public sealed class TradedPeriodsTests : IDisposable
{
    private static readonly MarketDescription Village = new("village", 31337, Key(3).Address.ToString(), ProviderKey.Address.ToString(), MarketRules.Default);

    // Eight minutes into a quarter of an hour.
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 10, 8, 0, TimeSpan.Zero);
    private static readonly Period Running = PeriodGrid.QuarterHour.At(Now);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-trades-");
    private readonly KeptLog _log = new();

    private string Path => System.IO.Path.Combine(_folder.FullName, "anna.memory.trades");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_last_two_bids_and_what_was_allotted_of_the_running_period_and_the_next_outlive_a_restart()
    {
        var trades = Open();
        trades.Keep(Village, BidFor(Before(Running), 1));
        trades.Keep(Village, BidFor(Running, 1));
        trades.Keep(Village, ResultOf(Running, 300), obeyed: true, Now.AddMinutes(-15));
        trades.Booked(Village, Running);
        trades.Keep(Village, BidFor(Running.Next, 1));
        trades.Keep(Village, BidFor(Running.Next, 2)); // replaced
        trades.Keep(Village, ResultOf(Running.Next, -200), obeyed: true, Now);

        var anew = Open();
        Assert.Equal([BidFor(Running, 1), BidFor(Running.Next, 2)], anew.Bids(Village));
        Assert.Equal([(Running, 300), (Running.Next, -200)], anew.Results(Village, Now).Select(Own));
        Assert.Equal((true, true, false), (anew.IsBooked(Village, Before(Running)), anew.IsBooked(Village, Running), anew.IsBooked(Village, Running.Next)));
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public void Of_a_round_only_the_members_own_part_is_kept_and_nothing_of_one_that_was_not_obeyed()
    {
        var trades = Open();
        var strangers = new Trade(Member(1), Member(2), new Energy(50), new Price(150_000));
        trades.Keep(Village, ResultOf(Running, 300) with { Trades = [.. ResultOf(Running, 300).Trades, strangers], Charges = [new Charge(Member(0), new Money(7)), new Charge(Member(1), new Money(9))] }, obeyed: true, Now);
        trades.Keep(Village, ResultOf(Running.Next, 300), obeyed: false, Now);

        var results = Open().Results(Village, Now);
        Assert.Equal([new Charge(Member(0), new Money(7))], results[0].Charges);
        Assert.Equal(ResultOf(Running, 300).Trades, results[0].Trades);
        Assert.Equal((new Price(150_000), 0), (results[1].Price, results[1].Trades.Length));
    }

    [Fact]
    public void What_is_over_is_not_gone_by_and_a_file_of_last_week_says_nothing()
    {
        var trades = Open();
        trades.Keep(Village, ResultOf(Running, 300), obeyed: true, Now);
        trades.Keep(Village, ResultOf(Running.Next, 200), obeyed: true, Now);
        Assert.Equal([(Running.Next, 200)], Open().Results(Village, Now.AddMinutes(7)).Select(Own)); // 10:15:00, the running one has just ended
        Assert.Empty(Open().Results(Village, Now.AddDays(7)));

        // Nor does one of tomorrow's tomorrow, which a wrong clock dated.
        Assert.Empty(Open().Results(Village, Now.AddDays(-2)));
        Assert.Empty(_log.Warnings);

        // And what is over makes room: after ten days of rounds the file holds what is still to come.
        for (var period = Running.Next.Next; period.Index < Running.Index + 960; period = period.Next)
        {
            trades.Keep(Village, ResultOf(period, 100), obeyed: true, PeriodGrid.QuarterHour.StartOf(period).AddMinutes(-5));
        }

        Assert.InRange(new FileInfo(Path).Length, 1, 4_096);
    }

    [Fact]
    public void A_file_of_another_community_chain_member_or_length_of_period_says_nothing()
    {
        var trades = Open();
        trades.Keep(Village, BidFor(Running, 1));
        trades.Keep(Village, ResultOf(Running, 300), obeyed: true, Now);
        trades.Booked(Village, Running);
        foreach (var other in new[] { Village with { ChainId = 1 }, Village with { Contract = Key(4).Address.ToString() }, Village with { Rules = MarketRules.Default with { Grid = new PeriodGrid(300) } } })
        {
            Assert.Empty(Open().Bids(other));
            Assert.Empty(Open().Results(other, Now));
            Assert.False(Open().IsBooked(other, Running));
        }

        var stranger = TradedPeriods.Open(Path, Member(1), _log);
        Assert.Empty(stranger.Results(Village, Now));

        // It is begun anew by whoever keeps next, and nobody else's is mixed into it.
        stranger.Keep(Village, ResultOf(Running.Next, 0), obeyed: true, Now);
        Assert.Empty(Open().Results(Village, Now));
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public void A_bid_that_the_member_did_not_sign_as_it_stands_is_not_taken_for_hers()
    {
        Open().Keep(Village, BidFor(Running, 1));
        File.WriteAllText(Path, File.ReadAllText(Path).Replace("[[200000,500]]", "[[200000,900]]", StringComparison.Ordinal));
        Assert.Empty(Open().Bids(Village));
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public void A_market_that_began_anew_at_the_same_address_is_booked()
    {
        var trades = Open();
        trades.Booked(Village, Running);
        Assert.False(trades.IsBooked(Village, new Period(Running.Index - 96 * 365)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"market":"m","seconds":900,"booked":1,"bids":[],"results":[""")] // cut off
    [InlineData("""{"market":"m","seconds":600,"booked":1,"bids":[],"results":[]}""")] // no market has periods of ten minutes
    [InlineData("""{"market":"m","seconds":900,"booked":-1,"bids":[],"results":[]}""")]
    [InlineData("""{"market":"m","seconds":900,"booked":1,"bids":null,"results":[]}""")]
    [InlineData("""{"market":"m","seconds":900,"booked":1,"bids":[null],"results":[]}""")]
    [InlineData("""{"market":"m","seconds":900,"booked":1,"bids":[],"results":[{"period":1e308}]}""")]
    [InlineData("""{"market":"m","seconds":900,"booked":1,"bids":[],"results":[],"more":1}""")]
    [InlineData("""{"market":null,"seconds":900,"booked":1,"bids":[],"results":[]}""")]
    public void A_file_that_is_something_else_is_set_aside_with_one_line(string content)
    {
        File.WriteAllText(Path, content);
        Assert.Empty(Open().Bids(Village));
        Assert.Contains("set aside", Assert.Single(_log.Warnings), StringComparison.Ordinal);
        Assert.True(File.Exists(Path + ".broken"));
    }

    [Fact]
    public void A_file_whose_trades_no_home_could_carry_or_whose_periods_are_out_of_order_is_set_aside()
    {
        var trades = Open();
        trades.Keep(Village, ResultOf(Running, 300), obeyed: true, Now);
        trades.Keep(Village, ResultOf(Running.Next, 200), obeyed: true, Now);
        var good = File.ReadAllText(Path);
        foreach (var (was, becomes) in new[] { ("\"energyWh\":200", "\"energyWh\":20000000"), ($"\"period\":{Running.Index}", $"\"period\":{Running.Index + 1}") })
        {
            Assert.Contains(was, good, StringComparison.Ordinal);
            File.WriteAllText(Path, good.Replace(was, becomes, StringComparison.Ordinal));
            Assert.Empty(Open().Results(Village, Now));
        }

        Assert.Equal(2, _log.Count("set aside"));
    }

    private static (Period, long) Own(RoundResult result) => (result.Period, OwnTrades.NetEnergy(result.Trades, Member(0)).WattHours);

    private static Period Before(Period period) => new(period.Index - 1);

    private static BidMessage BidFor(Period period, long number)
    {
        var bid = new Bid(Member(0), period, number, [new Step(new Price(200_000), new Energy(500))], []);
        return new BidMessage(bid, new BidSigning(new MarketDomain(31337, Key(3).Address)).Sign(bid, HomeKey(0)).Signature);
    }

    private static RoundResult ResultOf(Period period, long net) => new(
        period, new Price(150_000), new Energy(Math.Abs(net)), 2,
        net == 0 ? [] : [net > 0 ? new Trade(Member(0), Member(1), new Energy(net), new Price(150_000)) : new Trade(Member(1), Member(0), new Energy(-net), new Price(150_000))],
        default, default, default);

    private TradedPeriods Open() => TradedPeriods.Open(Path, Member(0), _log);
}

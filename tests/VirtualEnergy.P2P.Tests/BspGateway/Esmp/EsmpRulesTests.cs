using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Esmp;

/// <summary>What a document must keep beyond its schema, each rule broken once.</summary>
public sealed class EsmpRulesTests
{
    public static readonly TheoryData<string, string> Broken = new()
    {
        { "another receiver", ReasonCode.Receiver }, { "a stranger", ReasonCode.NoContract }, { "another role", ReasonCode.Sender }, { "another type", ReasonCode.LocalRules },
        { "another process", ReasonCode.Process }, { "made tomorrow", ReasonCode.LocalRules }, { "another domain", ReasonCode.Domain }, { "backwards", ReasonCode.TimeInterval },
        { "off the grid", ReasonCode.TimeInterval }, { "two days", ReasonCode.TimeInterval }, { "96 periods on the day of 92", ReasonCode.TimeInterval }, { "yesterday", ReasonCode.Deadline },
        { "two series of one name", ReasonCode.SeriesId }, { "hours", ReasonCode.Resolution }, { "a run beyond the document", ReasonCode.TimeInterval }, { "overlapping runs", ReasonCode.TimeInterval },
        { "a position missing", ReasonCode.Position }, { "a position twice", ReasonCode.Position }, { "a position too many", ReasonCode.Position }, { "from position 0", ReasonCode.Position },
        { "a negative quantity", ReasonCode.Signed }, { "less than a watt", ReasonCode.Quantity }, { "energy for power", ReasonCode.Quantity }, { "more at least than at all", ReasonCode.Quantity },
        { "a price without a unit", ReasonCode.LocalRules }, { "a price without a currency", ReasonCode.LocalRules }, { "too fine a price", ReasonCode.LocalRules }, { "over the cap", ReasonCode.PriceLimits },
        { "below the floor", ReasonCode.PriceLimits }, { "another resource", ReasonCode.Resource },
    };

    [Fact]
    public void The_examples_keep_the_rules()
    {
        Assert.Empty(EsmpRules.Check(EsmpExamples.Bids(), EsmpExamples.AtOperator, EsmpExamples.Now));
        Assert.All<IEsmpDocument>([EsmpExamples.Order(), EsmpExamples.Result(), EsmpExamples.Availability(), EsmpExamples.Acknowledgement()], document => Assert.Empty(EsmpRules.Check(document, EsmpExamples.AtProvider, EsmpExamples.Now)));
        Assert.Empty(EsmpRules.Check(EsmpExamples.Account(), EsmpExamples.AtProvider with { PriceFloor = -500_000 }, EsmpExamples.Now));
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_rule_has_its_reason(string how, string reason)
    {
        var profile = EsmpExamples.AtOperator with { Resources = how == "another resource" ? [EsmpExamples.Sardinia] : [] };
        var refusals = EsmpRules.Check(Break(EsmpExamples.Bids(), how), profile, EsmpExamples.Now);
        Assert.NotEmpty(refusals);
        Assert.All(refusals, refusal => Assert.Equal(reason, refusal.Code));
    }

    [Theory]
    [InlineData(25, true)]
    [InlineData(24, false)]
    public void Bids_are_taken_until_their_gate_closes(int minutesBefore, bool isTaken)
    {
        // MARI's gate for bids closes 25 minutes before the period (Implementation framework of mFRR, Article 8).
        var refusals = EsmpRules.Check(EsmpExamples.Bids(), EsmpExamples.AtOperator, EsmpExamples.Day.Start.AddMinutes(-minutesBefore));
        Assert.Equal(isTaken ? [] : [ReasonCode.Deadline], refusals.Select(refusal => refusal.Code));
    }

    [Fact]
    public void Orders_results_and_limits_are_late_when_their_time_is_over()
    {
        foreach (var document in new IEsmpDocument[] { EsmpExamples.Order(), EsmpExamples.Result(), EsmpExamples.Availability() })
        {
            Assert.Empty(EsmpRules.Check(document, EsmpExamples.AtProvider, EsmpExamples.Evening.End.AddSeconds(-1)));
            Assert.Equal([ReasonCode.Deadline], EsmpRules.Check(document, EsmpExamples.AtProvider, EsmpExamples.Evening.End).Select(refusal => refusal.Code));
        }
    }

    [Fact]
    public void An_account_is_of_a_time_that_is_over_and_not_too_long_over()
    {
        var (account, profile) = (EsmpExamples.Account(), EsmpExamples.AtProvider with { PriceFloor = null });
        Assert.Contains(EsmpRules.Check(account, profile, account.Interval.End.AddMinutes(-1)), refusal => refusal.Code == ReasonCode.TimeInterval);
        Assert.Empty(EsmpRules.Check(account, profile, account.Interval.End + profile.OldestAccount));
        Assert.Equal([ReasonCode.Deadline], EsmpRules.Check(account, profile, account.Interval.End + profile.OldestAccount + TimeSpan.FromSeconds(1)).Select(refusal => refusal.Code));
    }

    [Fact]
    public void An_availability_document_has_a_process_and_limits_with_units()
    {
        var limits = EsmpExamples.Availability();
        Assert.Equal([ReasonCode.Missing], Codes(limits with { ProcessType = null }));
        Assert.Equal([ReasonCode.Quantity], Codes(limits with { Bids = [limits.Bids[0] with { LimitUnit = null }] }));
        Assert.Equal([ReasonCode.Quantity], Codes(limits with { Bids = [limits.Bids[0] with { Limit = -1 }] }));
        static IEnumerable<string> Codes(IEsmpDocument document) => EsmpRules.Check(document, EsmpExamples.AtProvider, EsmpExamples.Now).Select(refusal => refusal.Code);
    }

    [Fact]
    public void Variable_blocks_begin_at_one_and_rise()
    {
        var result = EsmpExamples.Result();
        Assert.Empty(Check(1, 2, 4));
        Assert.Equal([ReasonCode.Position], Check(2, 3));
        Assert.Equal([ReasonCode.Position], Check(1, 5));
        Assert.Equal([ReasonCode.Position], Check(1, 3, 3));
        IEnumerable<string> Check(params int[] positions) => EsmpRules.Check(
            result with { Series = [result.Series[0] with { Periods = [result.Series[0].Periods[0] with { Points = ValueList.From(positions.Select(position => new AllocationPoint(position, 1))) }] }] },
            EsmpExamples.AtProvider, EsmpExamples.Now).Select(refusal => refusal.Code);
    }

    private static ReserveBidDocument Break(ReserveBidDocument bids, string how)
    {
        var (series, run) = (bids.Bids[0], bids.Bids[0].Periods[0]);
        ReserveBidDocument Series(BidSeries changed) => bids with { Bids = [changed] };
        ReserveBidDocument Runs(params BidPeriod[] runs) => Series(series with { Periods = ValueList.From(runs) });
        ReserveBidDocument Points(Func<BidPoint, BidPoint> change) => Runs(run with { Points = ValueList.From(run.Points.Select(point => point.Position == 1 ? change(point) : point)) });
        ReserveBidDocument Positions(IEnumerable<int> positions) => Runs(run with { Points = ValueList.From(positions.Select(position => run.Points[0] with { Position = position })) });
        EsmpInterval Moved(int startMinutes, int endMinutes) => new(bids.Interval.Start.AddMinutes(startMinutes), bids.Interval.End.AddMinutes(endMinutes));
        return how switch
        {
            "another receiver" => bids with { Receiver = EsmpExamples.Provider },
            "a stranger" => bids with { Sender = EsmpExamples.Checked("10XSTRANGER----") },
            "another role" => bids with { SenderRole = "A08" },
            "another type" => bids with { Type = "A38" },
            "another process" => bids with { ProcessType = "A51" },
            "made tomorrow" => bids with { CreatedAt = EsmpExamples.Now.AddMinutes(6) },
            "another domain" => bids with { Domain = EsmpExamples.Sardinia },
            "backwards" => bids with { Interval = new EsmpInterval(bids.Interval.End, bids.Interval.Start), Bids = [] },
            "off the grid" => bids with { Interval = Moved(-7, 0), Bids = [] },
            "two days" => bids with { Interval = Moved(0, 1_440) },
            "96 periods on the day of 92" => EsmpExamples.Bids(new MarketDay(new DateOnly(2027, 3, 28))) with { CreatedAt = EsmpExamples.Now, Interval = new EsmpInterval(new MarketDay(new DateOnly(2027, 3, 28)).Start, new MarketDay(new DateOnly(2027, 3, 28)).Start.AddHours(24)) },
            "yesterday" => EsmpExamples.Bids(new MarketDay(new DateOnly(2026, 7, 13))),
            "two series of one name" => bids with { Bids = [series, series] },
            "hours" => Runs(run with { Resolution = TimeSpan.FromHours(1) }),
            "a run beyond the document" => Runs(run with { Interval = Moved(0, 15) }),
            "overlapping runs" => Runs(run, run),
            "a position missing" => Positions(Enumerable.Range(1, 95)),
            "a position twice" => Positions(Enumerable.Range(1, 95).Append(95)),
            "a position too many" => Positions(Enumerable.Range(1, 97)),
            "from position 0" => Positions(Enumerable.Range(2, 96)),
            "a negative quantity" => Points(point => point with { Quantity = -1, MinimumQuantity = null }),
            "less than a watt" => Points(point => point with { Quantity = 1.0000001m }),
            "energy for power" => Series(series with { QuantityUnit = "MWH", Periods = [run with { Interval = new EsmpInterval(run.Interval.Start, run.Interval.Start.AddMinutes(15)), Points = [run.Points[0]] }] }),
            "more at least than at all" => Points(point => point with { MinimumQuantity = 2 }),
            "a price without a unit" => Series(series with { EnergyPriceUnit = null, Periods = [run with { Interval = new EsmpInterval(run.Interval.Start, run.Interval.Start.AddMinutes(15)), Points = [run.Points[0]] }] }),
            "a price without a currency" => Series(series with { Currency = null, Periods = [run with { Interval = new EsmpInterval(run.Interval.Start, run.Interval.Start.AddMinutes(15)), Points = [run.Points[0]] }] }),
            "too fine a price" => Points(point => point with { EnergyPrice = 68.5001m }),
            "over the cap" => Points(point => point with { EnergyPrice = 3_000.001m }),
            "below the floor" => Points(point => point with { EnergyPrice = -0.001m }),
            _ => bids,
        };
    }
}

using System.Text;
using CsCheck;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Esmp;

/// <summary>Documents of IEC 62325-451 as bytes and as records, beside the standard's own schemas.</summary>
public sealed class EsmpCodecTests
{
    public static TheoryData<int> Examples => [.. Enumerable.Range(0, EsmpExamples.All.Count)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void What_is_written_is_valid_by_the_standards_schema(int example) =>
        Assert.Empty(EsmpSchemas.Against(EsmpCodec.Write(EsmpExamples.All[example])));

    [Theory]
    [MemberData(nameof(Examples))]
    public void What_is_written_is_read_back_the_same(int example)
    {
        var document = EsmpExamples.All[example];
        Assert.Equal(document, EsmpCodec.Read(EsmpCodec.Write(document)).Document);
    }

    [Fact]
    public void Random_bids_are_valid_and_come_back_the_same_and_so_do_their_offers() => EsmpExamples.RandomBids.Sample(
        document =>
        {
            var bytes = EsmpCodec.Write(document);
            Assert.Equal(document, EsmpCodec.Read(bytes).Document);
            Assert.Empty(EsmpSchemas.Against(bytes));
            var offers = ReserveOffers.Of(document).ToList();
            var again = ReserveOffers.ToDocument(offers, document.MRid, document.Revision, document.Interval, EsmpExamples.Frame with { Version = document.Version }, EsmpExamples.AtProvider, document.CreatedAt);
            Assert.Equal(document, again);
        },
        iter: 200);

    [Fact]
    public void Random_bids_keep_the_rules_of_their_day() => EsmpExamples.RandomBids.Sample(
        document => Assert.Empty(EsmpRules.Check(document, EsmpExamples.AtOperator with { PriceFloor = null }, document.CreatedAt)),
        iter: 300);

    [Theory]
    [InlineData("2026-03-29", 92)]
    [InlineData("2026-07-15", 96)]
    [InlineData("2026-10-25", 100)]
    public void A_day_has_as_many_positions_as_the_clock_gives_it(string date, int periods)
    {
        // Directive 2000/84/EC: clocks change on the last Sundays of March and October.
        var bids = EsmpExamples.Bids(new MarketDay(DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture)));
        var read = Assert.IsType<ReserveBidDocument>(EsmpCodec.Read(EsmpCodec.Write(bids)).Document);
        Assert.Equal(periods, Assert.Single(ReserveOffers.Of(read)).Periods.Count);
        Assert.Empty(EsmpRules.Check(read, EsmpExamples.AtOperator, read.Interval.Start.AddHours(-1)));
    }

    [Fact]
    public void Decimals_are_read_whole_or_not_at_all()
    {
        // 1.234567 MW = 1 234 567 W; a seventh digit is a tenth of a watt. 68.5 EUR/MWh = 68 500 µEUR/kWh.
        Assert.Equal(1_234_567, EsmpQuantity.Watts(1.234567m, "MAW"));
        Assert.Null(EsmpQuantity.Watts(1.2345671m, "MAW"));
        Assert.Equal(68_500, EsmpQuantity.MicroEurPerKWh(68.5m, "MWH"));
        Assert.Null(EsmpQuantity.MicroEurPerKWh(68.5001m, "MWH"));
        Assert.Equal(-250_000, EsmpQuantity.MicroEurPerKWh(-0.25m, "KWH"));
        Assert.Null(EsmpQuantity.Watts(1, "MWH"));
        Assert.Null(EsmpQuantity.Watts(0.3333333333333333333333333333m, "MAW"));
    }

    [Theory]
    [InlineData("<revisionNumber>1</revisionNumber>", "<revisionNumber>0</revisionNumber>", "revisionNumber")]
    [InlineData("<revisionNumber>1</revisionNumber>", "<revisionNumber>1000</revisionNumber>", "revisionNumber")]
    [InlineData("<revisionNumber>1</revisionNumber>", "", "revisionNumber")]
    [InlineData("<revisionNumber>1</revisionNumber>", "<revisionNumber>1</revisionNumber><revisionNumber>1</revisionNumber>", "revisionNumber")]
    [InlineData("<type>A37</type>", "<type>A37 </type>", "type")]
    [InlineData("<type>A37</type>", "<type xmlns=\"urn:other\">A37</type>", "type")]
    [InlineData("<createdDateTime>2026-07-14T14:00:00Z", "<createdDateTime>2026-07-14T16:00:00+02:00", "createdDateTime")]
    [InlineData("<start>2026-07-14T22:00Z</start>", "<start>2026-02-30T22:00Z</start>", "reserveBid_Period.timeInterval/start")]
    [InlineData("<position>7</position>", "<position>7.0</position>", "Point[7]/position")]
    [InlineData("<quantity.quantity>1.5</quantity.quantity>", "<quantity.quantity>1,5</quantity.quantity>", "Point[1]/quantity.quantity")]
    [InlineData("<quantity.quantity>1.5</quantity.quantity>", "<quantity.quantity>1.5e3</quantity.quantity>", "Point[1]/quantity.quantity")]
    [InlineData("<quantity.quantity>1.5</quantity.quantity>", "<quantity.quantity>NaN</quantity.quantity>", "Point[1]/quantity.quantity")]
    [InlineData("<energy_Price.amount>120.5</energy_Price.amount>", "<energy_Price.amount>123456789012345678</energy_Price.amount>", "Point[1]/energy_Price.amount")]
    [InlineData("codingScheme=\"NIT\"", "codingScheme=\"NXX\"", "registeredResource.mRID")]
    [InlineData("<divisible>A01</divisible>", "<divisible>true</divisible>", "divisible")]
    [InlineData("<resolution>PT15M</resolution>", "<resolution>P1M</resolution>", "resolution")]
    [InlineData("</Bid_TimeSeries>", "</Bid_TimeSeries><Extra/>", "Extra")]
    public void A_fault_is_named_by_its_place(string right, string wrong, string place)
    {
        var text = Encoding.UTF8.GetString(EsmpCodec.Write(EsmpExamples.Bids()));
        var at = text.IndexOf(right, StringComparison.Ordinal);
        Assert.True(at >= 0, right);
        var reading = EsmpCodec.Read(Encoding.UTF8.GetBytes(text[..at] + wrong + text[(at + right.Length)..]));
        Assert.Null(reading.Document);
        Assert.Contains(reading.Faults, fault => fault.Path.EndsWith(place, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PT15M", 900L, "PT15M")]
    [InlineData("PT900S", 900L, "PT15M")]
    [InlineData("PT1H30M", 5_400L, "PT90M")]
    [InlineData("PT7S", 7L, "PT7S")]
    [InlineData("P1D", 86_400L, "PT1440M")]
    [InlineData("P99999D", 8_639_913_600, "P99999D")]
    [InlineData("P2DT1M1S", 172_861L, "P2DT61S")]
    [InlineData("P99999DT1S", null, null)]
    [InlineData("P1Y", null, null)]
    [InlineData("-PT15M", null, null)]
    [InlineData("PT1.5S", null, null)]
    [InlineData("P", null, null)]
    [InlineData("P1DT", null, null)]
    public void A_duration_is_read_in_seconds_and_written_so_that_it_is_read_again(string text, long? seconds, string? written)
    {
        var part = new XmlPartAttribute("duration");
        var read = (TimeSpan?)XmlValues.Parse(typeof(TimeSpan), text, part);
        Assert.Equal(seconds, (long?)read?.TotalSeconds);
        Assert.Equal(written, read is { } span ? XmlValues.Format(span, part) : null);
        Assert.Equal(read, written is null ? null : XmlValues.Parse(typeof(TimeSpan), written, part));
    }

    [Fact]
    public void A_document_that_would_not_be_read_back_is_not_written()
    {
        var refused = Assert.Throws<ArgumentException>(() => EsmpCodec.Write(EsmpExamples.Bids() with { MRid = new string('x', 61) }));
        Assert.Contains("mRID", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => EsmpCodec.Write(EsmpExamples.Bids() with { Sender = new CodedId("10XBSP-FI-001---A", "A01") }));
    }

    [Fact]
    public void A_refused_document_says_who_sent_it_as_far_as_it_can_be_read()
    {
        var text = Encoding.UTF8.GetString(EsmpCodec.Write(EsmpExamples.Bids())).Replace("A47", "A99", StringComparison.Ordinal);
        var reading = EsmpCodec.Read(Encoding.UTF8.GetBytes(text));
        Assert.Null(reading.Document);
        Assert.Equal(("BIDS-2026-07-15", 1, "A37", null), (reading.Envelope.MRid, reading.Envelope.Revision!.Value, reading.Envelope.Type, reading.Envelope.ProcessType));
        Assert.Equal(EsmpExamples.Provider, reading.Envelope.Sender);
    }

    [Fact]
    public void A_result_in_variable_blocks_holds_each_value_until_the_next()
    {
        // Positions 1 and 3 of four: 1.5 MW twice, then 0.75 MW twice; 120.5 EUR/MWh and 2.25 EUR/MW.
        var result = Assert.Single(MarketResults.Of(EsmpExamples.Result()));
        Assert.Equal([1_500_000, 1_500_000, 750_000, 750_000], result.Periods.Select(period => period.Watts));
        Assert.All(result.Periods, period => Assert.Equal((120_500L, 2_250_000L), (period.MicroEurPerKWh!.Value, period.MicroEurPerMW!.Value)));
        Assert.Equal("UP-1", result.BidId);
    }

    [Fact]
    public void An_account_is_read_in_watt_hours()
    {
        // 0.001 MWh × position, at −5.25 EUR/MWh.
        var account = Assert.Single(MarketResults.Of(EsmpExamples.Account()));
        Assert.Equal(96, account.Periods.Count);
        Assert.Equal(new AccountedPeriod(96_000, 0, -5_250), account.Periods[95]);
        Assert.Equal("IT001E12345678", account.MeteringPoint);
    }

    [Fact]
    public void A_grid_operators_limit_is_read_in_watts()
    {
        var limit = Assert.Single(MarketResults.Of(EsmpExamples.Availability()));
        Assert.Equal((400_000L, "UP-1", EsmpExamples.Evening), (limit.MostWatts, limit.BidId, limit.Interval));
    }

    [Fact]
    public void Orders_come_back_the_same_and_an_answer_orders_nothing()
    {
        var order = Assert.Single(ActivationOrders.Of(EsmpExamples.Order(revision: 3)));
        Assert.Equal(("ORDER-77", 3, "UP-1", false, 4), (order.DocumentId, order.Revision, order.BidId, order.IsCancelled, order.Watts.Count));
        Assert.Equal(ValueList.From([1_000_000L, 1_000_000, 1_000_000, 750_000]), order.Watts);
        Assert.True(Assert.Single(ActivationOrders.Of(EsmpExamples.Order(isCancelled: true))).IsCancelled);
        var answer = ActivationOrders.Answer(EsmpExamples.Order(revision: 3), "A-1", _ => null, EsmpExamples.Now);
        Assert.Empty(ActivationOrders.Of(answer));
        Assert.Equal(("A07", "ORDER-77", 3), (answer.Series[0].Status, answer.OrderId, answer.OrderRevision!.Value));
    }
}

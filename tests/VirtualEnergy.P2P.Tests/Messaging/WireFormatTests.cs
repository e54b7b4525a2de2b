using System.Text;
using System.Text.Json;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Messaging;

public sealed class WireFormatTests
{
    private static readonly MemberId Ada = new("0x" + new string('a', 40));
    private static readonly MemberId Ben = new("0x" + new string('b', 40));

    [Fact]
    public void Every_bid_comes_back_as_it_was_written() =>
        MessageGens.Bid.Sample(bid => WireFormat.TryReadBid(WireFormat.Write(bid), bid.Bid.Member, out var read, out _) && read == bid);

    [Fact]
    public void Every_receipt_comes_back_as_it_was_written() =>
        MessageGens.Receipt.Sample(receipt => WireFormat.TryReadReceipt(WireFormat.Write(receipt), out var read, out _) && read == receipt);

    [Fact]
    public void Every_market_description_comes_back_as_it_was_written() =>
        MessageGens.Market.Sample(market => WireFormat.TryReadMarket(WireFormat.Write(market), out var read, out _) && read == market);

    [Fact]
    public void Every_announcement_comes_back_as_it_was_written() =>
        MessageGens.Announcement.Sample(round => WireFormat.TryReadAnnouncement(WireFormat.Write(round), out var read, out _) && read == round);

    [Fact]
    public void Every_round_result_comes_back_as_it_was_written() =>
        MessageGens.Result.Sample(result => WireFormat.TryReadResult(WireFormat.Write(result), out var read, out _) && read == result);

    [Fact]
    public void Every_meter_reading_comes_back_as_it_was_written() =>
        MessageGens.Reading.Sample(reading => WireFormat.TryReadMeterReading(WireFormat.Write(reading), out var read, out _) && read == reading);

    [Fact]
    public void Every_metered_period_its_receipts_and_disputes_come_back_as_they_were_written()
    {
        MessageGens.Deviations.Sample(result => WireFormat.TryReadDeviations(WireFormat.Write(result), out var read, out _) && read == result);
        MessageGens.ReadingReceipt.Sample(receipt => WireFormat.TryReadReadingReceipt(WireFormat.Write(receipt), out var read, out _) && read == receipt);
        MessageGens.Dispute.Sample(dispute => WireFormat.TryReadDispute(WireFormat.Write(dispute), out var read, out _) && read == dispute);
    }

    [Fact]
    public void Ten_thousand_members_with_a_reading_each_stay_far_below_the_limit()
    {
        var most = new Energy(long.MaxValue);
        var reading = new MeterReading(Ada, new Period(1), long.MaxValue, most, most, most, most, most, [.. new byte[65]]);
        var position = new PublishedPosition(
            new SettledPosition(new MeteredPosition(Ada, most, -most, most), most), most, new MeteredSource(reading, 0, false));
        var result = new DeviationResult(new Period(1), default, [.. Enumerable.Repeat(position, 10_000)], [], default);

        Assert.InRange(WireFormat.Write(result).Length, 1, WireFormat.MaxDeviationResultBytes / 2);
        Assert.True(WireFormat.TryReadDeviations(WireFormat.Write(result), out _, out _));
    }

    [Fact]
    public void Every_status_comes_back_as_it_was_written() =>
        MessageGens.Status.Sample(status => WireFormat.TryReadStatus(WireFormat.Write(status), out var read, out _) && read == status);

    // The example of docs/messages.md: others write their own readers after it, so these bytes are a promise.
    [Fact]
    public void A_bid_has_the_documented_bytes()
    {
        var bid = new Bid(
            Ada, new Period(1_994_832), 7, [new Step(new Price(210_000), new Energy(500)), new Step(new Price(120_000), new Energy(1_500))],
            [new Step(new Price(300_000), new Energy(800))]);

        var written = Encoding.UTF8.GetString(WireFormat.Write(new BidMessage(bid, [.. new byte[65]])));

        Assert.Equal(
            $$"""{"member":"{{Ada}}","period":1994832,"number":7,"buy":[[210000,500],[120000,1500]],"sell":[[300000,800]],"signature":"0x{{new string('0', 130)}}"}""",
            written);
    }

    /// <summary>Bids and receipts of admitted ones are written without a JSON writer; here System.Text.Json says what they must be.</summary>
    [Fact]
    public void A_bid_and_its_receipt_are_written_as_any_JSON_writer_would()
    {
        MessageGens.Bid.Where(message => message.Bid.Preferences.IsNone).Sample(message => Assert.Equal(
            JsonSerializer.SerializeToUtf8Bytes(new
            {
                member = message.Bid.Member.Value, period = message.Bid.Period.Index, number = message.Bid.Number, buy = Pairs(message.Bid.Buy),
                sell = Pairs(message.Bid.Sell), signature = "0x" + Convert.ToHexStringLower(message.Signature.AsSpan()),
            }),
            WireFormat.Write(message)));
        MessageGens.Receipt.Where(receipt => receipt is { Accepted: true, Path.Length: > 0 }).Sample(receipt => Assert.Equal(
            JsonSerializer.SerializeToUtf8Bytes(new
            {
                member = receipt.Member.Value, period = receipt.Period.Index, number = receipt.Number, bid = receipt.BidHash.ToString(), accepted = true,
                place = receipt.Place, path = receipt.Path.Select(hash => hash.ToString()), signature = "0x" + Convert.ToHexStringLower(receipt.Signature.AsSpan()),
            }),
            WireFormat.Write(receipt)));

        static IEnumerable<long[]> Pairs(IEnumerable<Step> steps) => steps.Select(step => new[] { step.Price.MicroEurPerKWh, step.Energy.WattHours });
    }

    [Fact]
    public void An_instant_is_written_in_UTC_whatever_its_offset()
    {
        // 12:15 at +02:00 is 10:15 UTC.
        var local = new DateTimeOffset(2026, 7, 1, 12, 15, 0, TimeSpan.FromHours(2));

        var written = Encoding.UTF8.GetString(WireFormat.Write(new RoundAnnouncement(new Period(1), local, local)));

        Assert.Equal("""{"period":1,"deliveryStart":"2026-07-01T10:15:00Z","gateClosesAt":"2026-07-01T10:15:00Z"}""", written);
    }

    [Fact]
    public void A_round_without_trades_has_a_null_price()
    {
        var nothing = new RoundResult(new Period(1), null, Energy.Zero, 3, [], default, default, default);

        Assert.Contains("\"priceMicroEurPerKWh\":null", Encoding.UTF8.GetString(WireFormat.Write(nothing)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_detail_that_is_too_long_is_cut_so_that_the_receipt_can_be_read()
    {
        var receipt = new BidReceipt(Ada, new Period(1), 1, default, false, "malformed", new string('x', 10_000), []);

        Assert.True(WireFormat.TryReadReceipt(WireFormat.Write(receipt), out var read, out _));
        Assert.Equal(WireFormat.MaxDetailLength, read.Detail!.Length);
    }

    [Fact]
    public void A_bid_of_33_steps_is_read_so_that_admission_can_name_the_reason()
    {
        var steps = Enumerable.Range(0, 33).Select(i => new Step(new Price(long.MinValue + i), new Energy(long.MaxValue)));
        var bid = new BidMessage(new Bid(Ada, new Period(1), 1, [.. steps], []), [.. new byte[65]]);

        Assert.True(WireFormat.TryReadBid(WireFormat.Write(bid), Ada, out var read, out _));
        Assert.Equal(33, read.Bid.Buy.Length);
    }

    [Fact]
    public void Two_thousand_trades_a_round_stay_far_below_the_limit()
    {
        var trades = Enumerable.Repeat(new Trade(Ada, Ben, new Energy(long.MaxValue), new Price(long.MinValue)), 2_000);
        var result = new RoundResult(new Period(1), new Price(1), new Energy(1), 1, [.. trades], default, default, default);

        Assert.InRange(WireFormat.Write(result).Length, 1, WireFormat.MaxRoundResultBytes / 4);
        Assert.True(WireFormat.TryReadResult(WireFormat.Write(result), out _, out _));
    }

    /// <summary>A bid under its member's topic may be read the short way, without a topic never.</summary>
    [Fact]
    public void A_bid_reads_the_same_the_short_way_and_the_long_way() => MessageGens.Bid.Sample(
        bid =>
        {
            var payload = WireFormat.Write(bid);
            Assert.True(WireFormat.TryReadBid(payload, bid.Bid.Member, out var read, out _));
            Assert.True(WireFormat.TryReadBid(payload, null, out var slowly, out _));
            Assert.Equal(bid, read);
            Assert.Equal(slowly, read);
        },
        iter: 500);

    [Fact]
    public void A_byte_changed_anywhere_in_a_bid_has_the_same_consequence_both_ways()
    {
        var bid = new BidMessage(new Bid(Ada, new Period(1), 10, [new Step(new Price(-200), new Energy(100))], []), [.. new byte[65]]);
        var payload = WireFormat.Write(bid);
        foreach (var (at, value) in
            from at in Enumerable.Range(0, payload.Length) from value in "0-+9a\"[]{},: \0"u8.ToArray() select (at, value))
        {
            var changed = payload.ToArray();
            changed[at] = value;
            CheckBothWays(changed);
        }

        for (var length = 0; length < payload.Length; length++)
        {
            CheckBothWays(payload[..length]);
        }

        CheckBothWays([.. payload, (byte)' ']);
    }

    private static void CheckBothWays(byte[] payload)
    {
        var isRead = WireFormat.TryReadBid(payload, Ada, out var read, out var refusal);
        var isReadSlowly = WireFormat.TryReadBid(payload, null, out var slowly, out var slowRefusal);
        if (isReadSlowly && slowly!.Bid.Member != Ada)
        {
            Assert.Equal(RejectionReason.Malformed, refusal!.Reason); // another member's, which only the topic tells
        }
        else
        {
            Assert.Equal(isReadSlowly, isRead);
            Assert.Equal(slowly, read);
            Assert.Equal(slowRefusal, refusal);
        }
    }
}

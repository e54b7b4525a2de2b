using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Funds;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange.Funds;

/// <summary>Mandates and bids at their desks, with a journal in a temporary file; everything else is memory.</summary>
public sealed class MandateDeskTests : IAsyncDisposable
{
    private static readonly Period Open = new(1_995_460); // 2026-11-29 01:00 UTC
    private static readonly EthereumKey Anna = Key(1);
    private static readonly EthereumKey ExchangeKey = Key(9);
    private static readonly MarketDomain Domain = new(31337, ExchangeKey.Address);
    private static readonly MandateSigning Signing = new(Domain);
    private static readonly MemberId AnnaId = Anna.Address.ToMember();
    private static readonly MemberId Bice = Key(2).Address.ToMember();

    private readonly string _folder = Directory.CreateTempSubdirectory("ve-mandates-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly OpenRound _open = new(MarketRules.Default);
    private readonly FundsLedger _ledger = new();
    private readonly MemberDirectory _members;
    private readonly MandateBook _book = new(MarketRules.Default);
    private readonly ExchangeJournal _journal;
    private readonly MqttLink _link;
    private readonly FundsWatch _watch;
    private readonly MandateDesk _desk;
    private readonly AdmissionDesk _bids;

    public MandateDeskTests()
    {
        ImmutableArray<Member> members = [new(AnnaId, "Anna", new ZoneId("A"), 8_000), new(Bice, "Bice", new ZoneId("A"), 8_000)];
        _members = new MemberDirectory(members);
        _journal = OpenJournal();
        _link = new MqttLink(new MqttLinkOptions { Broker = BrokerAddress.Parse("mqtt://127.0.0.1:1"), ClientId = "test" }, _time, NullLogger.Instance);
        var options = new ExchangeOptions
        {
            Community = "test", Rpc = new Uri("http://127.0.0.1:1"), Contract = ExchangeKey.Address, Key = ExchangeKey, JournalPath = "", Members = members,
        };
        _watch = new FundsWatch(options, _ledger, _book, _members, new MarketPublisher(_link, NullLogger<MarketPublisher>.Instance), new Topics("test"), NullLogger<FundsWatch>.Instance);
        _desk = new MandateDesk(_members, _book, _watch, _journal, Domain, ExchangeKey, NullLogger<MandateDesk>.Instance);
        _bids = new AdmissionDesk(MarketRules.Default, _members, _open, _ledger, _book, _journal, Domain, ExchangeKey);
        _ledger.Observe([new(AnnaId, new Money(50_000_000)), new(Bice, new Money(50_000_000))]);
        _ = _open.Open(Open, default, _members.Active, []);
    }

    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync();
        await _journal.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_mandate_that_was_taken_has_a_receipt_that_the_exchange_signed()
    {
        var mandate = new Mandate(AnnaId, 1, 3_000_000);
        var receipt = await GiveAsync(mandate);
        Assert.True(receipt.Accepted);
        Assert.True(Signing.IsReceiptOf(ExchangeKey.Address, mandate, receipt.Signature.AsSpan()));
        Assert.Equal(receipt, await GiveAsync(mandate)); // said again, answered alike
        Assert.Single(_journal.Mandates());
    }

    [Fact]
    public async Task What_was_bought_on_the_day_and_the_worst_case_of_the_bid_stay_within_it()
    {
        // 3.00 EUR a day; 1 kWh at 2.00 EUR was bought at midnight, so 1.00 is left: 2,000 Wh at 0.50 EUR/kWh, and not a tick more.
        await GiveAsync(new Mandate(AnnaId, 1, 3_000_000));
        _watch.Replay(Round(new Period(1_995_456), new Trade(AnnaId, Bice, new Energy(1_000), new Price(2_000_000))), []);
        var refused = await BidAsync(1, 500_100, 2_000);
        Assert.Equal("over-mandate", refused.Reason);
        Assert.Contains("leaves 1000000 µEUR", refused.Detail, StringComparison.Ordinal);
        Assert.True((await BidAsync(2, 500_000, 2_000)).Accepted);
    }

    [Fact]
    public async Task Yesterday_does_not_count()
    {
        await GiveAsync(new Mandate(AnnaId, 1, 1_000_000));
        _watch.Replay(Round(new Period(1_995_455), new Trade(AnnaId, Bice, new Energy(1_000), new Price(900_000))), []); // 23:45 the day before
        Assert.True((await BidAsync(1, 500_000, 2_000)).Accepted);
    }

    [Fact]
    public async Task The_highest_number_counts_and_an_old_one_cannot_be_said_again()
    {
        await GiveAsync(new Mandate(AnnaId, 5, 1_000_000));
        Assert.Equal("stale-number", (await GiveAsync(new Mandate(AnnaId, 5, 9_000_000))).Reason);
        Assert.Equal("stale-number", (await GiveAsync(new Mandate(AnnaId, 4, 9_000_000))).Reason);
        Assert.Equal("over-mandate", (await BidAsync(1, 600_000, 2_000)).Reason);
        Assert.True((await GiveAsync(new Mandate(AnnaId, 6, Mandate.Unlimited))).Accepted);
        Assert.True((await BidAsync(1, 600_000, 2_000)).Accepted);
    }

    [Fact]
    public async Task Whoever_she_is_not_gives_no_mandate_for_her()
    {
        var mandate = new Mandate(AnnaId, 1, 0);
        Assert.Equal("wrong-signature", (await GiveAsync(mandate, Key(2))).Reason);
        var stranger = Key(5).Address.ToMember();
        Assert.Equal("unknown-member", (await GiveAsync(mandate with { Member = stranger }, Key(5), stranger)).Reason);
        Assert.Equal("malformed", (await GiveAsync(mandate, Anna, Bice)).Reason); // another's topic
        Assert.Equal("malformed", (await _desk.AnswerAsync(AnnaId, "garbage"u8)).Reason);
        Assert.Equal("too-large", (await _desk.AnswerAsync(AnnaId, new byte[WireFormat.MaxSmallBytes + 1])).Reason);
        Assert.Null(_book.Of(AnnaId));
        Assert.Empty(_journal.Mandates());
    }

    [Fact]
    public async Task After_a_restart_it_holds_with_all_that_was_spent()
    {
        await GiveAsync(new Mandate(AnnaId, 1, 9_000_000));
        await GiveAsync(new Mandate(AnnaId, ulong.MaxValue, 3_000_000));
        await _journal.AppendRoundAsync(Round(new Period(1_995_456), new Trade(AnnaId, Bice, new Energy(1_000), new Price(2_000_000))));
        await _journal.DisposeAsync();
        await using var again = OpenJournal();
        var book = new MandateBook(MarketRules.Default);
        foreach (var given in again.Mandates())
        {
            book.Confirm(given);
        }

        var round = again.Round(new Period(1_995_456))!;
        book.Clear(round.Period, round.Trades, round.Charges);
        Assert.Equal(new Money(1_000_000), book.Left(AnnaId, Open)); // 3.00 − 2.00
        Assert.Equal(ulong.MaxValue, book.LastNumber(AnnaId));
    }

    [Fact]
    public async Task A_mandate_below_what_is_spent_leaves_less_than_nothing_and_selling_goes_on()
    {
        _watch.Replay(Round(new Period(1_995_456), new Trade(AnnaId, Bice, new Energy(1_000), new Price(2_000_000))), []);
        await GiveAsync(new Mandate(AnnaId, 1, 500_000));
        Assert.Equal(new Money(-1_500_000), _book.Left(AnnaId, Open));
        Assert.Equal("over-mandate", (await BidAsync(1, 100_000, 1)).Reason); // 100 µEUR
        var sale = new Bid(AnnaId, Open, 2, [], [new Step(new Price(100_000), new Energy(500))]);
        Assert.True((await AnswerAsync(sale)).Accepted);
    }

    private static EthereumKey Key(byte fill) => EthereumKey.FromBytes([.. Enumerable.Repeat(fill, 32)]);

    private static JournalledRound Round(Period period, params ImmutableArray<Trade> trades) =>
        new(period, null, null, Energy.Zero, 0, trades, default, default, default, null);

    private Task<MandateReceipt> GiveAsync(Mandate mandate, EthereumKey? key = null, MemberId? sender = null) =>
        _desk.AnswerAsync(sender ?? AnnaId, WireFormat.Write(new MandateMessage(mandate, Signing.Sign(mandate, key ?? Anna))));

    private Task<BidReceipt> BidAsync(long number, long price, long wattHours) =>
        AnswerAsync(new Bid(AnnaId, Open, number, [new Step(new Price(price), new Energy(wattHours))], []));

    private Task<BidReceipt> AnswerAsync(Bid bid) =>
        _bids.AnswerAsync(AnnaId, WireFormat.Write(new BidMessage(bid, new BidSigning(Domain).Sign(bid, Anna).Signature)));

    private ExchangeJournal OpenJournal() =>
        ExchangeJournal.Open(Path.Combine(_folder, "journal.db"), new JournalIdentity("test", 31337, ExchangeKey.Address.ToString()), _time);
}

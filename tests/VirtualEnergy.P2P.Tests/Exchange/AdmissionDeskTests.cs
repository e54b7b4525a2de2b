using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Funds;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

/// <summary>The desk with a journal in a temporary file; everything else is memory.</summary>
public sealed partial class AdmissionDeskTests : IAsyncDisposable
{
    private static readonly Period Open = new(1_000);
    private static readonly EthereumKey Anna = EthereumKey.FromBytes([.. Enumerable.Repeat((byte)1, 32)]);
    private static readonly EthereumKey ExchangeKey = EthereumKey.FromBytes([.. Enumerable.Repeat((byte)9, 32)]);
    private static readonly MarketDomain Domain = new(31337, ExchangeKey.Address);
    private static readonly MemberId AnnaId = Anna.Address.ToMember();
    private static readonly JournalIdentity Identity = new("test", 31337, ExchangeKey.Address.ToString());

    private readonly string _folder = Directory.CreateTempSubdirectory("ve-desk-").FullName;
    private readonly MemberDirectory _members = new([new Member(AnnaId, "Anna", new ZoneId("A"), 8_000)]);
    private readonly OpenRound _open = new(MarketRules.Default);
    private readonly FundsLedger _ledger = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ExchangeJournal _journal;
    private readonly AdmissionDesk _desk;

    public AdmissionDeskTests()
    {
        _journal = ExchangeJournal.Open(Path.Combine(_folder, "journal.db"), Identity, _time);
        _desk = new AdmissionDesk(MarketRules.Default, _members, _open, _ledger, new MandateBook(MarketRules.Default), _journal, Domain, ExchangeKey);
        _ledger.Observe([new(AnnaId, new Money(1_000_000))]);
        _ = _open.Open(Open, default, _members.Active, []);
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_admitted_bid_is_in_the_journal_and_its_receipt_is_signed_by_the_exchange()
    {
        var signed = Sign(Buy(1, 500));
        var receipt = await AnswerAsync(signed);
        Assert.True(receipt.Accepted);
        Assert.True(new ReceiptSigning(Domain).IsSignedBy(ExchangeKey.Address, ReceiptedBid.Of(signed), SignatureOf(receipt)));
        var journalled = Assert.Single(_journal.Bids(Open));
        Assert.Equal(signed.Bid, journalled.Signed.Bid);
        Assert.Equal(receipt, journalled.Receipt);
    }

    [Fact]
    public async Task The_same_bid_twice_gets_the_same_receipt_and_counts_once()
    {
        var signed = Sign(Buy(1, 500));
        var first = await AnswerAsync(signed);
        Assert.Equal(first, await AnswerAsync(signed));
        Assert.Single(_journal.Bids(Open));
        Assert.Equal(1, _open.BidsReceived);
    }

    [Fact]
    public async Task An_admitted_bid_that_comes_again_after_gate_closure_still_gets_its_receipt()
    {
        var signed = Sign(Buy(1, 500));
        var first = await AnswerAsync(signed);
        await _open.CloseAsync();
        _ = _open.Open(Open.Next, default, _members.Active, []);
        Assert.Equal(first, await AnswerAsync(signed));
        Assert.Equal(0, _open.BidsReceived);
    }

    [Fact]
    public async Task A_number_used_before_is_stale()
    {
        await AnswerAsync(Sign(Buy(5, 500)));
        Assert.Equal("stale-number", (await AnswerAsync(Sign(Buy(5, 600)))).Reason);
        Assert.Equal("stale-number", (await AnswerAsync(Sign(Buy(4, 600)))).Reason);
        Assert.True((await AnswerAsync(Sign(Buy(6, 600)))).Accepted);
    }

    [Fact]
    public async Task The_highest_number_counts_at_gate_closure()
    {
        var answers = new[] { Buy(1, 500), Buy(2, 700), Buy(3, 600) }.Select(bid => AnswerAsync(Sign(bid))).ToArray();
        Assert.All(await Task.WhenAll(answers), receipt => Assert.True(receipt.Accepted));
        Assert.Equal(3, Assert.Single(await _open.CloseAsync()).Bid.Number);
    }

    [Fact]
    public async Task The_indication_is_of_the_bids_that_count_and_stands_until_the_next_gate_opens()
    {
        Assert.Equal(new Indication(null, Energy.Zero), _open.Indication);
        await AnswerAsync(Sign(Buy(1, 500)));
        await AnswerAsync(Sign(Buy(2, 700)));
        Assert.Equal(new Indication(null, Energy.Zero), _open.Indication); // nobody sells

        // Another seller of 700 Wh at 10 ct: admission would not know her, the round does not ask.
        var seller = new Bid(new MemberId("bice"), Open, 1, [], [new Step(new Price(100_000), new Energy(700))]);
        Assert.True(_open.TryEnter(seller));
        _open.Confirm(new JournalledBid(new SignedBid(seller, default, []), new BidReceipt(seller.Member, Open, 1, default, true, null, null, [])));
        var met = new Indication(new Price(150_000), new Energy(700)); // both filled whole: half-way between 10 and 20 ct
        Assert.Equal(met, _open.Indication);
        await _open.CloseAsync();
        Assert.Equal(met, _open.Indication);
        _ = _open.Open(Open.Next, default, _members.Active, []);
        Assert.Equal(new Indication(null, Energy.Zero), _open.Indication);
    }

    [Fact]
    public async Task A_late_bid_is_told_that_the_gate_is_closed()
    {
        await _open.CloseAsync();
        Assert.Equal("gate-closed", (await AnswerAsync(Sign(Buy(1, 500)))).Reason);
        _ = _open.Open(Open.Next, default, _members.Active, []);
        Assert.Equal("gate-closed", (await AnswerAsync(Sign(Buy(1, 500)))).Reason);
    }

    [Fact]
    public async Task A_refused_bid_leaves_no_trace()
    {
        var forged = Sign(Buy(1, 500)) with { Signature = [.. new byte[65]] };
        Assert.Equal("wrong-signature", (await AnswerAsync(forged)).Reason);
        Assert.Empty(_journal.Bids(Open));
        Assert.Equal(0, _open.BidsReceived);
        Assert.True((await AnswerAsync(Sign(Buy(1, 500)))).Accepted);
    }

    [Fact]
    public async Task What_the_worst_case_costs_must_be_there()
    {
        // 2000 Wh at 500 000 µEUR/kWh are 1 000 000 µEUR, exactly what she has; one tick more is too much.
        Assert.True((await AnswerAsync(Sign(Bid(1, new Step(new Price(500_000), new Energy(2_000)))))).Accepted);
        var receipt = await AnswerAsync(Sign(Bid(2, new Step(new Price(500_100), new Energy(2_000)))));
        Assert.Equal("insufficient-funds", receipt.Reason);
        Assert.Contains("1000200 µEUR", receipt.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_bid_are_answered_too()
    {
        var receipt = await _desk.AnswerAsync(AnnaId, "garbage"u8.ToArray());
        Assert.False(receipt.Accepted);
        Assert.Equal("malformed", receipt.Reason);
    }

    [Fact]
    public async Task A_journal_that_was_closed_without_goodbye_gives_the_open_round_its_bids_back()
    {
        await AnswerAsync(Sign(Buy(1, 500)));
        await using var again = ExchangeJournal.Open(AsAKillLeavesIt(), Identity, _time);
        var resumed = new OpenRound(MarketRules.Default);
        _ = resumed.Open(Open, default, _members.Active, again.Bids(Open));
        Assert.Equal(1, resumed.BidsReceived);
        Assert.Equal(1, resumed.LastNumber(AnnaId));
    }

    [Fact]
    public void The_journal_of_another_contract_is_refused()
    {
        var other = Identity with { Contract = Anna.Address.ToString() };
        var refused = Assert.Throws<JournalException>(() => ExchangeJournal.Open(AsAKillLeavesIt(), other, _time));
        Assert.Contains("belongs to", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_has_one_exchange_at_a_time_by_whichever_name()
    {
        var (path, link) = (Path.Combine(_folder, "journal.db"), Path.Combine(_folder, "link.db"));
        File.CreateSymbolicLink(link, path);
        Assert.All([path, link], name => Assert.Contains(
            "is in use by another exchange", Assert.Throws<JournalException>(() => ExchangeJournal.Open(name, Identity, _time)).Message, StringComparison.Ordinal));

        await _journal.DisposeAsync();
        await using var next = ExchangeJournal.Open(link, Identity, _time);
        Assert.True(next.IsHealthy);
    }

    [Fact]
    public void A_flood_of_one_member_uses_up_only_her_own_share()
    {
        var rate = new MessageRate(_members, perSecond: 10, _time);
        var stranger = new MemberId("0x0000000000000000000000000000000000000001");
        Assert.Equal(20, Enumerable.Range(0, 1_000).Count(_ => rate.TryTake(stranger))); // twice the rate at once
        Assert.True(rate.TryTake(AnnaId));
        Assert.False(rate.TryTake(new MemberId("0x0000000000000000000000000000000000000002"))); // strangers share
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, Enumerable.Range(0, 1_000).Count(_ => rate.TryTake(stranger)));
    }

    [Fact]
    public async Task Bids_that_come_together_share_a_signature_and_each_receipt_holds_alone()
    {
        // Ten bids: the tree has a depth of four.
        var bids = Enumerable.Range(1, 10).Select(number => Sign(Buy(number, 500 + number))).ToArray();
        var receipts = await _desk.AnswerAsync([.. bids.Select(Incoming)]);
        var signing = new ReceiptSigning(Domain);
        Assert.Single(receipts.Select(receipt => Convert.ToHexString(receipt.Signature.AsSpan())).Distinct());
        Assert.All(receipts.Zip(bids), pair =>
        {
            var (receipt, signed) = pair;
            Assert.True(receipt.Accepted);
            Assert.Equal(4, receipt.Path.Length);
            Assert.True(signing.IsSignedBy(ExchangeKey.Address, ReceiptedBid.Of(signed), SignatureOf(receipt)));
            Assert.False(signing.IsSignedBy(ExchangeKey.Address, ReceiptedBid.Of(signed) with { Number = 99 }, SignatureOf(receipt)));
        });
        Assert.Equal(receipts, _journal.Bids(Open).Select(bid => bid.Receipt));
        Assert.Equal(10, Assert.Single(await _open.CloseAsync()).Bid.Number);
    }

    [Fact]
    public async Task Bids_that_come_together_are_judged_in_their_order_as_if_they_came_one_by_one()
    {
        var (first, forged) = (Sign(Buy(2, 500)), Sign(Buy(3, 500)) with { Signature = [.. new byte[65]] });
        IncomingBid[] together =
        [
            Incoming(first), Incoming(Sign(Buy(1, 600))), new IncomingBid(AnnaId, "garbage"u8.ToArray()), Incoming(forged), Incoming(Sign(Buy(3, 700))),
        ];
        var receipts = await _desk.AnswerAsync(together);
        Assert.Equal([null, "stale-number", "malformed", "wrong-signature", null], receipts.Select(receipt => receipt.Reason));
        Assert.Equal(receipts[0], (await _desk.AnswerAsync([Incoming(first)]))[0]);
        Assert.Equal(3, Assert.Single(await _open.CloseAsync()).Bid.Number);
    }

    [Fact]
    public async Task A_negative_premium_is_refused_by_name_and_does_no_harm_to_the_bids_beside_it()
    {
        var negative = Buy(1, 500) with { Preferences = new Preferences(new Price(-100), default) };
        var receipts = await _desk.AnswerAsync(
            [new IncomingBid(AnnaId, WireFormat.Write(new BidMessage(negative, [.. new byte[65]]))), Incoming(Sign(Buy(2, 500)))]);
        Assert.Equal(["premium-out-of-range", null], receipts.Select(receipt => receipt.Reason));
    }

    private static ReceiptSignature SignatureOf(BidReceipt receipt) => new(receipt.Place, receipt.Path, receipt.Signature);

    private static IncomingBid Incoming(SignedBid signed) => new(AnnaId, WireFormat.Write(new BidMessage(signed.Bid, signed.Signature)));

    /// <summary>The file and its log, as they are while nobody has closed them.</summary>
    private string AsAKillLeavesIt()
    {
        var copy = Path.Combine(_folder, "killed.db");
        foreach (var part in new[] { "", "-wal" })
        {
            File.Copy(Path.Combine(_folder, "journal.db") + part, copy + part);
        }

        return copy;
    }

    private static Bid Bid(long number, params ImmutableArray<Step> buy) => new(AnnaId, Open, number, buy, []);

    private static Bid Buy(long number, long wattHours) => Bid(number, new Step(new Price(200_000), new Energy(wattHours)));

    private static SignedBid Sign(Bid bid) => new BidSigning(Domain).Sign(bid, Anna);

    private Task<BidReceipt> AnswerAsync(SignedBid signed) =>
        _desk.AnswerAsync(AnnaId, Incoming(signed).Payload);
}

using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Funds;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

/// <summary>From evidence to what admission goes by, with real signatures and a journal in a temporary file.</summary>
public sealed class ReservationDeskTests : IAsyncDisposable
{
    private static readonly Period Open = new(1_000);
    private static readonly EthereumKey Anna = Key(1);
    private static readonly EthereumKey Bsp = Key(5);
    private static readonly EthereumKey Exchange = Key(9);
    private static readonly MarketDomain Domain = new(31337, Exchange.Address);
    private static readonly FlexibilitySigning Signing = new(Domain);
    private static readonly MemberId AnnaId = Anna.Address.ToMember();

    private readonly string _folder = Directory.CreateTempSubdirectory("ve-reservations-").FullName;
    private readonly MemberDirectory _members = new([new Member(AnnaId, "Anna", new ZoneId("A"), 8_000)]);
    private readonly OpenRound _open = new(MarketRules.Default);
    private readonly ExchangeJournal _journal;
    private readonly ReservationDesk _desk;
    private readonly AdmissionDesk _bids;

    public ReservationDeskTests()
    {
        _journal = ExchangeJournal.Open(Path.Combine(_folder, "journal.db"), new JournalIdentity("test", 31337, Exchange.Address.ToString()), new FakeTimeProvider());
        var ledger = new FundsLedger();
        ledger.Observe([new(AnnaId, new Money(1_000_000))]);
        _desk = new ReservationDesk(_members, _open, _journal, Domain, NullLogger<ReservationDesk>.Instance);
        _bids = new AdmissionDesk(MarketRules.Default, _members, _open, ledger, new MandateBook(MarketRules.Default), _journal, Domain, Exchange);
        _ = _open.Open(Open, default, _members.Active, []);
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_a_home_has_promised_is_not_admitted_in_the_auction()
    {
        Assert.True((await AnswerAsync(Promise(OrderOf(FlexibilityOrderKind.Reserve), 500, 500))).Accepted);

        Assert.Equal("reserved-elsewhere", (await BidAsync(1, 501)).Reason);
        Assert.True((await BidAsync(2, 500)).Accepted);
    }

    [Fact]
    public async Task A_bid_that_stands_comes_before_a_promise_until_it_is_replaced()
    {
        Assert.True((await BidAsync(1, 600)).Accepted);
        var promise = Promise(OrderOf(FlexibilityOrderKind.Activate), 500, 500);

        Assert.Equal("bid-stands", (await AnswerAsync(promise)).Reason);
        Assert.Empty(_journal.Reservations(Open));
        Assert.True((await BidAsync(2, 500)).Accepted);
        Assert.True((await AnswerAsync(promise)).Accepted);
    }

    [Fact]
    public async Task A_provider_cannot_bind_a_home_that_has_not_signed()
    {
        var order = OrderOf(FlexibilityOrderKind.Reserve);
        var forged = Promise(order, 0, 0) with { HomeSignature = FlexibilitySigning.Sign(Signing.Hash(order, [Energy.Zero, Energy.Zero]), Bsp) };
        var another = Promise(order with { ChangeWatts = -9_000 }, 500, 500) with { Order = Signed(order, Bsp) };
        var altered = Promise(order, 500, 500) with { Program = [Energy.Zero, Energy.Zero] };
        var unordered = Promise(order, 500, 500) with { Order = Signed(order, Anna) };

        foreach (var evidence in (ReservationEvidence[])[forged, another, altered, unordered])
        {
            Assert.Equal("wrong-signature", (await AnswerAsync(evidence)).Reason);
        }

        Assert.Equal("unknown-member", (await AnswerAsync(Promise(order with { Member = Bsp.Address.ToMember() }, 500, 500))).Reason);
        Assert.True((await BidAsync(1, 4_000 / 4)).Accepted);
    }

    [Fact]
    public async Task A_release_by_the_provider_frees_the_home_and_nobody_binds_her_by_the_old_promise_again()
    {
        var promise = Promise(OrderOf(FlexibilityOrderKind.Reserve), 100, 100);
        await AnswerAsync(promise);
        var release = OrderOf(FlexibilityOrderKind.Release) with { Number = 2, ChangeWatts = 0 };

        Assert.Equal("wrong-signature", (await AnswerAsync(new ReservationEvidence(Signed(release, Anna), [], []))).Reason);
        Assert.Equal("reserved-elsewhere", (await BidAsync(1, 500)).Reason);
        Assert.True((await AnswerAsync(new ReservationEvidence(Signed(release, Bsp), [], []))).Accepted);
        Assert.True((await BidAsync(2, 500)).Accepted);
        Assert.Equal("over", (await AnswerAsync(promise)).Reason);
        Assert.Equal("unknown-order", (await AnswerAsync(new ReservationEvidence(Signed(release, Bsp), [], []))).Reason);
    }

    [Fact]
    public async Task A_promise_that_comes_after_the_gate_has_no_effect_on_the_round()
    {
        await BidAsync(1, 600);
        var bids = await _open.CloseAsync();

        Assert.Equal("gate-closed", (await AnswerAsync(Promise(OrderOf(FlexibilityOrderKind.Reserve), 100, 100))).Reason);
        Assert.Single(bids);
        Assert.Empty(_journal.Reservations(Open));
    }

    [Fact]
    public async Task The_same_promise_twice_has_one_effect_and_the_journal_has_it_word_for_word()
    {
        var promise = Promise(OrderOf(FlexibilityOrderKind.Reserve), 100, 100);
        Assert.True((await AnswerAsync(promise)).Accepted);
        Assert.True((await AnswerAsync(promise)).Accepted);

        Assert.Equal(promise, Assert.Single(_journal.Reservations(Open)).Evidence);
        Assert.Equal(promise, Assert.Single(_journal.Reservations(Open.Next)).Evidence);
        Assert.Empty(_journal.Reservations(Open.Next.Next));
        Assert.Equal(promise, Assert.Single(_journal.ReservationsFrom(Open.Next)).Evidence);
        Assert.Empty(_journal.ReservationsFrom(Open.Next.Next));
    }

    [Theory]
    [InlineData("{}", "malformed")]
    [InlineData("nonsense", "malformed")]
    [InlineData("{\"order\":{\"kind\":\"reserve\"}}", "malformed")]
    public async Task What_is_no_evidence_is_refused(string payload, string reason) =>
        Assert.Equal(reason, (await _desk.AnswerAsync(Encoding.UTF8.GetBytes(payload))).Reason);

    [Fact]
    public async Task A_program_of_another_length_than_the_order_is_malformed_and_a_flood_of_bytes_too_large()
    {
        Assert.Equal("malformed", (await AnswerAsync(Promise(OrderOf(FlexibilityOrderKind.Reserve), 100, 100, 100))).Reason);
        Assert.Equal("too-large", (await _desk.AnswerAsync(new byte[WireFormat.MaxSmallBytes + 1])).Reason);
    }

    [Fact]
    public async Task Before_a_round_is_open_nothing_is_taken_as_standing_bids_are_not_known_yet()
    {
        var desk = new ReservationDesk(_members, new OpenRound(MarketRules.Default), _journal, Domain, NullLogger<ReservationDesk>.Instance);
        Assert.Equal("not-open", (await desk.AnswerAsync(WireFormat.Write(Promise(OrderOf(FlexibilityOrderKind.Reserve), 100, 100)))).Reason);
    }

    private Task<ReservationAnswer> AnswerAsync(ReservationEvidence evidence) => _desk.AnswerAsync(WireFormat.Write(evidence));

    private Task<BidReceipt> BidAsync(long number, long energy)
    {
        var bid = new Bid(AnnaId, Open, number, [new Step(new Price(200_000), new Energy(energy))], []);
        return _bids.AnswerAsync(AnnaId, WireFormat.Write(new BidMessage(bid, new BidSigning(Domain).Sign(bid, Anna).Signature)));
    }

    private static FlexibilityOrder OrderOf(FlexibilityOrderKind kind) =>
        new(Bsp.Address.ToMember(), AnnaId, 1, 12, kind, 7, Open, 2, -1_500, new Price(240_000));

    private static Signed<FlexibilityOrder> Signed(FlexibilityOrder order, EthereumKey key) => new(order, FlexibilitySigning.Sign(Signing.Hash(order), key));

    private static ReservationEvidence Promise(FlexibilityOrder order, params long[] program)
    {
        ImmutableArray<Energy> energies = [.. program.Select(energy => new Energy(energy))];
        return new ReservationEvidence(Signed(order, Bsp), energies, FlexibilitySigning.Sign(Signing.Hash(order, energies), Anna));
    }

    private static EthereumKey Key(byte fill) => EthereumKey.FromBytes([.. Enumerable.Repeat(fill, 32)]);
}

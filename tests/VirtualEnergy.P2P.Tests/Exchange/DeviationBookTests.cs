using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Metering;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

public sealed class DeviationBookTests
{
    private static readonly MemberId Anna = new("0x" + new string('a', 40));
    private static readonly MemberId Bice = new("0x" + new string('b', 40));
    private static readonly MemberId Common = new("0x" + new string('c', 40));
    private static readonly Period Noon = new(1_000);

    private readonly DeviationBook _book = new();

    public DeviationBookTests()
    {
        _book.Clear(RoundOf(Noon, new Trade(Anna, Bice, new Energy(300), new Price(200_000))));
        _book.Clear(RoundOf(Noon.Next));
    }

    [Fact]
    public void The_earliest_cleared_period_that_is_not_settled_is_due()
    {
        Assert.Equal(Noon, _book.Due);
        Settle(Noon, (Anna, 300, null), (Bice, -300, null));
        Assert.Equal(Noon.Next, _book.Due);
        Settle(Noon.Next);
        Assert.Null(_book.Due);
    }

    [Fact]
    public void A_draft_has_every_active_member_and_whoever_traded_with_the_newest_reading()
    {
        _book.Take(Reading(Anna, Noon, 310));
        _book.Take(Reading(Anna, Noon, 320, number: 2));
        _book.Take(Reading(Anna, Noon, 999));
        var draft = _book.Draft(Noon, [Anna]);
        Assert.Equal(
            [(Anna, 320L, 300L), (Bice, null, -300L)],
            draft.Members.Select(member => (member.Member, member.Reading?.Net.WattHours, member.Traded.WattHours)));
        Assert.True(_book.IsComplete(Noon, [Anna]));
        Assert.False(_book.IsComplete(Noon, [Anna, Bice]));
    }

    [Fact]
    public void An_account_that_gets_the_spread_has_no_meter()
    {
        var later = new Period(2_000);
        _book.Clear(RoundOf(later, new Trade(Anna, Common, new Energy(300), default)) with { Accounts = new MoneyAccounts(null, Common) });
        Assert.Equal([Anna], _book.Draft(later, []).Members.Select(member => member.Member));
    }

    [Fact]
    public void A_late_reading_corrects_an_estimate_once()
    {
        Settle(Noon, (Anna, 300, null), (Bice, -300, null));
        _book.Take(Reading(Bice, Noon, -250));
        var (now, assumed) = Assert.Single(_book.Draft(Noon.Next, [Anna, Bice]).Corrections);
        Assert.Equal((Bice, Noon, -250L, -300L), (now.Member, now.Period, now.Reading!.Net.WattHours, assumed.WattHours));

        _book.Settle(new DeviationResult(Noon.Next, default, [], [new PublishedCorrection(new Correction(Bice, Noon, assumed, now.Reading.Net), new MeteredSource(now.Reading, 0, false))], default));
        Assert.Empty(_book.Draft(Noon.Next, [Anna, Bice]).Corrections);
    }

    [Fact]
    public void A_correction_waits_for_a_member_who_is_not_active()
    {
        Settle(Noon, (Anna, 300, null), (Bice, -300, null));
        _book.Take(Reading(Bice, Noon, -250));
        Assert.Empty(_book.Draft(Noon.Next, [Anna]).Corrections);
        Assert.Single(_book.Draft(Noon.Next, [Bice]).Corrections);
    }

    [Fact]
    public void A_dispute_sets_the_reading_aside_until_a_higher_number_or_a_dismissal()
    {
        _book.Take(Reading(Anna, Noon, 310));
        Settle(Noon, (Anna, 310, 1), (Bice, -300, null));
        _book.Dispute(new DisputedReading(Anna, Noon, 1), dismisses: false);
        var (now, assumed) = Assert.Single(_book.Draft(Noon.Next, [Anna]).Corrections);
        Assert.True(now.IsDisputed);
        Assert.Null(now.Reading);
        Assert.Equal(310, assumed.WattHours);

        _book.Dispute(new DisputedReading(Anna, Noon, 1), dismisses: true);
        Assert.Empty(_book.Draft(Noon.Next, [Anna]).Corrections);

        _book.Dispute(new DisputedReading(Anna, Noon, 1), dismisses: false);
        _book.Take(Reading(Anna, Noon, 305, number: 2));
        Assert.Equal(305, Assert.Single(_book.Draft(Noon.Next, [Anna]).Corrections).Now.Reading!.Net.WattHours);
        Assert.False(_book.IsDisputed(Anna, Noon));
    }

    [Fact]
    public void A_reading_that_comes_while_its_period_is_settled_by_an_estimate_is_not_lost()
    {
        var draft = _book.Draft(Noon, [Anna, Bice]);
        _book.Take(Reading(Bice, Noon, -250));
        Assert.Null(draft.Members[1].Reading);
        Settle(Noon, (Anna, 300, null), (Bice, -300, null));
        Assert.Equal(Bice, Assert.Single(_book.Draft(Noon.Next, [Anna, Bice]).Corrections).Now.Member);
    }

    [Fact]
    public void A_restart_ends_where_the_run_before_it_did_whatever_is_replayed_first()
    {
        _book.Take(Reading(Bice, Noon, -250));
        Settle(Noon, (Anna, 300, null), (Bice, -300, null));
        var other = new DeviationBook();
        other.Clear(RoundOf(Noon, new Trade(Anna, Bice, new Energy(300), new Price(200_000))));
        other.Clear(RoundOf(Noon.Next));
        other.Settle(Result(Noon, (Anna, 300, null), (Bice, -300, null)));
        other.Take(Reading(Bice, Noon, -250));
        Assert.Equal(_book.Due, other.Due);
        Assert.Equal(_book.Draft(Noon.Next, [Anna, Bice]).Corrections.AsEnumerable(), other.Draft(Noon.Next, [Anna, Bice]).Corrections);
    }

    [Fact]
    public void A_meter_corrects_a_period_only_so_often()
    {
        for (var number = 1; number <= DeviationBook.MostReadings; number++)
        {
            Assert.False(_book.IsFull(Anna, Noon));
            _book.Take(Reading(Anna, Noon, number, number));
        }

        Assert.True(_book.IsFull(Anna, Noon));
        Assert.False(_book.IsFull(Bice, Noon));
    }

    [Fact]
    public void Where_deviations_are_not_settled_nothing_is_kept()
    {
        var off = new DeviationBook(settles: false);
        off.Clear(RoundOf(Noon));
        off.Take(Reading(Anna, Noon, 300));
        Assert.Null(off.Due);
        Assert.Null(off.ReadingOf(Anna, Noon));
    }

    [Fact]
    public void Only_settled_periods_are_forgotten()
    {
        for (var i = 2; i < CommunityAccounts.KeptPeriods + 10; i++)
        {
            _book.Clear(RoundOf(new Period(Noon.Index + i)));
        }

        Assert.Equal(Noon, _book.Due);
        Settle(Noon, (Anna, 300, null));
        _book.Clear(RoundOf(new Period(Noon.Index + CommunityAccounts.KeptPeriods + 10)));
        Assert.Null(_book.ReadingOf(Anna, Noon));
        Assert.Equal(Noon.Next, _book.Due);
    }

    [Fact]
    public async Task The_journal_gives_back_metered_periods_readings_and_disputes()
    {
        var folder = Directory.CreateTempSubdirectory("ve-deviations-").FullName;
        try
        {
            await using var journal = ExchangeJournal.Open(
                Path.Combine(folder, "journal.db"), new JournalIdentity("test", 31337, Anna.Value), new FakeTimeProvider());
            await journal.AppendRoundAsync(RoundOf(Noon));
            var result = Result(Noon, (Anna, 300, 1), (Bice, -300, null));
            await journal.AppendDeviationsAsync(new JournalledDeviations(result, new MoneyAccounts(null, Common)));
            Assert.Equal(result, journal.Deviations(Noon)!.Result);
            Assert.Equal(new MoneyAccounts(null, Common), journal.LastDeviations()!.Accounts);
            Assert.Single(journal.UnsettledDeviations());

            // Settled anew before the chain had it: what was written last counts.
            var revised = Result(Noon, (Anna, 300, 1), (Bice, -299, null));
            await journal.AppendDeviationsAsync(new JournalledDeviations(revised, default));
            Assert.Equal(revised, journal.Deviations(Noon)!.Result);
            Assert.Equal(revised, Assert.Single(journal.UnsettledDeviations()).Result);

            // Of two readings the higher number counts, unless it is disputed; the lower one never does again.
            await journal.AppendReadingAsync(Reading(Anna, Noon, 300));
            await journal.AppendReadingAsync(Reading(Anna, Noon, 310, number: 2));
            await journal.AppendReadingAsync(Reading(Bice, Noon, -300));
            Assert.Equal([310L, -300L], journal.CountingReadings(Noon).Select(reading => reading.Net.WattHours));
            await journal.AppendDisputeAsync(new DisputeMessage(Anna, Noon, 2, false, [.. new byte[65]]));
            Assert.Equal([-300L], journal.CountingReadings(Noon).Select(reading => reading.Net.WattHours));
            await journal.AppendDisputeAsync(new DisputeMessage(Anna, Noon, 2, true, [.. new byte[65]]));
            Assert.Equal([310L, -300L], journal.CountingReadings(Noon).Select(reading => reading.Net.WattHours));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static JournalledRound RoundOf(Period period, params Trade[] trades) =>
        new(period, new Price(200_000), null, Energy.Zero, 2, [.. trades], default, default, default, null);

    private static MeterReading Reading(MemberId member, Period period, long net, long number = 1) => new(
        member, period, number, new Energy(Math.Max(0, net)), new Energy(Math.Max(0, -net)), Energy.Zero, Energy.Zero, Energy.Zero, [.. new byte[65]]);

    private static DeviationResult Result(Period period, params (MemberId Member, long Net, long? Number)[] members) => new(
        period, default,
        [.. members.Select(member => new PublishedPosition(
            new SettledPosition(new MeteredPosition(member.Member, new Energy(member.Net), Energy.Zero, Energy.Zero), Energy.Zero), Energy.Zero,
            member.Number is { } number ? new MeteredSource(Reading(member.Member, period, member.Net, number), 0, false) : default))],
        [], default);

    private void Settle(Period period, params (MemberId Member, long Net, long? Number)[] members) => _book.Settle(Result(period, members));
}

using System.Collections.Immutable;
using System.Text;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Reservations;

public sealed class ReservationLedgerTests
{
    private static readonly MemberId Anna = new("0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    private static readonly Period Evening = new(1_994_920);
    private static readonly HeadroomKey Up = new(Anna, Evening, RegulationDirection.Up);
    private static readonly HeadroomKey Down = new(Anna, Evening, RegulationDirection.Down);
    private readonly CrashingDisk _disk = new();

    [Fact]
    public void The_same_kWh_is_never_promised_twice_in_10_000_histories_with_crashes()
    {
        var (crashes, grants, refusals) = (0, 0, 0);
        var gate = new Lock();
        Parallel.For(0, 10_000, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var history = new LedgerHistory((ulong)seed);
            history.Run(40);
            lock (gate)
            {
                (crashes, grants, refusals) = (crashes + history.Crashes, grants + history.Grants, refusals + history.Refusals);
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{crashes} crashes, {grants} grants, {refusals} refusals");
        Assert.True(crashes > 10_000 && grants > 50_000 && refusals > 50_000);
    }

    [Fact]
    public void A_log_cut_at_any_byte_opens_to_what_its_whole_lines_say()
    {
        var ledger = Opened();
        var (accounts, lengths) = (new List<HeadroomAccount?> { null }, new List<int> { 0 });
        foreach (var act in new Func<LedgerAnswer>[]
        {
            () => ledger.Declare([new(Anna, Evening, new(1000), new(500))]),
            () => ledger.Reserve(Request("msd", 600)),
            () => ledger.Confirm("msd", [new(Up, new(400))]),
            () => ledger.Reserve(Request("local", 600)),
            () => ledger.Release("msd"),
        })
        {
            Assert.True(act().IsGranted);
            accounts.Add(ledger.Account(Up));
            lengths.Add(_disk.Length);
        }

        for (var cut = 0; cut <= _disk.Length; cut++)
        {
            var opened = ReservationLedger.Open(_disk.Content[..cut], LedgerHistory.Sha256, _ => { }, out var whole);
            var lines = lengths.FindLastIndex(length => length <= cut);
            Assert.Equal((lengths[lines], accounts[lines]), (whole, opened.Account(Up)));
        }
    }

    [Fact]
    public void A_log_with_any_byte_changed_is_refused_or_loses_only_its_last_line()
    {
        var ledger = Opened();
        ledger.Declare([new(Anna, Evening, new(1000), new(500))]);
        ledger.Reserve(Request("msd", 600));
        var lastLine = _disk.Length;
        ledger.Release("msd");
        var log = _disk.Content.ToArray();
        for (var at = 0; at < log.Length; at++)
        {
            var changed = (byte[])log.Clone();
            changed[at] ^= 1;
            try
            {
                ReservationLedger.Open(changed, LedgerHistory.Sha256, _ => { }, out var whole);
                // The case of a hexadecimal digit says nothing, and a last line without its end is one that was cut off.
                Assert.True(whole == log.Length || (whole == lastLine && at == log.Length - 1), $"byte {at}");
                Assert.True(whole < log.Length || char.ToLowerInvariant((char)changed[at]) == (char)log[at], $"byte {at}");
            }
            catch (LedgerCorruptException)
            {
                // As it should be.
            }
        }
    }

    [Fact]
    public void A_line_that_was_taken_out_is_found()
    {
        var ledger = Opened();
        ledger.Declare([new(Anna, Evening, new(1000), new(500))]);
        var first = _disk.Length;
        ledger.Reserve(Request("msd", 600));
        var second = _disk.Length;
        ledger.Reserve(Request("local", 400));
        byte[] without = [.. _disk.Content[..first], .. _disk.Content[second..]];
        var refused = Assert.Throws<LedgerCorruptException>(() => ReservationLedger.Open(without, LedgerHistory.Sha256, _ => { }, out var _));
        Assert.Equal(2, refused.Line);
    }

    [Fact]
    public void A_reservation_takes_all_of_its_lines_or_nothing()
    {
        var ledger = Opened();
        ledger.Declare([new(Anna, Evening, new(1000), new(500))]);
        var both = new ReservationRequest("both", ReservationChannel.AncillaryServices, 0, [new(Up, new(800)), new(Down, new(501))]);
        Assert.Equal(LedgerRefusal.NotEnoughFree, ledger.Reserve(both).Refusal);
        Assert.Equal(new Energy(1000), ledger.Account(Up)!.Value.Free);
        Assert.Null(ledger.Find("both"));
    }

    [Fact]
    public void What_a_part_acceptance_leaves_is_free_for_the_next_market()
    {
        var ledger = Opened();
        ledger.Declare([new(Anna, Evening, new(1000), new(500))]);
        ledger.Reserve(Request("msd", 1000));
        Assert.Equal(LedgerRefusal.NotEnoughFree, ledger.Reserve(Request("dso", 300)).Refusal);
        Assert.True(ledger.Confirm("msd", [new(Up, new(700))]).IsGranted);
        Assert.True(ledger.Reserve(Request("dso", 300)).IsGranted);
        Assert.Equal(Energy.Zero, ledger.Account(Up)!.Value.Free);
    }

    [Fact]
    public void The_same_request_twice_counts_once_and_another_under_its_id_not_at_all()
    {
        var ledger = Opened();
        ledger.Declare([new(Anna, Evening, new(1000), new(500))]);
        Assert.True(ledger.Reserve(Request("msd", 600)).IsGranted);
        var length = _disk.Length;
        Assert.True(ledger.Reserve(Request("msd", 600)).IsGranted);
        Assert.Equal(length, _disk.Length);
        Assert.Equal(LedgerRefusal.IdReused, ledger.Reserve(Request("msd", 601)).Refusal);
        Assert.True(ledger.Release("msd").IsGranted);
        Assert.True(ledger.Release("msd").IsGranted);
        Assert.Equal(LedgerRefusal.AlreadyReleased, ledger.Reserve(Request("msd", 600)).Refusal);
        Assert.Equal(LedgerRefusal.AlreadyReleased, ledger.Confirm("msd").Refusal);
    }

    [Fact]
    public void A_hold_ends_with_its_time_and_a_sale_does_not()
    {
        var ledger = Opened();
        ledger.Declare([new(Anna, Evening, new(1000), new(500))]);
        ledger.Reserve(Request("held", 300));
        ledger.Reserve(Request("sold", 300));
        ledger.Confirm("sold");
        Assert.Empty(ledger.ReleaseExpired(2_000));
        Assert.Equal(["held"], ledger.ReleaseExpired(2_001));
        Assert.Equal(new Energy(300), ledger.Account(Up)!.Value.Ancillary);
    }

    [Fact]
    public void A_home_that_can_do_less_than_it_promised_shows_the_shortfall_and_promises_nothing_more()
    {
        var ledger = Opened();
        ledger.Declare([new(Anna, Evening, new(1000), new(500))]);
        ledger.Reserve(Request("msd", 600));
        ledger.Declare([new(Anna, Evening, new(450), new(500))]);
        Assert.Equal([(Up, new Energy(150))], ledger.Shortfalls());
        Assert.Equal(LedgerRefusal.NotEnoughFree, ledger.Reserve(Request("local", 1)).Refusal);
    }

    [Fact]
    public void A_closed_period_takes_nothing_more_and_is_forgotten()
    {
        var ledger = Opened();
        ledger.Declare([new(Anna, Evening, new(1000), new(500))]);
        ledger.Reserve(Request("msd", 600));
        Assert.True(ledger.Close(Evening.Next).IsGranted);
        Assert.Null(ledger.Account(Up));
        Assert.Equal(LedgerRefusal.PeriodClosed, ledger.Reserve(Request("msd", 600)).Refusal);
        Assert.Equal(LedgerRefusal.PeriodClosed, ledger.Declare([new(Anna, Evening, new(1), new(1))]).Refusal);
        Assert.Equal(LedgerRefusal.PeriodClosed, ledger.Close(Evening).Refusal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("line\nfeed")]
    [InlineData("ü")]
    public void An_id_that_is_none_is_refused(string id) =>
        Assert.Equal(LedgerRefusal.Malformed, Opened().Reserve(Request(id, 1)).Refusal);

    [Fact]
    public void Hostile_lines_are_refused_and_change_nothing()
    {
        var ledger = Opened();
        ledger.Declare([new(Anna, Evening, new(1000), new(500))]);
        var length = _disk.Length;
        foreach (ImmutableArray<ReservedEnergy> lines in (ImmutableArray<ReservedEnergy>[])[
            default, [], [new(Up, new(-1))], [new(Up, new(long.MaxValue))], [new(Up, new(1)), new(Up, new(1))]])
        {
            Assert.Equal(LedgerRefusal.Malformed, ledger.Reserve(new("x", ReservationChannel.GridOperator, 0, lines)).Refusal);
        }

        Assert.Equal(LedgerRefusal.Malformed, ledger.Declare([new(Anna, Evening, new(-1), new(0))]).Refusal);
        Assert.Equal(length, _disk.Length);
    }

    [Fact]
    public void A_compacted_log_is_short_names_the_one_before_and_goes_on()
    {
        var ledger = Opened();
        for (var i = 0; i < 100; i++)
        {
            ledger.Declare([new(Anna, Evening, new(1000 + i), new(500))]);
        }

        ledger.Reserve(Request("msd", 600));
        ledger.Confirm("msd", [new(Up, new(400))]);
        ledger.Declare([new(Anna, Evening, new(300), new(500))]);
        var (before, grown) = (ledger.Head, _disk.Length);
        ledger.Compact(lines => _disk.Replace(lines));
        Assert.True(_disk.Length < grown / 10);
        Assert.Contains($"\"continues\":\"{before}\"", Encoding.UTF8.GetString(_disk.Content), StringComparison.Ordinal);
        Assert.True(ledger.Declare([new(Anna, Evening, new(900), new(500))]).IsGranted);

        var again = ReservationLedger.Open(_disk.Content, LedgerHistory.Sha256, _disk.Append, out var whole);
        Assert.Equal((_disk.Length, ledger.Head, ledger.Account(Up), ledger.Account(Down)), (whole, again.Head, again.Account(Up), again.Account(Down)));
        Assert.True(again.Confirm("msd", [new(Up, new(400))]).IsGranted);
        Assert.True(again.Reserve(Request("local", 500)).IsGranted);
        Assert.Equal(LedgerRefusal.NotEnoughFree, again.Reserve(Request("dso", 1)).Refusal);
    }

    [Fact]
    public void A_full_ledger_takes_no_more_homes()
    {
        var ledger = ReservationLedger.Open([], LedgerHistory.Sha256, _disk.Append, out _, maxAccounts: 2);
        Assert.True(ledger.Declare([new(Anna, Evening, new(1), new(1))]).IsGranted);
        Assert.Equal(LedgerRefusal.Full, ledger.Declare([new(Anna, Evening.Next, new(1), new(1))]).Refusal);
        Assert.True(ledger.Declare([new(Anna, Evening, new(2), new(2))]).IsGranted);
    }

    [Fact]
    public void The_log_is_readable_text()
    {
        var ledger = Opened();
        ledger.Declare([new(Anna, Evening, new(1000), new(500))]);
        var line = Encoding.UTF8.GetString(_disk.Content);
        Assert.Matches("^[0-9a-f]{64} \\{\"capability\":\\[\\[\"0xa{40}\",1994920,1000,500\\]\\]\\}\n$", line);
    }

    // 4 kW for a quarter of an hour are 1,000 Wh; 4,001 W are 1,000.25 Wh, and a quarter of a Wh is not given away.
    [Theory]
    [InlineData(4_000, 1_000)]
    [InlineData(4_001, 1_001)]
    [InlineData(0, 0)]
    public void A_power_reserves_its_energy_rounded_up(long watts, long wattHours) =>
        Assert.Equal(new Energy(wattHours), ReservedEnergy.OfPower(Up, watts, PeriodGrid.QuarterHour).Energy);

    private ReservationLedger Opened() => ReservationLedger.Open([], LedgerHistory.Sha256, _disk.Append, out _);

    private static ReservationRequest Request(string id, long wattHours) => new(id, ReservationChannel.AncillaryServices, 2_000, [new(Up, new(wattHours))]);
}

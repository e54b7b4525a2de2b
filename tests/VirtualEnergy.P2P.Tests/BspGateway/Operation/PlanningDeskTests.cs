using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

/// <summary>Homes of 600 kW, planned on the first of December for the second; two of them unless a test says otherwise.</summary>
public sealed class PlanningDeskTests : IAsyncDisposable
{
    private static readonly MarketDay Day = new(new DateOnly(2026, 12, 2));
    private static readonly UnitId Unit = new(TestUnits.Unit);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-planning-");

    // 16:49:59 by the clock on the wall: planning begins ten minutes before the gate of 17:00.
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 12, 1, 15, 49, 59, TimeSpan.Zero));
    private GatewayOptions _options;
    private GatewayParts _parts;

    public PlanningDeskTests()
    {
        // Each home is trusted to deliver with 90 %, so both do with 81 %: enough at a confidence of half, and 1.2 MW are firm.
        _options = TestUnits.Options(_folder.FullName) with { Policy = new OfferPolicy { ConfidencePermille = 500 }, OfferHours = (new TimeOnly(18, 0), new TimeOnly(18, 30)) };
        _parts = Start();
        Propose(2);
        Say(2);
    }

    public async ValueTask DisposeAsync()
    {
        await _parts.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Nothing_is_planned_before_its_time_nor_twice()
    {
        Assert.False(_parts.Planning.Run(_time.GetUtcNow()));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_parts.Planning.Run(_time.GetUtcNow()));
        Assert.False(_parts.Planning.Run(_time.GetUtcNow()));
        Assert.NotNull(_parts.Books.Baseline(Unit, Day));
    }

    [Fact]
    public void Every_period_of_the_hours_is_offered_and_what_an_offer_rests_on_is_reserved()
    {
        Plan();
        for (var quarter = 0; quarter < 2; quarter++)
        {
            // 0.10 EUR/kWh that the homes ask, 5 % and 0.001 EUR on top: 0.106.
            var offer = Offer(quarter)!;
            Assert.Equal(new OfferStep(1_200_000, new Price(106_000)), Assert.Single(offer.Offer.Steps));
            // Twice 600 kW over a quarter of an hour.
            Assert.Equal(300_000, _parts.Reservations.ReservedWattHours(offer.Id));
        }

        Assert.Null(Offer(-1));
        Assert.Null(Offer(2));
        Assert.Null(_parts.Books.Offer(Unit, At(0), RegulationDirection.Down)); // no home said that it can go down
    }

    [Fact]
    public void Of_what_is_taken_in_part_the_part_of_those_who_ask_least_stays_reserved_and_what_is_refused_is_free()
    {
        Plan();
        Assert.True(_parts.Planning.Take(new MarketResult("r0", Offer(0)!.Id, [new AcceptedStep(0, 600_000, new Price(106_000))])).Changed);
        Assert.True(_parts.Planning.Take(new MarketResult("r1", Offer(1)!.Id, [])).Changed);

        Assert.Equal(150_000, _parts.Reservations.ReservedWattHours(Offer(0)!.Id));
        Assert.Null(_parts.Reservations.ReservedWattHours(Offer(1)!.Id));
    }

    [Fact]
    public async Task The_dearer_home_is_free_when_the_cheaper_carries_what_was_taken()
    {
        await Restart(_options with { Units = TestUnits.WithHomes(2, number => new Price(number == 1 ? 120_000 : 100_000)) });
        Say(2);
        Plan();
        // 12 and 10 ct with 5 % and 0.1 ct on top.
        Assert.Equal([new OfferStep(1_200_000, new Price(127_000))], Offer(0)!.Offer.Steps);
        Assert.True(_parts.Planning.Take(new MarketResult("r0", Offer(0)!.Id, [new AcceptedStep(0, 600_000, new Price(127_000))])).Changed);

        var free = _parts.Reservations.Free(At(0), RegulationDirection.Up, null);
        Assert.Equal((600_000, 0), (free(new MemberId("m1")), free(new MemberId("m2"))));
    }

    [Fact]
    public void Homes_that_are_not_measured_are_not_offered()
    {
        _parts.Board.Change(1, state => state with { MeasuredAt = _time.GetUtcNow().AddMinutes(-1) });
        Plan();

        Assert.Null(Offer(0)); // 600 kW are below the market's least size of 1 MW
    }

    [Fact]
    public void Homes_that_are_heard_only_after_planning_began_are_offered_while_the_gate_is_open()
    {
        _parts.Board.Change(1, state => state with { MeasuredAt = _time.GetUtcNow().AddMinutes(-1) });
        Plan();
        Say(2);
        Assert.False(_parts.Planning.Run(_time.GetUtcNow().AddSeconds(59)));
        Assert.Null(Offer(0));

        _time.Advance(TimeSpan.FromMinutes(1));
        Say(2);
        Assert.True(_parts.Planning.Run(_time.GetUtcNow()));
        Assert.Equal(1_200_000, Offer(0)!.Offer.Watts);
        _time.Advance(TimeSpan.FromMinutes(1));
        Say(2);
        Assert.False(_parts.Planning.Run(_time.GetUtcNow()));
    }

    [Fact]
    public async Task Programs_that_come_after_planning_began_are_frozen_while_the_gate_is_open()
    {
        await Restart(_options with { DataFolder = Path.Combine(_folder.FullName, "other") });
        Plan();
        Assert.Null(_parts.Books.Baseline(Unit, Day));

        Propose(2);
        _time.Advance(TimeSpan.FromMinutes(1));
        Say(2);
        Assert.True(_parts.Planning.Run(_time.GetUtcNow()));
        Assert.NotNull(_parts.Books.Baseline(Unit, Day));
        Assert.Equal(1_200_000, Offer(0)!.Offer.Watts);
    }

    [Fact]
    public async Task Later_sessions_offer_what_is_left_beside_what_was_sold()
    {
        await Restart(_options with { Units = TestUnits.WithHomes(4, _ => new Price(100_000)) });
        Propose(4);
        Say(4);
        Plan();
        // Four of four come with 0.9⁴ = 66 %: 2.4 MW, of which the market takes 1.2 for the first period and nothing for the second.
        Assert.Equal(2_400_000, Offer(0)!.Offer.Watts);
        _parts.Planning.Take(new MarketResult("r0", Offer(0)!.Id, [new AcceptedStep(0, 1_200_000, new Price(106_000))]));
        _parts.Planning.Take(new MarketResult("r1", Offer(1)!.Id, []));

        Session(0);
        Session(1);
        Assert.Equal([1_200_000L, 0], Made(0).Select(offer => offer.AcceptedWatts));
        Assert.Equal([2_400_000L, 1_200_000], Made(0).Select(offer => offer.Offer.Watts));
        Assert.Equal([OfferStatus.Refused, OfferStatus.Submitted], Made(1).Select(offer => offer.Status));
        Assert.Equal(2_400_000, Offer(1)!.Offer.Watts);
        Assert.Equal(300_000, _parts.Reservations.ReservedWattHours(Offer(0)!.Id));

        // What a second session sells may be ordered together with the first.
        Assert.True(_parts.Planning.Take(new MarketResult("r2", Offer(0)!.Id, [new AcceptedStep(0, 1_000_000, new Price(106_000))])).Changed);
        Assert.Equal(At(1), _options.Profile.Grid.At(_parts.Books.SoldUntil(TestUnits.Unit, RegulationDirection.Up, 2_200_000, _options.Profile.Grid.StartOf(At(0)), withoutOffers: false)));
    }

    [Fact]
    public void A_session_leaves_what_still_holds_and_changes_what_does_not()
    {
        Plan();
        var before = Offer(0)!.Id;
        Session(0);
        Assert.Equal(before, Assert.Single(Made(0)).Id);

        // At the second period's session the homes can do less.
        Say(2, watts: 550_000);
        Session(1);
        Assert.Equal([(OfferStatus.Withdrawn, 1_200_000L), (OfferStatus.Submitted, 1_100_000)], Made(1).Select(offer => (offer.Status, offer.Offer.Watts)));
        Assert.Equal($"{Made(1)[0].Id}-2", Offer(1)!.Id.Value);
        Assert.Null(_parts.Reservations.ReservedWattHours(Made(1)[0].Id));
        Assert.Equal(275_000, _parts.Reservations.ReservedWattHours(Offer(1)!.Id));
    }

    [Fact]
    public void An_offer_that_no_home_stands_behind_any_more_is_taken_back()
    {
        Plan();
        Say(2, watts: 100_000);
        Session(0);
        Assert.Equal(OfferStatus.Withdrawn, Assert.Single(Made(0)).Status);
        Assert.Null(_parts.Reservations.ReservedWattHours(Offer(0)!.Id));
    }

    [Fact]
    public async Task Each_home_is_offered_in_one_span_that_it_can_hold()
    {
        // Certified to hold two hours, offered from noon to midnight: sold all day it would be empty in the evening.
        await Restart(_options with { OfferHours = (new TimeOnly(12, 0), new TimeOnly(0, 0)) });
        Plan();
        Assert.Equal(8, Enumerable.Range(-24, 48).Count(quarter => Offer(quarter) is not null));
        Assert.NotNull(Offer(-24));

        // Sold at noon, it is not offered again before it has had as long a rest.
        for (var quarter = -24; quarter < -16; quarter++)
        {
            Assert.True(_parts.Planning.Take(new MarketResult($"r{quarter}", Offer(quarter)!.Id, [new AcceptedStep(0, 1_200_000, new Price(106_000))])).Changed);
        }

        Session(-16);
        Session(-9);
        Assert.Null(Offer(-16));
        Assert.Null(Offer(-9));
        Session(-8);
        Assert.NotNull(Offer(-8));
    }

    [Fact]
    public async Task The_span_is_the_one_for_which_the_market_paid_before()
    {
        await Restart(_options with { OfferHours = (new TimeOnly(12, 0), new TimeOnly(0, 0)) });
        var yesterday = new Period(At(0).Index - 96);
        Assert.Null(_parts.Books.Offer(new OfferId("y"), new UnitOffer(Unit, yesterday, RegulationDirection.Up, [new OfferStep(1_000_000, new Price(200_000))]), _time.GetUtcNow().AddDays(-1)));
        Assert.True(_parts.Books.Take(new MarketResult("ry", new OfferId("y"), [new AcceptedStep(0, 1_000_000, new Price(200_000))]), _time.GetUtcNow().AddHours(-20)).Changed);
        Plan();

        Assert.Equal(Enumerable.Range(0, 8), Enumerable.Range(-24, 48).Where(quarter => Offer(quarter) is not null)); // 18:00 to 20:00
    }

    [Fact]
    public async Task Killed_anywhere_in_planning_no_offer_stands_without_its_reservation_and_the_rest_is_made()
    {
        Plan();
        var whole = (Books: File.ReadAllLines(Copy("books.jsonl")), Ledger: File.ReadAllLines(Copy("reservations.log")));
        // The first two lines of the books are programs, the third freezes; then each offer is a hold of the ledger and a line of the books.
        foreach (var (books, ledger) in Cuts(whole.Books.Length, whole.Ledger))
        {
            await _parts.DisposeAsync();
            File.WriteAllText(Path.Combine(_folder.FullName, "books.jsonl"), string.Concat(whole.Books[..books].Select(line => line + "\n")));
            File.WriteAllText(Path.Combine(_folder.FullName, "reservations.log"), string.Concat(whole.Ledger[..ledger].Select(line => line + "\n")));
            _parts = Start();
            Say(2);
            _parts.Planning.Run(_time.GetUtcNow());
            for (var quarter = 0; quarter < 2; quarter++)
            {
                Assert.Equal((OfferStatus.Submitted, 1_200_000), (Offer(quarter)!.Status, Offer(quarter)!.Offer.Watts));
                Assert.Equal(300_000, _parts.Reservations.ReservedWattHours(Offer(quarter)!.Id));
            }

            Assert.Equal(2, _parts.Reservations.Open().Length);
        }
    }

    [Fact]
    public async Task A_result_that_came_just_before_a_stop_is_settled_in_the_ledger_after_it()
    {
        Plan();
        Assert.True(_parts.Books.Take(new MarketResult("r0", Offer(0)!.Id, [new AcceptedStep(0, 600_000, new Price(106_000))]), _time.GetUtcNow()).Changed);
        Assert.True(_parts.Books.Take(new MarketResult("r1", Offer(1)!.Id, []), _time.GetUtcNow()).Changed);
        Assert.Equal(300_000, _parts.Reservations.ReservedWattHours(Offer(0)!.Id)); // the ledger has not heard of it

        await Restart(_options);
        _parts.Planning.Run(_time.GetUtcNow());
        Assert.Equal(150_000, _parts.Reservations.ReservedWattHours(Offer(0)!.Id));
        Assert.Null(_parts.Reservations.ReservedWattHours(Offer(1)!.Id));
    }

    [Fact]
    public async Task The_ledgers_log_is_shortened_daily_and_still_follows_its_chain()
    {
        var lengths = new List<long>();
        for (var day = 0; day < 4; day++)
        {
            await Restart(_options);
            var (today, now) = (new MarketDay(Day.Date.AddDays(day)), new DateTimeOffset(2026, 12, 1 + day, 15, 50, 0, TimeSpan.Zero));
            _time.SetUtcNow(now);
            for (var home = 1; home <= 2; home++)
            {
                _parts.Books.Propose(TestUnits.Pod(home), today, [.. Enumerable.Repeat(new Energy(0), 96)], now);
            }

            Say(2);
            Assert.True(_parts.Planning.Run(now));
            Assert.NotNull(_parts.Books.Offer(Unit, new Period(At(0).Index + 96 * day), RegulationDirection.Up));
            lengths.Add(new FileInfo(Path.Combine(_folder.FullName, "reservations.log")).Length);
        }

        // Its first line names the last digest of the log before; opening it checks every digest. Of four days' offers those of the last evening and the next are left.
        await Restart(_options);
        Assert.Equal(4, _parts.Reservations.Open().Length);
        Assert.Contains("\"continues\":", File.ReadLines(Copy("reservations.log")).First(), StringComparison.Ordinal);
        Assert.True(lengths[3] <= lengths[1] + 100, string.Join(", ", lengths));
    }

    private static IEnumerable<(int Books, int Ledger)> Cuts(int books, string[] ledger)
    {
        // Of the ledger's lines those that hold come before the books' lines of the offers.
        var holds = ledger.Select((line, index) => (line, index)).Where(line => line.line.Contains("\"hold\"", StringComparison.Ordinal)).Select(line => line.index).ToList();
        Assert.Equal(books - 3, holds.Count);
        yield return (2, holds[0]);
        yield return (3, holds[0]);
        for (var offer = 0; offer < holds.Count; offer++)
        {
            yield return (3 + offer, holds[offer] + 1);
            yield return (4 + offer, holds[offer] + 1);
        }
    }

    private GatewayParts Start() => new(_options, _time, new GatewayFeed(new NoBrowsers()), NullLoggerFactory.Instance);

    private async Task Restart(GatewayOptions options)
    {
        await _parts.DisposeAsync();
        _options = options;
        _parts = Start();
        Say(2);
    }

    private void Propose(int homes)
    {
        for (var home = 1; home <= homes; home++)
        {
            Assert.Null(_parts.Books.Propose(TestUnits.Pod(home), Day, [.. Enumerable.Repeat(new Energy(0), 96)], _time.GetUtcNow()));
        }
    }

    private void Say(int homes, long watts = 600_000)
    {
        for (var home = 0; home < homes; home++)
        {
            _parts.Board.Change(home, _ => new HomeState(_time.GetUtcNow(), 0, 0, watts, 0, IsAvailable: true, null));
        }
    }

    private void Plan()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_parts.Planning.Run(_time.GetUtcNow()));
    }

    // The session of MB in which a quarter of an hour can be offered for the last time begins 70 minutes before it.
    private void Session(int quarter)
    {
        _time.SetUtcNow(_options.Profile.Grid.StartOf(At(quarter)).AddMinutes(-65));
        for (var home = 0; home < _parts.Board.Homes.Length; home++)
        {
            _parts.Board.Change(home, state => state with { MeasuredAt = _time.GetUtcNow() });
        }

        Assert.True(_parts.Planning.Run(_time.GetUtcNow()));
    }

    private string Copy(string file)
    {
        var to = Path.Combine(_folder.FullName, file + ".copy");
        using var copy = System.Diagnostics.Process.Start("cp", [Path.Combine(_folder.FullName, file), to]);
        copy.WaitForExit();
        return to;
    }

    private System.Collections.Immutable.ImmutableArray<BookedOffer> Made(int quarter) => _parts.Books.Made(Unit, At(quarter), RegulationDirection.Up);

    private BookedOffer? Offer(int quarter) => _parts.Books.Offer(Unit, At(quarter), RegulationDirection.Up);

    private static Period At(int quarter) => new(PeriodGrid.QuarterHour.At(Day.At(new TimeOnly(18, 0))).Index + quarter);
}

using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Balancing;
using VirtualEnergy.P2P.Tests.Proof;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Balancing;

/// <summary>Offer 7: up 800 W at 20 ct and 1,200 W at 25 ct, down 1,000 W at 10 ct, over the four periods from 2,000,001 on; the program is 100, 110, … Wh.</summary>
public sealed class FlexibilityDeskTests : IDisposable
{
    private static readonly MemberId Home = FlexibilityExamples.Home;
    private static readonly MemberId Bsp = FlexibilityExamples.Bsp;
    private static readonly Period First = new(2_000_001);
    private static readonly PeriodGrid Grid = PeriodGrid.QuarterHour;
    private static readonly DateTimeOffset Before = Grid.StartOf(First).AddMinutes(-5);
    private static readonly ImmutableArray<byte> Signature = [.. Enumerable.Repeat((byte)1, 65)];

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"flexibility-{Guid.NewGuid():n}");

    public void Dispose()
    {
        File.Delete(_path);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_reservation_commits_the_home_and_a_call_of_it_changes_what_is_due()
    {
        var desk = Desk();
        Assert.Null(desk.Take(Order(1, FlexibilityOrderKind.Reserve, -2_000, 230_000), Before));

        // 2,000 W are 500 Wh a period; nothing is called, so the program is due, and the call is planned for.
        Assert.Equal(new Commitment(new Energy(110), new Energy(-500), null), desk.In(First));
        Assert.Null(desk.In(First.Previous));
        Assert.Null(desk.In(new Period(First.Index + 4)));
        Assert.Equal(new StandingPromises(new Period(First.Index + 4), Up: true, Down: false), desk.Standing(Before));

        // Called with 1,200 W five minutes into the second period, for that and the next: 2/3 of 300 Wh, then 300, then nothing.
        var at = Grid.StartOf(First.Next).AddMinutes(5);
        Assert.Null(desk.Take(Order(2, FlexibilityOrderKind.Activate, -1_200, 230_000, first: First.Next, periods: 2), at));
        Assert.Null(desk.In(First)!.Value.Ordered);
        Assert.Equal(new Energy(-200), desk.In(First.Next)!.Value.Ordered);
        Assert.Equal(new Energy(-300), desk.In(new Period(First.Index + 2))!.Value.Ordered);
        Assert.Equal(Energy.Zero, desk.In(new Period(First.Index + 3))!.Value.Ordered);

        // Corrected a minute later to 600 W: 1 min of 1,200 W (20 Wh) and 9 min of 600 W (90 Wh).
        Assert.Null(desk.Take(Order(3, FlexibilityOrderKind.Activate, -600, 230_000, first: First.Next, periods: 2), at.AddMinutes(1)));
        Assert.Equal(new Energy(-110), desk.In(First.Next)!.Value.Ordered);
        Assert.Equal(new Energy(-150), desk.In(new Period(First.Index + 2))!.Value.Ordered);
    }

    [Fact]
    public void A_release_ends_it_and_what_was_called_until_then_stays()
    {
        var desk = Desk();
        Assert.Null(desk.Take(Order(1, FlexibilityOrderKind.Activate, -2_000, 230_000), Before));
        var at = Grid.StartOf(First).AddMinutes(3);
        Assert.Null(desk.Take(Order(2, FlexibilityOrderKind.Release, 0, 230_000), at));

        // 3 of 15 minutes of 500 Wh.
        Assert.Equal(new Energy(-100), desk.In(First)!.Value.Ordered);
        Assert.Null(desk.In(First.Next));
        Assert.Null(desk.Standing(at));
        Assert.Equal("over", desk.Take(Order(3, FlexibilityOrderKind.Activate, -100, 230_000), at)!.Value.Reason);
    }

    [Fact]
    public void The_same_message_twice_has_one_effect()
    {
        var desk = Desk();
        Assert.Null(desk.Take(Order(1, FlexibilityOrderKind.Reserve, -2_000, 230_000), Before));
        Assert.Null(desk.Take(Order(1, FlexibilityOrderKind.Reserve, -2_000, 230_000), Before));
        Assert.Equal(new Energy(-500), desk.In(First)!.Value.Reserved);
        Assert.Null(desk.Take(Order(2, FlexibilityOrderKind.Release, 0, 230_000), Before));
        Assert.Equal("stale-number", desk.Take(Order(1, FlexibilityOrderKind.Reserve, -2_000, 230_000), Before)!.Value.Reason);
    }

    [Theory]
    [InlineData(-2_001, 300_000, 7, 0, 4, "too-much")]
    [InlineData(-2_000, 229_999, 7, 0, 4, "price")] // 800 W at 20 and 1,200 W at 25 ct are 23 ct together
    [InlineData(1_000, 100_001, 7, 0, 4, "price")]
    [InlineData(1_001, 0, 7, 0, 4, "too-much")]
    [InlineData(-500, 300_000, 6, 0, 4, "not-offered")]
    [InlineData(-500, 300_000, 7, 1, 4, "not-offered")]
    [InlineData(-500, 300_000, 7, 0, 5, "not-offered")]
    [InlineData(-500, 300_000, 7, -1, 4, "over")]
    public void What_was_not_offered_is_refused(long watts, long price, long offer, int shift, int periods, string reason)
    {
        var refused = Desk().Take(Order(1, FlexibilityOrderKind.Activate, watts, price, offer, new Period(First.Index + shift), periods), Before);
        Assert.Equal(reason, refused!.Value.Reason);
    }

    [Fact]
    public void What_the_member_does_not_allow_is_refused()
    {
        var desk = Desk(new FlexibilityConsent(Bsp, Up: true, Down: false, default, default));
        Assert.Equal("not-consented", desk.Take(Order(1, FlexibilityOrderKind.Activate, 500, 0), Before)!.Value.Reason);
        Assert.Equal("not-consented", desk.Take(Order(1, FlexibilityOrderKind.Activate, 0, 0), Before)!.Value.Reason);
        Assert.Null(desk.Take(Order(1, FlexibilityOrderKind.Activate, -500, 200_000), Before));
    }

    [Fact]
    public void The_same_periods_are_not_promised_twice()
    {
        var desk = Desk();
        Assert.Null(desk.Take(Order(1, FlexibilityOrderKind.Reserve, -500, 200_000, periods: 2), Before));
        Assert.Equal("overlaps", desk.Take(Order(2, FlexibilityOrderKind.Reserve, -100, 200_000, first: First.Next, id: 13), Before)!.Value.Reason);
        Assert.Equal("overlaps", desk.Take(Order(2, FlexibilityOrderKind.Activate, -500, 200_000), Before)!.Value.Reason);
        Assert.Equal("too-much", desk.Take(Order(2, FlexibilityOrderKind.Activate, -501, 200_000, periods: 2), Before)!.Value.Reason);
        Assert.Equal("too-much", desk.Take(Order(2, FlexibilityOrderKind.Activate, 400, 200_000, periods: 2), Before)!.Value.Reason);
        Assert.Equal("unknown-order", desk.Take(Order(2, FlexibilityOrderKind.Release, 0, 200_000, id: 99), Before)!.Value.Reason);
    }

    [Fact]
    public void An_offer_that_is_over_is_none()
    {
        var desk = Desk();
        Assert.Equal("not-offered", desk.Take(Order(1, FlexibilityOrderKind.Reserve, -500, 200_000, first: First.Next, periods: 3), Grid.EndOf(First).AddSeconds(-1))!.Value.Reason);
    }

    [Fact]
    public void Orders_and_earnings_outlive_the_node()
    {
        var book = FlexibilityBook.Open(_path, Grid, NullLogger.Instance);
        var desk = new FlexibilityDesk(Consent, book, Grid);
        Offer(desk);
        Assert.Null(desk.Take(Order(1, FlexibilityOrderKind.Reserve, -2_000, 230_000), Before));
        Assert.Null(desk.Take(Order(2, FlexibilityOrderKind.Activate, -1_200, 230_000, periods: 2), Before));

        // 300 Wh were called and 240 delivered, at 23 ct: 55,200 µEUR.
        book.Ran(book.Find(12)!, First, new Energy(-300), new Energy(-240));
        File.AppendAllText(_path, "{\"at\":17");

        var again = FlexibilityBook.Open(_path, Grid, NullLogger.Instance);
        Assert.Equal(new FlexibilityTotals(1, new Energy(300), new Energy(240), new Money(55_200)), again.Totals);
        Assert.Equal(book.Find(12)!.In(First, Grid), again.Find(12)!.In(First, Grid));
        Assert.Equal(new Energy(-300), again.Find(12)!.In(First, Grid)!.Value.Ordered);
        Assert.Equal(2, again.LastNumber);

        // What was cut off is gone, and the file goes on.
        again.Ran(again.Find(12)!, First.Next, new Energy(-300), new Energy(-500));
        Assert.Equal(new Energy(540), FlexibilityBook.Open(_path, Grid, NullLogger.Instance).Totals.Delivered);
    }

    [Fact]
    public void A_file_that_is_no_book_is_left_alone()
    {
        File.WriteAllText(_path, "hello\nworld\n");
        Assert.Contains("line 1", Assert.Throws<UserErrorException>(() => FlexibilityBook.Open(_path, Grid, NullLogger.Instance)).Message, StringComparison.Ordinal);
        Assert.Equal("hello\nworld\n", File.ReadAllText(_path));
    }

    [Fact]
    public void What_cannot_be_written_down_is_not_accepted()
    {
        var desk = new FlexibilityDesk(Consent, FlexibilityBook.Open(Path.Combine(_path, "no", "folder"), Grid, NullLogger.Instance), Grid);
        Offer(desk);
        Assert.Equal("not-kept", desk.Take(Order(1, FlexibilityOrderKind.Reserve, -500, 200_000), Before)!.Value.Reason);
        Assert.Null(desk.In(First));
    }

    [Fact]
    public void Delivered_is_what_was_called_and_no_more_and_down_is_paid_by_the_home()
    {
        var totals = default(FlexibilityTotals).With(new Energy(300), new Energy(350), new Price(100_000)).With(new Energy(-300), new Energy(50), new Price(200_000));
        Assert.Equal(new FlexibilityTotals(0, new Energy(600), new Energy(300), new Money(-30_000)), totals);
    }

    [Fact]
    public void Power_after_an_order_is_what_is_left_over_what_is_left_of_the_time()
    {
        // 100 Wh in a quarter of an hour are 400 W. After ten minutes (66.7 Wh) the period shall come to −100 Wh: −166.7 Wh in five minutes are −2,000 W.
        var trace = new PowerTrace();
        var start = Grid.StartOf(First);
        trace.Ran(First, new Energy(100), Grid, start.AddMinutes(-5));
        Assert.Equal(400, trace.At(start));
        trace.Ran(First, new Energy(-100), Grid, start.AddMinutes(10));
        Assert.Equal((400, -2_000), (trace.At(start.AddMinutes(9)), trace.At(start.AddMinutes(10))));
        Assert.Null(trace.At(start.AddMinutes(15)));
    }

    [Fact]
    public void Devices_get_for_the_rest_of_a_period_what_the_order_leaves_of_its_time()
    {
        // Charging 100 Wh (400 W). After ten of fifteen minutes the period shall come to −100 Wh: −200 Wh more in a third of it, so −500 Wh by the period (−2,000 W).
        var rest = new RestOfPeriod();
        var start = Grid.StartOf(First);
        rest.Begin(Charging(100));
        Assert.Equal(new Energy(-500), Told(rest.From(Charging(-100), Grid, start.AddMinutes(10))));

        // Two and a half minutes later it shall be 0 Wh after all: 100 Wh more in a sixth of the period are 600 on top of −500.
        Assert.Equal(new Energy(100), Told(rest.From(Charging(0), Grid, start.AddMinutes(12.5))));
        Assert.Null(rest.From(Charging(50), Grid, start.AddMinutes(15)));

        static Energy Told(Delivery? delivery) => ((StorageAllocation)delivery!.Allocations[0]).Energy;

        static Delivery Charging(long wattHours) => new(
            First, Energy.Zero, [new StorageAllocation("battery", First, new Energy(wattHours))], Energy.Zero, Energy.Zero, Energy.Zero, new Energy(wattHours), null);
    }

    private static FlexibilityConsent Consent => new(Bsp, Up: true, Down: true, default, default);

    private static FlexibilityDesk Desk(FlexibilityConsent? consent = null)
    {
        var desk = new FlexibilityDesk(consent ?? Consent, FlexibilityBook.Open(null, Grid, NullLogger.Instance), Grid);
        Offer(desk);
        return desk;
    }

    private static void Offer(FlexibilityDesk desk)
    {
        var span = new FlexibilitySpan(First, 4, [new(800, new Price(200_000)), new(1_200, new Price(250_000))], [new(1_000, new Price(100_000))], [], []);
        desk.Offer(
            new HomeHeadroomOffer(Home, Bsp, 7, Grid.StartOf(First).AddMinutes(5).ToUnixTimeMilliseconds(), [span]),
            new NetProgram(Home, Bsp, 7, First.Previous, [.. Enumerable.Range(0, 6).Select(t => new Energy(100 + 10 * t))]));
    }

    private static Signed<FlexibilityOrder> Order(
        long number, FlexibilityOrderKind kind, long watts, long price, long offer = 7, Period? first = null, int periods = 4, long id = 12) =>
        new(new FlexibilityOrder(Bsp, Home, number, id, kind, offer, first ?? First, periods, watts, new Price(price)), Signature);
}

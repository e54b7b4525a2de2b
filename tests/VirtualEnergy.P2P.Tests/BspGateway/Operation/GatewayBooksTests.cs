using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Orders;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using Xunit;
using static VirtualEnergy.P2P.Tests.BspGateway.Operation.TestEvening;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

public sealed class GatewayBooksTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-books-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void After_a_restart_the_books_are_what_they_were()
    {
        using (var books = new GatewayBooks(TestUnits.Options(_folder.FullName)))
        {
            Freeze(books);
            Sell(books, periods: 2);
            Assert.Null(books.Receive(Order("o1", 800_000), "HTTP", Evening).Refusal);
            Assert.Equal(OrderRefusal.BeyondSold, books.Receive(Order("o2", 1_001_000), "IEC 104", Evening).Refusal);
            Assert.NotNull(books.Deliver(Delivered(), Evening.AddHours(1)));
        }

        using var again = new GatewayBooks(TestUnits.Options(_folder.FullName));
        Assert.NotNull(again.Baseline(Unit, Day));
        Assert.Equal(OfferStatus.Accepted, again.Offer(Unit, First, RegulationDirection.Up)!.Status);
        Assert.Equal([("o1", true), ("o2", false)], again.Orders().Select(order => (order.Record.Order.Id, order.Record.Refusal is null)).Order());
        Assert.Equal("IEC 104", again.Orders().Single(order => order.Record.Order.Id == "o2").Way);
        // Aimed at within 850 of the ramp's 900 s: after 425 s half the order, upward.
        Assert.Equal(-400_000, again.TargetAt(TestUnits.Unit, Evening.AddSeconds(425), 0).Shift);
        var settled = Assert.Single(again.Settled);
        Assert.Equal(20_000_000, settled.Cash.Payment.MicroEur); // 200 kWh at 0.10 EUR

        // And what was answered before is answered so again.
        Assert.Equal(OrderRefusal.IdReused, again.Receive(Order("o1", 700_000), "HTTP", Evening).Refusal);
        Assert.Null(again.Receive(Order("o1", 800_000), "HTTP", Evening).Refusal);
        Assert.Null(again.Deliver(Delivered(), Evening.AddHours(2)));
    }

    [Fact]
    public void What_homes_did_for_a_grid_operator_is_known_after_a_restart_and_so_is_what_was_agreed()
    {
        ImmutableArray<PointDelivery> kept;
        using (var books = new GatewayBooks(TestUnits.Options(_folder.FullName)))
        {
            Freeze(books, program: 1_000);
            books.Measure(First, [(TestUnits.Pod(1), MeterReading.Whole(new(400), books.Profile.Grid))], Evening.AddMinutes(15));
            books.KeepForGrid(Unit, First, RegulationDirection.Up, _ => (new(500), new(100_000)), Evening.AddMinutes(15));
            books.KeepForGrid(Unit, First, RegulationDirection.Up, _ => (new(9), default), Evening.AddMinutes(16)); // the first word counts
            kept = books.ForGrid(Unit, First, RegulationDirection.Up);
            Assert.Equal([(500L, 600L), (500, 0)], kept.Select(point => (point.Assigned.WattHours, point.Delivered(RegulationDirection.Up).WattHours)));
            Assert.NotNull(books.Deliver(Agreed(books), Evening.AddDays(3)));
            Assert.Null(books.Deliver(Agreed(books), Evening.AddDays(3)));
            books.Compact(Evening.AddDays(30));
        }

        using var again = new GatewayBooks(TestUnits.Options(_folder.FullName));
        Assert.Equal(kept, again.ForGrid(Unit, First, RegulationDirection.Up));
        Assert.Empty(again.ForGrid(Unit, First, RegulationDirection.Down));
        var settled = Assert.Single(again.Settled);
        Assert.Equal((OrderingOperator.GridOperator, 90_000L, 10_000L), (settled.Buyer, settled.Cash.Payment.MicroEur, settled.Cash.Charge.MicroEur));

        static UnitPeriod Agreed(GatewayBooks books) => new GridOrder(Unit, ImmutableSortedDictionary<Period, long>.Empty.Add(First, -4_000), new(90_000), new(10_000))
            .Periods(books.Profile.Grid, (period, way) => books.ForGrid(Unit, period, way)).Single();
    }

    [Fact]
    public void A_line_that_a_crash_cut_off_never_happened()
    {
        using (var books = new GatewayBooks(TestUnits.Options(_folder.FullName)))
        {
            Freeze(books);
            Sell(books, periods: 2);
            books.Receive(Order("o1", 800_000), "HTTP", Evening);
        }

        var file = Path.Combine(_folder.FullName, "books.jsonl");
        var whole = File.ReadAllBytes(file);
        var lastLine = whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1;
        for (var length = lastLine; length < whole.Length; length += 7)
        {
            File.WriteAllBytes(file, whole[..length]);
            using (var torn = new GatewayBooks(TestUnits.Options(_folder.FullName)))
            {
                Assert.Empty(torn.Orders());
                Assert.Equal(lastLine, new FileInfo(file).Length);
                torn.Receive(Order("o3", 500_000), "HTTP", Evening);
            }

            using var after = new GatewayBooks(TestUnits.Options(_folder.FullName));
            Assert.Equal("o3", Assert.Single(after.Orders()).Record.Order.Id);
        }
    }

    [Fact]
    public void A_log_that_no_gateway_wrote_is_refused_with_its_line()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "books.jsonl"), "{\"entry\":\"freeze\",\"unit\":\"UVAM-1\",\"day\":\"2026-12-02\",\"at\":\"2026-12-01T15:50:00+00:00\"}\n{\"entry\":\"nothing\"}\n");

        var refusal = Assert.Throws<GatewayStartException>(() => new GatewayBooks(TestUnits.Options(_folder.FullName)));
        Assert.StartsWith("Bsp:DataFolder: line 2 of books.jsonl cannot be read:", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_gateways_do_not_share_a_folder()
    {
        using var first = new GatewayBooks(TestUnits.Options(_folder.FullName));

        var refusal = Assert.Throws<GatewayStartException>(() => new GatewayBooks(TestUnits.Options(_folder.FullName)));
        Assert.EndsWith("Is another gateway running on it?", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_power_is_sold_until_the_first_period_that_takes_less()
    {
        using var books = new GatewayBooks(TestUnits.Options());
        Sell(books, periods: 3);

        Assert.Equal(Evening.AddMinutes(45), books.SoldUntil(TestUnits.Unit, RegulationDirection.Up, 1_000_000, Evening, withoutOffers: false));
        Assert.Equal(Evening, books.SoldUntil(TestUnits.Unit, RegulationDirection.Up, 1_000_001, Evening, withoutOffers: false));
        Assert.Equal(Evening, books.SoldUntil(TestUnits.Unit, RegulationDirection.Down, 1, Evening, withoutOffers: false));
    }

    private static BalancingOrder Order(string id, long watts) =>
        new(id, Unit, Evening, RegulationDirection.Up, watts, TimeSpan.FromMinutes(15), Evening.AddMinutes(30));

    // Two homes that delivered 100 kWh each, as ordered.
    private static UnitPeriod Delivered() => new(
        Unit, First, RegulationDirection.Up, [new OrderedEnergy(new Energy(200_000), new Price(100_000))],
        [.. Enumerable.Range(1, 2).Select(home => new PointDelivery(TestUnits.Pod(home), new MemberId($"m{home}"), new Energy(0), new Energy(-100_000), new Energy(100_000)))]);
}

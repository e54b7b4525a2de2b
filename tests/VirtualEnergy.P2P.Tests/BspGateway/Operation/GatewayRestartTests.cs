using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Orders;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Market;
using Xunit;
using static VirtualEnergy.P2P.Tests.BspGateway.Operation.TestEvening;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

/// <summary>A day of the books, killed after every line and in the middle of it, and shortened while it is killed.</summary>
public sealed class GatewayRestartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-restart-");

    public void Dispose() => _folder.Delete(recursive: true);

    private string Log => Path.Combine(_folder.FullName, "books.jsonl");

    [Fact]
    public void Killed_after_any_line_or_within_it_the_books_are_those_of_the_last_whole_line()
    {
        var moments = Live(_folder.FullName);
        var whole = File.ReadAllBytes(Log);
        Assert.Equal(moments[^1].Length, whole.Length);
        for (var i = 0; i < moments.Count; i++)
        {
            var next = i + 1 < moments.Count ? moments[i + 1].Length : whole.Length;
            foreach (var length in new[] { moments[i].Length, (moments[i].Length + next) / 2, next - 1 }.Where(length => length >= moments[i].Length).Distinct())
            {
                File.WriteAllBytes(Log, whole[..(int)length]);
                using var books = new GatewayBooks(TestUnits.Options(_folder.FullName));
                Assert.Equal(moments[i].Picture, BooksPicture.Of(books, Day));
            }
        }
    }

    [Fact]
    public void Killed_at_any_line_of_the_shorter_log_the_books_are_the_same()
    {
        var moments = Live(_folder.FullName);
        var horizon = new BooksHorizon(Evening.AddHours(3), ShippedProfiles.Get(ShippedProfiles.ItalianMsd), Terms, new HashSet<string> { "o1", "o2", "o3", "r1" });
        var snapshots = new List<string>();
        using (var log = DurableLines.Open(_folder.FullName, "books.jsonl"))
        {
            log.Keep((int)log.Length);
            log.Replace(lines => Watched(horizon.Split(lines).Kept));
        }

        snapshots.Add(_folder.FullName);
        Assert.True(snapshots.Count > 10);
        foreach (var snapshot in snapshots)
        {
            using var books = new GatewayBooks(TestUnits.Options(snapshot));
            Assert.Equal(moments[^1].Picture, BooksPicture.Of(books, Day));
        }

        foreach (var snapshot in snapshots[..^1])
        {
            Directory.Delete(snapshot, recursive: true);
        }

        // What is on the disk before each line of the new file is what a kill there leaves.
        IEnumerable<ReadOnlyMemory<byte>> Watched(List<ReadOnlyMemory<byte>> lines)
        {
            foreach (var line in lines)
            {
                var snapshot = Directory.CreateTempSubdirectory("ve-restart-").FullName;
                Copy(_folder.FullName, snapshot);

                snapshots.Add(snapshot);
                yield return line;
            }
        }
    }

    [Fact]
    public void Shortened_books_say_the_same_of_what_matters_and_go_on()
    {
        Live(_folder.FullName);
        var later = Evening.AddDays(5);
        string picture;
        using (var books = new GatewayBooks(TestUnits.Options(_folder.FullName)))
        {
            var before = new FileInfo(Log).Length;
            books.Advance(later);
            books.Compact(later);
            Assert.True(new FileInfo(Log).Length < before / 2, $"{new FileInfo(Log).Length} of {before} bytes are left.");
            Assert.Empty(books.Offers);
            Assert.Empty(books.Orders());
            Assert.Single(books.Settled); // money is kept for two months
            Assert.Single(books.Documents); // and a document until nobody can send it again
            books.Keep(Document("d2"), later);
            picture = BooksPicture.Of(books, Day);
        }

        using (var again = new GatewayBooks(TestUnits.Options(_folder.FullName)))
        {
            Assert.Equal(picture, BooksPicture.Of(again, Day));
            again.Compact(Evening.AddDays(70));
            Assert.Empty(again.Settled);
        }

        // Settled periods are never thrown away.
        var settled = File.ReadAllLines(Path.Combine(_folder.FullName, "settled.jsonl"));
        Assert.Equal(First.Index, Assert.IsType<DeliveryEntry>(GatewayEntry.Read(System.Text.Encoding.UTF8.GetBytes(Assert.Single(settled)))).Period);
    }

    [Fact]
    public void An_order_that_took_the_place_of_a_forgotten_one_stands_alone()
    {
        // o1 goes over to o2 just before the horizon, o2 ends after it.
        var options = TestUnits.Options(_folder.FullName);
        using (var books = new GatewayBooks(options))
        {
            Sell(books, periods: 4);
            Assert.Null(books.Receive(Order("o1", 800_000, Evening, 60), "HTTP", Evening).Refusal);
            Assert.Null(books.Receive(Order("o2", 500_000, Evening.AddMinutes(20), 40, "o1"), "HTTP", Evening.AddMinutes(20)).Refusal);
            books.Advance(Evening.AddMinutes(21));
            books.Advance(Evening.AddMinutes(61));
            books.Compact(Evening.AddDays(2).AddMinutes(30));
            Assert.Equal("o2", Assert.Single(books.Orders()).Record.Order.Id);
        }

        using var again = new GatewayBooks(options);
        var (record, _) = Assert.Single(again.Orders());
        Assert.Equal(("o2", OrderStage.Released), (record.Order.Id, record.Stage));
    }

    [Fact]
    public void An_order_that_was_carried_out_before_a_stop_has_not_gone_by_unnoticed()
    {
        var options = TestUnits.Options(_folder.FullName);
        using (var books = new GatewayBooks(options))
        {
            Sell(books, periods: 2);
            books.Receive(Order("o1", 800_000, Evening, 30), "HTTP", Evening);
            Assert.True(books.Advance(Evening.AddMinutes(1)));
        }

        using var again = new GatewayBooks(options);
        again.Advance(Evening.AddMinutes(30));
        Assert.Equal(OrderStage.Released, Assert.Single(again.Orders()).Record.Stage);
        // On its way back: half of a minute is half of the power.
        Assert.Equal(-400_000, again.TargetAt(TestUnits.Unit, Evening.AddMinutes(30).AddSeconds(30), 0).Shift);
    }

    private static OrderTerms Terms => OrderTerms.Of(ShippedProfiles.Get(ShippedProfiles.ItalianMsd), TimeSpan.FromMinutes(1));

    /// <summary>Everything that can come to the books, and what they say after each.</summary>
    private static List<(long Length, string Picture)> Live(string folder)
    {
        var moments = new List<(long, string)>();
        using var books = new GatewayBooks(TestUnits.Options(folder));
        var log = new FileInfo(Path.Combine(folder, "books.jsonl"));
        void After(object? _)
        {
            log.Refresh();
            moments.Add((log.Length, BooksPicture.Of(books, Day)));
        }

        After(null);
        for (var home = 1; home <= 2; home++)
        {
            After(books.Propose(TestUnits.Pod(home), Day, [.. Enumerable.Repeat(new Energy(0), 96)], Planned));
        }

        After(books.Freeze(Unit, Day, Planned));
        foreach (var i in Enumerable.Range(0, 4))
        {
            After(books.Offer(new OfferId($"offer-{i}"), Offered(i), Planned));
        }

        After(books.Withdraw(new OfferId("offer-3"), Planned));
        for (var i = 0; i < 3; i++)
        {
            After(books.Take(new MarketResult($"r-{i}", new OfferId($"offer-{i}"), [new AcceptedStep(0, 1_000_000, new Price(100_000))]), Planned.AddHours(2)));
        }

        books.Keep(Document("d1"), Planned.AddHours(3));
        After(null);
        After(books.Receive(Order("o1", 800_000, Evening, 45), "ESMP", Evening));
        After(books.Advance(Evening.AddSeconds(4)));
        After(books.Receive(Order("o2", 2_000_000, Evening.AddMinutes(1), 30), "HTTP", Evening.AddMinutes(1)));
        After(books.Receive(Order("o3", 900_000, Evening.AddMinutes(15), 30, "o1"), "HTTP", Evening.AddMinutes(5)));
        After(books.Receive(new LimitationOrder("o4", Unit, Evening.AddMinutes(5), LimitSide.Floor, -1_500_000, TimeSpan.FromMinutes(15), Evening.AddHours(1)), "IEC 104", Evening.AddMinutes(5)));
        After(books.Advance(Evening.AddMinutes(15)));
        After(books.Deliver(
            new UnitPeriod(Unit, First, RegulationDirection.Up, [new OrderedEnergy(new Energy(100_000), new Price(100_000))], [new PointDelivery(TestUnits.Pod(1), new MemberId("m1"), new Energy(0), new Energy(-90_000), new Energy(100_000))]),
            Evening.AddMinutes(15), TimeSpan.FromMinutes(2)));
        After(books.Receive(new RevocationOrder("r1", Unit, Evening.AddMinutes(20), "o3"), "IEC 104", Evening.AddMinutes(20)));
        After(books.Advance(Evening.AddMinutes(20)));
        return moments;
    }

    private static AcceptedDocument Document(string id) => new(new CodedId("10X1001A1001A450", "A01"), id, 1, new Hash256(new byte[32]), Evening.AddDays(60));

    private static BalancingOrder Order(string id, long watts, DateTimeOffset start, int minutes, string? replaces = null) =>
        new(id, Unit, start, RegulationDirection.Up, watts, TimeSpan.FromMinutes(15), start.AddMinutes(minutes), replaces);

    // The files are locked by their writer; what a kill leaves of them is read beside the lock.
    private static void Copy(string from, string to)
    {
        using var copy = System.Diagnostics.Process.Start("cp", ["-r", from + "/.", to]);
        copy.WaitForExit();
        Assert.Equal(0, copy.ExitCode);
    }
}

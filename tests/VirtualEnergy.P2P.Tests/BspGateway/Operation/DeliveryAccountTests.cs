using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Orders;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using Xunit;
using static VirtualEnergy.P2P.Tests.BspGateway.Operation.TestEvening;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

/// <summary>Two homes that are told 400 kW upwards each from 18:00 on, and do it at once: 800 kW of 1 MW that was sold, by a program of nothing.</summary>
public sealed class DeliveryAccountTests : IDisposable
{
    private const int Cycle = 20;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-account-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_was_measured_and_told_is_settled_at_the_end_of_its_period()
    {
        using var books = Books(_folder.FullName);
        Run(new Running(books), 0, 31 * 3);

        // 800 kW over a quarter of an hour are 200 kWh. Ordered is half of that in the ramp, and then all of it.
        Assert.Equal([(100_000L, 200_000L), (200_000, 200_000)], books.Settled.Select(settled => (settled.Figures.Ordered.WattHours, settled.Figures.Delivered.WattHours)));
        Assert.All(books.Settled.SelectMany(settled => settled.Points), point => Assert.Equal((100_000, 100_000), (point.Assigned.WattHours, point.Delivered.WattHours)));
        Assert.All(books.Settled, settled => Assert.Equal(TimeSpan.Zero, books.Unmeasured(settled)));
    }

    [Fact]
    public void Killed_after_any_cycle_a_gateway_loses_at_most_the_last_minute_and_counts_it_as_not_measured()
    {
        for (var cycle = 1; cycle < 45; cycle++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, $"{cycle}")).FullName;
            using (var books = Books(folder))
            {
                Run(new Running(books), 0, cycle);
            }

            using var again = new GatewayBooks(TestUnits.Options(folder));
            Run(new Running(again), cycle, 46);

            // Checkpoints are after the first cycle and then every third; what came after the last one is lost.
            var lost = (cycle - 1) % 3 * Cycle;
            var settled = Assert.Single(again.Settled);
            Assert.Equal(TimeSpan.FromSeconds(lost), again.Unmeasured(settled));
            Assert.Equal(200_000 * (900 - lost) / 900, settled.Figures.Delivered.WattHours, tolerance: 1);
        }
    }

    [Fact]
    public void A_checkpoint_that_was_cut_off_is_none_and_the_one_before_counts()
    {
        using (var books = Books(_folder.FullName))
        {
            Run(new Running(books), 0, 7); // checkpoints after cycles 1, 4 and 7
        }

        var file = Assert.Single(_folder.GetFiles("metering-*.jsonl"));
        var whole = File.ReadAllBytes(file.FullName);
        var last = whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1;
        foreach (var length in new[] { last, last + 1, whole.Length - 1 })
        {
            File.WriteAllBytes(file.FullName, whole[..length]);
            using var again = new GatewayBooks(TestUnits.Options(_folder.FullName));
            var account = new DeliveryAccount(TestUnits.Options().Units[0], Running.Homes, again);
            Assert.Equal(4 * Cycle * 1000, account.Measured);
        }
    }

    [Fact]
    public void Periods_that_went_by_while_nothing_ran_are_settled_as_not_read()
    {
        using (var books = Books(_folder.FullName, periods: 5))
        {
            Run(new Running(books), 0, 15);
        }

        // Away from 18:05 to 18:50.
        using var again = new GatewayBooks(TestUnits.Options(_folder.FullName));
        Run(new Running(again), 50 * 3, 50 * 3 + 1);
        Assert.Equal([13 * Cycle, 0, 0], again.Settled.Select(settled => 900 - (int)again.Unmeasured(settled).TotalSeconds));
        Assert.Equal([0, 0], again.Settled.Skip(1).Select(settled => settled.Figures.Delivered.WattHours));

        // Nobody was told anything that is known: what is missing is the provider's.
        Assert.All(again.Settled.Skip(1), settled => Assert.All(settled.Points, point => Assert.Equal(0, point.Charge.MicroEur)));
        Assert.All(again.Settled.Skip(1), settled => Assert.True(settled.ProviderCharge > Money.Zero));
    }

    [Fact]
    public void A_home_that_is_not_seen_delivers_nothing_for_that_time()
    {
        using var books = Books(_folder.FullName);
        var account = new Running(books);
        Run(account, 0, 30);
        account.Silent = true;
        Run(account, 30, 46);

        // Seen for 10 of 15 minutes: two thirds of 200 kWh.
        Assert.Equal(133_333, Assert.Single(books.Settled).Figures.Delivered.WattHours, tolerance: 1);
    }

    [Fact]
    public void The_hours_before_the_order_move_the_baseline_where_the_market_says_so_and_a_stop_forgets_none_of_them()
    {
        // eu-mfrr looks at the three hours that end one before the order. The homes are planned at 100 kW each and read 120: within the bound of half, so the baseline of the order is 120.
        var options = TestUnits.Options(_folder.FullName) with { Profile = ShippedProfiles.Get("eu-mfrr") };
        using (var books = Books(options, program: 25_000, start: Evening))
        {
            Run(new Running(books, 120_000), -16 * 15 * 3, -10);
        }

        using var again = new GatewayBooks(options);
        var account = new Running(again, 120_000);
        Run(account, -10, 0);
        account.Shift = -400_000;
        Run(account, 0, 46);

        var settled = Assert.Single(again.Settled);
        Assert.All(settled.Points, point => Assert.Equal(100_000, point.Delivered.WattHours)); // 400 kW for a quarter of an hour, from 120 and not from 100
    }

    private static GatewayBooks Books(string folder, int periods = 2) => Books(TestUnits.Options(folder), 0, Evening, periods);

    private static GatewayBooks Books(GatewayOptions options, long program, DateTimeOffset start, int periods = 2)
    {
        var books = new GatewayBooks(options);
        Freeze(books, program);
        Sell(books, periods);
        var ramp = books.Ramp;
        var end = start + (options.Profile.HoldingSeconds < 900 ? ramp + TimeSpan.FromMinutes(5) : TimeSpan.FromMinutes(15 * periods));
        var watts = options.Profile.SizeStep > 800_000 ? 1_000_000 : 800_000;
        Assert.Null(books.Receive(new BalancingOrder("o1", Unit, start, RegulationDirection.Up, watts, ramp, end), "HTTP", start - TimeSpan.FromSeconds(options.Profile.PreparationSeconds)).Refusal);
        return books;
    }

    // Cycles of 20 s from 18:00 on.
    private static void Run(Running account, int from, int until)
    {
        for (var cycle = from; cycle < until; cycle++)
        {
            account.Add(Evening.AddSeconds(cycle * Cycle), Evening.AddSeconds((cycle + 1) * Cycle));
        }
    }

    private sealed class Running(GatewayBooks books, long program = 0)
    {
        public static readonly ImmutableArray<HomeDescription> Homes = [.. TestUnits.Options().Units[0].Customers[0].Homes.Select(home => new HomeDescription(home, "c", 0))];

        private readonly DeliveryAccount _account = new(TestUnits.Options().Units[0], Homes, books);

        public bool Silent { get; set; }

        public long Shift { get; set; } = program == 0 ? -400_000 : 0;

        public void Add(DateTimeOffset from, DateTimeOffset to)
        {
            var state = new HomeState(to, program + Shift, program, 600_000, 0, IsAvailable: true, Shift);
            _account.Add(from, to, [state, state], [Shift, Shift], _ => !Silent);
        }
    }
}

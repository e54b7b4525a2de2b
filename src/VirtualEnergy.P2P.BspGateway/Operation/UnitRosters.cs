using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>
/// Names who counts in a period that is sold: a home of a community of which nothing was sold then is free to do what it likes and cannot be called, so neither its program of the day before nor what it
/// does is part of the unit. Homes behind telecontrol units, and virtual end nodes, may be called without having been sold, and always count.
/// </summary>
internal sealed class UnitRosters(GatewayOptions options, GatewayBooks books)
{
    private readonly List<(UnitId Unit, List<(HomeOptions Home, bool IsFree)> Homes)> _units =
    [
        .. options.Units.Where(unit => unit.Customers.Any(customer => customer.Community is not null))
            .Select(unit => (new UnitId(unit.Id), unit.Customers.SelectMany(customer => customer.Homes.Select(home => (home, customer.Community is not null))).ToList())),
    ];

    /// <summary>The ledger says what is sold now. What was named already and still holds is not named again.</summary>
    /// <param name="sold">Of any homes, from the running period on.</param>
    public void Run(IReadOnlyCollection<ReservedEnergy> sold, DateTimeOffset now)
    {
        var running = books.Profile.Grid.At(now);
        foreach (var period in sold.Where(line => line.Energy > Energy.Zero && line.Key.Period > running).GroupBy(line => line.Key.Period))
        {
            var members = period.Select(line => line.Key.Home).ToHashSet();
            foreach (var (unit, homes) in _units.Where(unit => unit.Homes.Exists(home => members.Contains(home.Home.Member))))
            {
                books.Name(unit, period.Key, [.. homes.Where(home => !home.IsFree || members.Contains(home.Home.Member)).Select(home => home.Home.Pod)], now);
            }
        }
    }
}

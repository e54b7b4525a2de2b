using System.Collections.Immutable;
using VirtualEnergy.P2P.BspGateway;

namespace VirtualEnergy.P2P.Devnet.Tso;

/// <summary>All simulated customers, with the homes shared out evenly among them.</summary>
internal sealed class SimulatedCustomers : IAsyncDisposable
{
    private readonly ImmutableArray<SimulatedCustomer> _customers;

    public SimulatedCustomers(TsoDemoOptions options, TimeSpan cycle, TimeProvider time, TimeProvider link)
    {
        var seeds = new Random(options.Seed);
        _customers =
        [
            .. Enumerable.Range(0, options.Customers).Select(customer =>
            {
                var first = (int)((long)options.Homes * customer / options.Customers);
                var homes = (int)((long)options.Homes * (customer + 1) / options.Customers) - first;
                return SimulatedCustomer.Start($"customer-{customer + 1:00}", first, [.. Enumerable.Range(0, homes).Select(_ => new SimulatedHome(seeds.Next()))], cycle, time, link);
            }),
        ];
    }

    public int Homes => _customers.Sum(customer => customer.Homes.Length);

    public int Taken => _customers.Sum(customer => customer.Taken);

    public ImmutableArray<CustomerOptions> Describe() => [.. _customers.Select(customer => customer.Describe())];

    /// <summary>Every home's program of a day.</summary>
    public IEnumerable<(string Pod, ImmutableArray<long> WattHours)> Programs(IReadOnlyList<DateTimeOffset> starts, int periodSeconds) =>
        _customers.SelectMany(customer => customer.Homes.Select((home, index) => (
            customer.Describe().Homes[index].Pod.Value, starts.Select(start => home.Baseline(start) * periodSeconds / 3_600).ToImmutableArray())));

    /// <summary>Every tenth home leaves, or as many as are asked for, evenly over all customers.</summary>
    /// <returns>How many did.</returns>
    public int Vanish(int percent)
    {
        var count = 0;
        foreach (var customer in _customers)
        {
            var leaving = Enumerable.Range(0, customer.Homes.Length).Where(home => (home + 1) * percent / 100 > home * percent / 100).ToList();
            customer.Vanish(leaving);
            count += leaving.Count;
        }

        return count;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var customer in _customers)
        {
            await customer.DisposeAsync();
        }
    }
}

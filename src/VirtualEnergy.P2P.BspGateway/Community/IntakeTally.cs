using System.Collections.Concurrent;
using System.Collections.Immutable;
using VirtualEnergy.P2P.BspGateway.Hosting;

namespace VirtualEnergy.P2P.BspGateway.Community;

/// <summary>What was left out, by code. The log is told once of each home and code, so that nobody can fill it. Safe to use from any thread.</summary>
internal sealed class IntakeTally(string customer, ILogger logger)
{
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly ConcurrentDictionary<(string Home, string Code), bool> _told = new();

    /// <summary>All of it.</summary>
    public long Sum => _counts.Values.Sum();

    public ImmutableSortedDictionary<string, long> Counts => _counts.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <param name="home">One of the portfolio, or a word for all that are not: not what a topic says, of which there is no end.</param>
    public void Add(string home, string code)
    {
        _ = _counts.AddOrUpdate(code, 1, static (_, count) => count + 1);
        if (_told.TryAdd((home, code), true))
        {
            logger.HomeLeftOut(customer, home, code);
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Watching;

/// <summary>Of each period what has the highest number, of so many of the latest periods. Not for several threads at once.</summary>
internal sealed class LatestByPeriod<T>(int kept)
    where T : class
{
    private readonly SortedDictionary<Period, (long Number, T Entry)> _entries = [];

    /// <summary>In the order of the periods.</summary>
    public IEnumerable<T> All => _entries.Values.Select(known => known.Entry);

    public bool TryGet(Period period, [NotNullWhen(true)] out T? entry)
    {
        var isKnown = _entries.TryGetValue(period, out var known);
        entry = known.Entry;
        return isKnown;
    }

    /// <summary>Whether this number, or a higher one, is there already.</summary>
    public bool Knows(Period period, long number) => _entries.TryGetValue(period, out var known) && known.Number >= number;

    /// <returns>False, and nothing is changed, where <see cref="Knows"/>.</returns>
    public bool Remember(Period period, long number, T entry)
    {
        if (Knows(period, number))
        {
            return false;
        }

        _entries[period] = (number, entry);
        if (_entries.Count > kept)
        {
            _entries.Remove(_entries.Keys.First());
        }

        return true;
    }
}

using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Balancing;

/// <summary>
/// What flows through a home whose devices are told what to do by the period: its energy, evenly over the period; where an order changed it on the way, what
/// was left of it over what was left of the time. Any thread may call.
/// </summary>
internal sealed class PowerTrace
{
    private const int Kept = 4;

    private readonly Lock _lock = new();
    private readonly List<(DateTimeOffset From, DateTimeOffset To, long Watts)> _parts = [];

    /// <summary>A period is run, or runs otherwise from now on.</summary>
    public void Ran(Period period, Energy net, PeriodGrid grid, DateTimeOffset now)
    {
        var (start, end) = (grid.StartOf(period), grid.EndOf(period));
        lock (_lock)
        {
            if (now <= start || now >= end)
            {
                _ = _parts.RemoveAll(part => part.From >= start && part.To <= end);
                Add(start, end, net.WattHours * 3_600_000.0);
                return;
            }

            // What flowed until now has flowed: as it was told, or, where nothing was, as it is told now.
            var before = 0.0;
            for (var i = _parts.Count - 1; i >= 0; i--)
            {
                var part = _parts[i];
                if (part.From >= start && part.To <= end)
                {
                    _parts.RemoveAt(i);
                    if (part.From < now)
                    {
                        var to = part.To < now ? part.To : now;
                        _parts.Insert(i, (part.From, to, part.Watts));
                        before += part.Watts * (to - part.From).TotalMilliseconds;
                    }
                }
            }

            var isNew = !_parts.Any(part => part.From >= start && part.To <= end);
            Add(isNew ? start : now, end, net.WattHours * 3_600_000.0 - before);
        }
    }

    /// <summary>W at an instant, + import; null where nothing is known of it.</summary>
    public long? At(DateTimeOffset instant)
    {
        lock (_lock)
        {
            foreach (var part in _parts)
            {
                if (part.From <= instant && instant < part.To)
                {
                    return part.Watts;
                }
            }

            return null;
        }
    }

    private void Add(DateTimeOffset from, DateTimeOffset to, double wattMilliseconds)
    {
        _parts.Add((from, to, (long)Math.Round(wattMilliseconds / (to - from).TotalMilliseconds)));
        if (_parts.Count > 4 * Kept)
        {
            _parts.RemoveRange(0, _parts.Count - 4 * Kept);
        }
    }
}

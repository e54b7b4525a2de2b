using System.Collections.Immutable;
using VirtualEnergy.P2P.BspGateway.Operation;

namespace VirtualEnergy.P2P.BspGateway.Live;

/// <summary>What each home moved while it was asked to, against its program, added up cycle by cycle for people to look at. Safe to use from any thread.</summary>
/// <param name="board">The homes' last states.</param>
/// <param name="stale">Over a longer time without a cycle nothing is counted, and an older measurement says nothing.</param>
public sealed class MovedEnergy(HomeBoard board, TimeSpan stale)
{
    private const long WattMillisecondsPerWattHour = 3_600_000;

    private readonly long[] _watts = new long[board.Homes.Length];
    private readonly long[] _wattMilliseconds = new long[board.Homes.Length];
    private readonly Lock _lock = new();
    private DateTimeOffset? _last;

    /// <summary>A cycle is over.</summary>
    /// <param name="asked">The homes that are asked to move now, by their place on the board; W against their programs.</param>
    public void Add(DateTimeOffset now, IEnumerable<(int Home, long Watts)> asked)
    {
        lock (_lock)
        {
            var milliseconds = _last is { } last && now > last && now - last <= stale ? (now - last).Ticks / TimeSpan.TicksPerMillisecond : 0;
            _last = now;
            Array.Clear(_watts);
            foreach (var (home, _) in asked)
            {
                var state = board[home];
                _watts[home] = UnitSituation.IsFresh(state, now, stale) ? state.PowerWatts - state.BaselineWatts : 0;
                _wattMilliseconds[home] += _watts[home] * milliseconds;
            }
        }
    }

    /// <summary>Homes that have moved, those that moved most first.</summary>
    public ImmutableArray<MovedView> Read()
    {
        lock (_lock)
        {
            return
            [
                .. Enumerable.Range(0, _watts.Length).Where(home => _watts[home] != 0 || _wattMilliseconds[home] != 0)
                    .OrderByDescending(home => Math.Abs(_wattMilliseconds[home])).ThenBy(home => home)
                    .Select(home => new MovedView(
                        board.Homes[home].Home.Pod.Value, board.Homes[home].Home.Name, _watts[home], _wattMilliseconds[home] / WattMillisecondsPerWattHour)),
            ];
        }
    }
}

using System.Diagnostics;

namespace VirtualEnergy.P2P.Benchmarks.Continuous;

/// <summary>
/// How long each operation of a stream took in each of several replays. What the book does for an operation is the same in
/// every replay, what the machine does beside (timer interrupts, a host that takes the core away) strikes another operation
/// each time; the median over the replays of one operation is therefore the book's own.
/// </summary>
internal sealed class ReplayTimes
{
    private readonly int[][] _ticks;

    /// <remarks>A page that is touched for the first time costs more than an operation; so every page is touched before.</remarks>
    public ReplayTimes(int replays, int operations)
    {
        _ticks = [.. Enumerable.Range(0, replays).Select(_ => new int[operations])];
        foreach (var replay in _ticks)
        {
            Array.Fill(replay, 1);
        }
    }

    /// <summary>The times of one replay, in ticks of the clock, to be written in the order of the stream.</summary>
    public Span<int> Replay(int replay) => _ticks[replay];

    /// <summary>Mean of everything measured, in ticks.</summary>
    public long Mean => (long)_ticks.Average(replay => replay.Average());

    /// <summary>The percentiles of the operations, each with the median of its replays. Nanoseconds.</summary>
    public double[] OfMedians(params double[] percents)
    {
        var medians = new int[_ticks[0].Length];
        var one = new int[_ticks.Length];
        for (var i = 0; i < medians.Length; i++)
        {
            for (var replay = 0; replay < one.Length; replay++)
            {
                one[replay] = _ticks[replay][i];
            }

            Array.Sort(one);
            medians[i] = one[one.Length / 2];
        }

        Array.Sort(medians);
        return [.. percents.Select(percent => Rank(medians, percent))];
    }

    /// <summary>The same percentile of each replay by itself, whatever struck it; the median of them. Nanoseconds.</summary>
    public double Raw(double percent)
    {
        var each = _ticks.Select(replay =>
        {
            var sorted = (int[])replay.Clone();
            Array.Sort(sorted);
            return Rank(sorted, percent);
        }).Order().ToList();
        return each[each.Count / 2];
    }

    private static double Rank(int[] sorted, double percent) =>
        sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * sorted.Length) - 1, 0, sorted.Length - 1)] * 1e9 / Stopwatch.Frequency;
}

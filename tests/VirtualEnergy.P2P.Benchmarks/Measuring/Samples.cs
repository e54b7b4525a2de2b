using System.Diagnostics;

namespace VirtualEnergy.P2P.Benchmarks.Measuring;

/// <summary>Times of repeated runs of one thing, in seconds.</summary>
public sealed class Samples
{
    private readonly List<double> _seconds = [];

    public double Median => Percentile(50);

    /// <param name="percent">0 to 100; nearest rank.</param>
    public double Percentile(double percent)
    {
        var sorted = _seconds.Order().ToList();
        return sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * sorted.Count) - 1, 0, sorted.Count - 1)];
    }

    /// <summary>A time that was taken elsewhere.</summary>
    public void Add(double seconds) => _seconds.Add(seconds);

    /// <summary>Runs it once and notes how long it took.</summary>
    public void Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        _seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>
    /// Runs the actions in turn, round after round, so that a slow moment of the machine falls on all of them alike; a first
    /// round warms up and is not counted.
    /// </summary>
    /// <returns>The times of each action, in the order given.</returns>
    public static Samples[] Interleaved(int rounds, params Action[] actions)
    {
        foreach (var action in actions)
        {
            action();
        }

        var samples = actions.Select(_ => new Samples()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < actions.Length; i++)
            {
                samples[i].Time(actions[i]);
            }
        }

        return samples;
    }
}

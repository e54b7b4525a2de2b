using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices.Stores;

/// <summary>
/// What a home expects to draw of a tank, and what it keeps for more or earlier draws, from what it drew on the last days.
/// </summary>
/// <remarks>
/// As long as the draw that is usual about now has not come, days are laid upon each other by the clock. Once it has come, what followed
/// such draws before is laid upon it: nothing is kept any longer for what is over. What is kept is the most of all days, and as much
/// more as days lie apart: twice the most less the least, shared among the days between them. What can be heated from the first period of a draw
/// on need not be kept, as the tank heats as soon as it is drawn from.
/// </remarks>
internal readonly struct DrawnBefore
{
    private const int MostDays = 14;
    private const int LeastFollowed = 3;
    private const double MostPart = 3;
    private const double HoursOfQuiet = 2;
    private const double HoursAlike = 3;
    private const double HoursFollowed = 5;
    private const double HoursEarlier = 1.5;
    private const double HoursAhead = 1;

    // Days that were all alike tell little of the next: half of an n-th.
    private const double LeastPart = 0.5;

    // Whole Wh at the terminals, and what leaks while the home waits for its period, Wh.
    private const double Rounding = 10;

    private readonly double[] _sums;
    private readonly double _reheat;
    private readonly int _day;
    private readonly int _quiet;
    private readonly int _alike;
    private readonly int _followed;
    private readonly int _earlier;
    private readonly int _ahead;

    /// <param name="drawn">W; looked at before <paramref name="now"/> only.</param>
    /// <param name="now">The first period that is not known.</param>
    /// <param name="grid">Length of a period.</param>
    /// <param name="reheat">What the tank can take up in a period, Wh.</param>
    public DrawnBefore(PowerProfile drawn, Period now, PeriodGrid grid, double reheat)
    {
        int Periods(double hours) => (int)Math.Max(1, hours * 3600 / grid.LengthSeconds);

        (_reheat, _day) = (reheat, Periods(24));
        (_quiet, _alike, _followed, _earlier, _ahead) = (Periods(HoursOfQuiet), Periods(HoursAlike), Periods(HoursFollowed), Periods(HoursEarlier), Periods(HoursAhead));
        _sums = new double[(int)Math.Clamp(now.Index - drawn.First.Index, 0, MostDays * _day) + 1];
        for (var i = 1; i < _sums.Length; i++)
        {
            _sums[i] = _sums[i - 1] + drawn.At(new Period(now.Index - _sums.Length + i)) * (grid.LengthSeconds / 3600.0);
        }
    }

    private int Known => _sums.Length - 1;

    /// <summary>Whether there was a day to learn from.</summary>
    public bool IsEmpty => Known < _day;

    /// <summary>Fills in what is drawn in each period, and what is wanted in the tank at its end, Wh.</summary>
    public void Expect(Span<double> use, Span<double> wanted)
    {
        var (since, alike) = Followed();
        var boundary = Math.Min(use.Length, _followed - since);
        var starts = new List<int>(MostDays);
        for (var t = 0; t < use.Length; t++)
        {
            var follows = alike.Count >= LeastFollowed && t < boundary;
            Lay(follows ? alike : null, t, starts);
            use[t] = 0;
            foreach (var start in starts)
            {
                use[t] += (follows ? Part(start, since) : 1) * Drawn(start + t, start + t + 1) / starts.Count;
            }

            var from = Math.Max(follows || alike.Count < LeastFollowed ? 0 : boundary, t - _followed + 1);
            var (most, least, expected) = (0.0, double.PositiveInfinity, 0.0);
            foreach (var start in starts)
            {
                var ofDay = 0.0;
                for (var earlier = 0; earlier <= (follows ? 0 : _earlier); earlier++)
                {
                    ofDay = Math.Max(ofDay, Needed(start + earlier + Math.Min(from, t), start + earlier + t + 1, follows ? Part(start, since) : 1));
                }

                (most, least) = (Math.Max(most, ofDay), Math.Min(least, ofDay));
            }

            for (var i = from; i <= t; i++)
            {
                expected += use[i];
            }

            wanted[t] = most > 0 ? Math.Max(0, most + Beyond(most, least, starts.Count) - expected) + Rounding : 0;
        }
    }

    // What the next day may need beyond the most of n days.
    private static double Beyond(double most, double least, int days) => Math.Max(LeastPart * most / days, 2 * (most - least) / Math.Max(1, days - 1));

    // Where the days before begin that tell of a period: by the clock, or by what they followed. In periods from now, so all negative.
    private void Lay(List<int>? followed, int t, List<int> starts)
    {
        starts.Clear();
        if (followed is not null)
        {
            starts.AddRange(followed);
            return;
        }

        var start = -_day;
        while (start + t >= 0)
        {
            start -= _day;
        }

        for (; start + t >= -Known; start -= _day)
        {
            starts.Add(start);
        }
    }

    // How long ago the last draw began, and the same time after each that began at about the same time of day.
    private (int Since, List<int> Alike) Followed()
    {
        var since = 1;
        while (since <= _followed && !Begins(-since))
        {
            since++;
        }

        var alike = new List<int>();
        for (var i = -Known + _quiet; since <= _followed && i < -since - _followed; i++)
        {
            var apart = (((i + since) % _day) + _day) % _day;
            if (Math.Min(apart, _day - apart) <= _alike && Begins(i))
            {
                alike.Add(i + since);
            }
        }

        return (since, alike);
    }

    // A draw that was twice as large so far goes on twice as large.
    private double Part(int start, int since) => Math.Clamp(Drawn(-since, 0) / Math.Max(1, Drawn(start - since, start)), 1 / MostPart, MostPart);

    private bool Begins(int at) => Drawn(at, at + 1) > 0 && Drawn(at - _quiet, at) <= 0;

    // What was drawn, and what must have been in the tank then for what came next, faster than it could be heated.
    private double Needed(int from, int to, double scale)
    {
        var next = 0.0;
        for (var ahead = 1; ahead <= _ahead; ahead++)
        {
            next = Math.Max(next, scale * Drawn(to, to + ahead) - ahead * _reheat);
        }

        return scale * Drawn(from, to) + next;
    }

    private double Drawn(int from, int to) => _sums[Math.Clamp(to + Known, 0, Known)] - _sums[Math.Clamp(from + Known, 0, Known)];
}

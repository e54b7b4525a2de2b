using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>
/// The distances ahead at which a forecaster learns what the last measurements still tell, and how far off it is: 15 minutes to
/// 36 hours. In between it interpolates over the logarithm of the distance.
/// </summary>
internal sealed class Horizons
{
    private static readonly int[] Minutes = [15, 30, 60, 120, 240, 480, 1_440, 2_160];

    private static readonly Horizons[] OfGrids = [.. new[] { 300, 900, 1_800, 3_600 }.Select(seconds => new Horizons(seconds))];

    private readonly (byte Knot, float Part)[] _between;

    private Horizons(int seconds)
    {
        Seconds = seconds;
        Knots = [.. Minutes.Select(minutes => Math.Max(1, minutes * 60 / seconds)).Distinct()];
        Strides = [.. Knots.Select(knot => knot * seconds >= 86_400 ? 2 : 1)];
        _between = new (byte, float)[Longest + 1];
        for (var ahead = 1; ahead <= Longest; ahead++)
        {
            var knot = Math.Clamp(Array.FindLastIndex(Knots, at => at <= ahead), 0, Knots.Length - 2);
            var part = Math.Log((double)ahead / Knots[knot]) / Math.Log((double)Knots[knot + 1] / Knots[knot]);
            _between[ahead] = ((byte)knot, (float)Math.Clamp(part, 0, 1));
        }
    }

    private int Seconds { get; }

    /// <summary>Periods ahead, rising from 1: the period after the last measured one.</summary>
    public int[] Knots { get; }

    /// <summary>
    /// Every how many periods a knot's forecasts are judged: forecasts a day ahead that are made a quarter of an hour apart say nearly
    /// the same, so every second will do.
    /// </summary>
    public int[] Strides { get; }

    public int Longest => Knots[^1];

    public static Horizons Of(PeriodGrid grid) => OfGrids.Single(horizons => horizons.Seconds == grid.LengthSeconds);

    /// <summary>The knot before a distance of 1 to <see cref="Longest"/>, and how far from it to the next, 0 to 1.</summary>
    public (int Knot, double Part) Between(long ahead)
    {
        var (knot, part) = _between[Math.Clamp(ahead, 1, Longest)];
        return (knot, part);
    }
}

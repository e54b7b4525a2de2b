using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>
/// Mean value by time of day and kind of day, older days forgotten exponentially. What a kind of day has not told yet is taken
/// from all days, and what those have not told from a prior.
/// </summary>
/// <remarks>
/// Two levels of shrinkage: a mean of w observations is held against κ imagined ones of the level above. Each observation also
/// tells a little of the slots beside its own, as habits are not punctual to the quarter of an hour.
/// </remarks>
internal sealed class DailyProfile
{
    private const double KeptOfAll = 0.90;
    private const double KeptOfKind = 0.90;
    private const double ImaginedOfKind = 12;
    private const double ImaginedOfPrior = 0.7;

    private readonly int _slots;
    private readonly ImmutableArray<float> _kernel;
    private readonly double _unit;
    private readonly Half[] _mean;
    private readonly Half[] _weight;

    /// <param name="slots">Periods of a day.</param>
    /// <param name="kinds">Kinds of day that are told apart; one tells none apart.</param>
    /// <param name="unit">What means are kept in multiples of, to half precision: about the size of errors.</param>
    /// <param name="kernel">Weight of an observation in its own slot, the next ones, and so on; the first is 1.</param>
    public DailyProfile(int slots, int kinds, double unit, ImmutableArray<float> kernel)
    {
        _slots = slots;
        _kernel = kernel;
        _unit = unit;
        var rows = kinds > 1 ? kinds + 1 : 1;
        _mean = new Half[rows * slots];
        _weight = new Half[rows * slots];
    }

    /// <summary>Expected value of a slot.</summary>
    /// <param name="slot">Time of day.</param>
    /// <param name="kind">Kind of day.</param>
    /// <param name="prior">What is expected without any observation.</param>
    public double At(int slot, int kind, double prior)
    {
        var (weight, mean) = ((double)_weight[slot], (double)_mean[slot] * _unit);
        var all = (weight * mean + ImaginedOfPrior * prior) / (weight + ImaginedOfPrior);
        if (_mean.Length == _slots)
        {
            return all;
        }

        var own = (kind + 1) * _slots + slot;
        (weight, mean) = ((double)_weight[own], (double)_mean[own] * _unit);
        return (weight * mean + ImaginedOfKind * all) / (weight + ImaginedOfKind);
    }

    public void Observe(int slot, int kind, double value, double importance = 1)
    {
        Learn(0, slot, value, importance, KeptOfAll);
        if (_mean.Length > _slots)
        {
            Learn((kind + 1) * _slots, slot, value, importance, KeptOfKind);
        }
    }

    private void Learn(int row, int slot, double value, double importance, double kept)
    {
        for (var beside = -(_kernel.Length - 1); beside < _kernel.Length; beside++)
        {
            var at = row + (slot + beside + _slots) % _slots;
            var weight = (double)_weight[at] * (beside == 0 ? kept : 1);
            var share = importance * _kernel[Math.Abs(beside)];
            weight += share;
            var mean = (double)_mean[at];
            _mean[at] = (Half)(mean + (value / _unit - mean) * share / Math.Max(weight, 1e-9));
            _weight[at] = (Half)weight;
        }
    }
}

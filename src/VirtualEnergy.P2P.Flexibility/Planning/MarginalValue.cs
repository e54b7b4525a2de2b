namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>
/// What one kWh more in a store is worth, as a falling step function of the fill: the slopes of a concave, piecewise linear value.
/// Worked on in place, backwards through the periods.
/// </summary>
/// <remarks>
/// The recursion of the store is V(x) = max over y of V'(y) − g(y − x), with g the cost of charging and discharging. The maximum of a
/// sum of concave functions over a shared argument merges their pieces by slope, steepest first, so one period costs two
/// insertions and no grid of fills is needed: the result is exact. Slopes in µEUR/kWh, lengths and fills in Wh. Not safe for
/// concurrent use.
/// </remarks>
internal sealed class MarginalValue
{
    // Pieces that differ by less, or are shorter, are one: the tick is 100 µEUR/kWh, and energy is booked in whole Wh.
    private const double SameSlope = 0.5;
    private const double Shortest = 1e-7;

    private double[] _slopes = new double[32];
    private double[] _lengths = new double[32];

    /// <summary>Fill at which the first piece begins.</summary>
    public double Low { get; private set; }

    public int Count { get; private set; }

    public ReadOnlySpan<double> Slopes => _slopes.AsSpan(0, Count);

    public ReadOnlySpan<double> Lengths => _lengths.AsSpan(0, Count);

    /// <summary>One slope up to a fill, and another, not steeper, beyond it.</summary>
    public void Set(double low, double high, double slope, double upTo, double beyond)
    {
        Low = low;
        Count = 0;
        var middle = Math.Clamp(upTo, low, high);
        Insert(slope, middle - low);
        if (high > middle)
        {
            Insert(Math.Min(slope, beyond), high - middle);
        }
    }

    /// <summary>What was kept of a value before.</summary>
    public void Set(FillValue value)
    {
        (Low, Count) = (value.Low, value.Slopes.Length);
        Reserve(Count);
        value.Slopes.CopyTo(_slopes, 0);
        value.Lengths.CopyTo(_lengths, 0);
    }

    /// <summary>Keeps to the fills that there can be at the end of a period, and adds what is wanted of them.</summary>
    public void Bound(in StoreStage stage)
    {
        Restrict(stage.Floor, stage.Ceiling, StoreStage.Scarcity);
        Raise(stage.Wanted, StoreStage.Scarcity);
    }

    /// <summary>Goes back over a period in which energy at the terminals is bought and sold at a price.</summary>
    /// <param name="stage">The period.</param>
    /// <param name="price">µEUR/kWh.</param>
    /// <param name="haste">See <see cref="HomeProblem.Haste"/>.</param>
    public void Precede(in StoreStage stage, double price, double haste)
    {
        if (stage.MostIn > 0)
        {
            Insert((price + haste + stage.Wear) / stage.InYield, stage.MostIn * stage.InYield);
            Low -= stage.MostIn * stage.InYield;
        }

        // A generator does not run at a loss to make room for what can be spilt for nothing.
        if (stage.MostOut > 0 && (stage.OutCost == 0 || price - haste > stage.OutCost))
        {
            Insert((price - haste - stage.OutCost) * stage.OutYield, stage.MostOut / stage.OutYield);
        }

        Low = (Low + stage.Use) / stage.Keep;
        if (stage.Keep != 1)
        {
            for (var i = 0; i < Count; i++)
            {
                _slopes[i] *= stage.Keep;
                _lengths[i] /= stage.Keep;
            }
        }
    }

    private void Restrict(double floor, double ceiling, double scarcity)
    {
        var cut = 0;
        for (var excess = floor - Low; excess > 0 && cut < Count; excess = floor - Low)
        {
            if (_lengths[cut] > excess + Shortest)
            {
                _lengths[cut] -= excess;
                Low = floor;
                break;
            }

            Low += _lengths[cut++];
        }

        if (cut > 0)
        {
            _slopes.AsSpan(cut, Count - cut).CopyTo(_slopes);
            _lengths.AsSpan(cut, Count - cut).CopyTo(_lengths);
            Count -= cut;
        }

        if (Count == 0)
        {
            Low = floor;
        }
        else if (Low > floor + Shortest)
        {
            Put(0, Math.Max(scarcity, _slopes[0]), Low - floor);
            Low = floor;
        }

        var high = Low;
        for (var i = 0; i < Count; i++)
        {
            if (high + _lengths[i] >= ceiling)
            {
                _lengths[i] = Math.Max(0, ceiling - high);
                Count = _lengths[i] > Shortest ? i + 1 : i;
                return;
            }

            high += _lengths[i];
        }

        if (ceiling - high > Shortest)
        {
            // More than the ceiling spills, so the missing top is worth what spilling is: nothing, or less where it was less already.
            Put(Count, Count > 0 ? Math.Min(0, _slopes[Count - 1]) : 0, ceiling - high);
        }
    }

    private void Raise(double upTo, double by)
    {
        var at = Low;
        for (var i = 0; i < Count && at < upTo - Shortest; i++)
        {
            var length = _lengths[i];
            if (at + length > upTo + Shortest)
            {
                Put(i + 1, _slopes[i], at + length - upTo);
                _lengths[i] = upTo - at;
            }

            _slopes[i] += by;
            at += length;
        }
    }

    private void Insert(double slope, double length)
    {
        var at = 0;
        while (at < Count && _slopes[at] > slope + SameSlope)
        {
            at++;
        }

        if (at < Count && Math.Abs(_slopes[at] - slope) <= SameSlope)
        {
            _lengths[at] += length;
        }
        else
        {
            Put(at, slope, length);
        }
    }

    private void Put(int at, double slope, double length)
    {
        Reserve(Count + 1);
        _slopes.AsSpan(at, Count - at).CopyTo(_slopes.AsSpan(at + 1));
        _lengths.AsSpan(at, Count - at).CopyTo(_lengths.AsSpan(at + 1));
        (_slopes[at], _lengths[at]) = (slope, length);
        Count++;
    }

    private void Reserve(int pieces)
    {
        if (pieces > _slopes.Length)
        {
            Array.Resize(ref _slopes, 2 * pieces);
            Array.Resize(ref _lengths, 2 * pieces);
        }
    }
}

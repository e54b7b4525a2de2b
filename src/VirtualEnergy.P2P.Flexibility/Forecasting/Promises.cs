namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>
/// What was expected of coming periods when each knot's distance lay ahead of them, so that a measurement is held against what was
/// known then, not against what has been learned since. In scales, to half precision.
/// </summary>
/// <remarks>For a knot of k periods and a stride of s, only periods divisible by s are kept, k / s of them.</remarks>
internal sealed class Promises
{
    private readonly Horizons _horizons;
    private readonly Half[] _usual;
    private readonly Half[] _timeOfDay;

    public Promises(Horizons horizons)
    {
        _horizons = horizons;
        var places = horizons.Knots.Zip(horizons.Strides, (knot, stride) => knot / stride).Sum();
        (_usual, _timeOfDay) = (new Half[places], new Half[places]);
        _usual.AsSpan().Fill(Half.NaN);
    }

    /// <summary>What was said of a period; false where nothing was. To be read before the next is made for the same knot.</summary>
    public bool TryGet(long period, int knot, out double usual, out double timeOfDay)
    {
        (usual, timeOfDay) = (0, 0);
        if (!IsKept(period, knot) || Half.IsNaN(_usual[Place(period, knot)]))
        {
            return false;
        }

        (usual, timeOfDay) = ((double)_usual[Place(period, knot)], (double)_timeOfDay[Place(period, knot)]);
        return true;
    }

    /// <summary>Whether what is said in this period, of the one a knot's distance later, is kept.</summary>
    public bool IsKept(long period, int knot) => period % _horizons.Strides[knot] == 0;

    /// <summary>Says it of the period that lies the knot's distance after <paramref name="period"/>.</summary>
    public void Make(long period, int knot, double usual, double timeOfDay) =>
        (_usual[Place(period, knot)], _timeOfDay[Place(period, knot)]) = ((Half)usual, (Half)timeOfDay);

    /// <summary>Nothing was said in the periods from <paramref name="first"/> on.</summary>
    public void Miss(long first, long periods)
    {
        for (var knot = 0; knot < _horizons.Knots.Length; knot++)
        {
            for (var i = 0; i < Math.Min(periods, _horizons.Knots[knot]); i++)
            {
                if (IsKept(first + i, knot))
                {
                    _usual[Place(first + i, knot)] = Half.NaN;
                }
            }
        }
    }

    // A period and the one a knot's distance later share a place.
    private int Place(long period, int knot)
    {
        var start = 0;
        for (var before = 0; before < knot; before++)
        {
            start += _horizons.Knots[before] / _horizons.Strides[before];
        }

        var places = _horizons.Knots[knot] / _horizons.Strides[knot];
        var index = period / _horizons.Strides[knot] % places;
        return start + (int)(index < 0 ? index + places : index);
    }
}

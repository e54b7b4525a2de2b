using System.Diagnostics.CodeAnalysis;

namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>
/// What an agent, or a whole cluster, takes at each price of a market basis: one demand for each step, never rising with the
/// price. Immutable and always valid: a faulty one cannot be made.
/// </summary>
public sealed class DemandCurve : IEquatable<DemandCurve>
{
    private readonly Demand[] _demands;

    private DemandCurve(MarketBasis basis, Demand[] demands)
    {
        Basis = basis;
        _demands = demands;
    }

    public MarketBasis Basis { get; }

    /// <summary>By price step; step 0 is the minimum price.</summary>
    public ReadOnlySpan<Demand> Demands => _demands;

    /// <summary>The demand at the minimum price.</summary>
    public Demand Maximum => _demands[0];

    /// <summary>The demand at the maximum price.</summary>
    public Demand Minimum => _demands[^1];

    /// <summary>The demand at a price step.</summary>
    public Demand this[int index] => _demands[index];

    /// <summary>The demand at the step nearest to a price.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The price is outside the basis.</exception>
    public Demand At(long price) => _demands[Basis.IndexOf(price)];

    /// <summary>The same demand at every price.</summary>
    public static DemandCurve Flat(MarketBasis basis, Demand demand)
    {
        var demands = new Demand[basis.PriceSteps];
        Array.Fill(demands, demand);
        return Trusted(basis, demands);
    }

    /// <summary>An array curve from outside: a demand for each step.</summary>
    public static bool TryCreate(MarketBasis basis, ReadOnlySpan<Demand> demands, [NotNullWhen(true)] out DemandCurve? curve, out CurveFault fault)
    {
        fault = FaultOf(basis, demands);
        curve = fault == default ? new DemandCurve(basis, demands.ToArray()) : null;
        return curve is not null;
    }

    /// <summary>A point curve from outside; see <see cref="PointCurve"/> for how it becomes a demand for each step.</summary>
    /// <param name="points">In any order.</param>
    public static bool TryCreate(MarketBasis basis, ReadOnlySpan<PricePoint> points, [NotNullWhen(true)] out DemandCurve? curve, out CurveFault fault)
    {
        curve = null;
        fault = PointCurve.FaultOf(basis, points);
        return fault == default && TryCreate(basis, PointCurve.Interpolate(basis, points), out curve, out fault);
    }

    /// <exception cref="ArgumentException">The curve is faulty; the message is the fault's code.</exception>
    public static DemandCurve Create(MarketBasis basis, ReadOnlySpan<Demand> demands) =>
        TryCreate(basis, demands, out var curve, out var fault) ? curve : throw new ArgumentException(fault.Code());

    /// <exception cref="ArgumentException">The curve is faulty; the message is the fault's code.</exception>
    public static DemandCurve Create(MarketBasis basis, ReadOnlySpan<PricePoint> points) =>
        TryCreate(basis, points, out var curve, out var fault) ? curve : throw new ArgumentException(fault.Code());

    /// <summary>The curve of two together.</summary>
    /// <exception cref="ArgumentException">The other curve is on another basis.</exception>
    public DemandCurve Plus(DemandCurve other)
    {
        if (other.Basis != Basis)
        {
            throw new ArgumentException(CurveFault.OtherBasis.Code(), nameof(other));
        }

        var sum = new Demand[_demands.Length];
        for (var i = 0; i < sum.Length; i++)
        {
            sum[i] = _demands[i] + other._demands[i];
        }

        return Trusted(Basis, sum);
    }

    /// <summary>The curve with this much added at every price.</summary>
    public DemandCurve Shifted(Demand offset) => Trusted(Basis, Array.ConvertAll(_demands, demand => demand + offset));

    public bool Equals(DemandCurve? other) => other is not null && Basis == other.Basis && Demands.SequenceEqual(other.Demands);

    public override bool Equals(object? obj) => Equals(obj as DemandCurve);

    public override int GetHashCode() => HashCode.Combine(Basis, Maximum, Minimum);

    /// <summary>A curve that follows from valid ones; sums may be larger than what one agent may state.</summary>
    internal static DemandCurve Trusted(MarketBasis basis, Demand[] demands) => new(basis, demands);

    private static CurveFault FaultOf(MarketBasis basis, ReadOnlySpan<Demand> demands)
    {
        if (demands.Length != basis.PriceSteps)
        {
            return CurveFault.Length;
        }

        for (var i = 1; i < demands.Length; i++)
        {
            if (demands[i] > demands[i - 1])
            {
                return CurveFault.Increasing;
            }
        }

        return demands[0] > Demand.MaxOfCurve || demands[^1] < -Demand.MaxOfCurve ? CurveFault.OutOfRange : default;
    }
}

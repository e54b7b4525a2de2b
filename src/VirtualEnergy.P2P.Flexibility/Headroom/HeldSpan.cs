using VirtualEnergy.P2P.Flexibility.Planning;

namespace VirtualEnergy.P2P.Flexibility.Headroom;

/// <summary>
/// What it costs a home to hold a promised flow through a span: its stores share it so that what it takes out of them, worth what it is worth after the
/// span, is least.
/// </summary>
/// <remarks>
/// With the flow promised, energy in the span has no outside price; the price inside is sought as <see cref="HomePlanner"/> seeks it: each store is
/// solved for it, the demands meet in a pass forward, and the price at which they met is tried next. A schedule counts only if it keeps the flow
/// to the Wh and everything that comes first. Keeps its arrays; not safe for concurrent use.
/// </remarks>
internal sealed class HeldSpan
{
    // 1 mWh: below what rounding leaves.
    private const double Kept = 1e-3;
    private const int Passes = 8;
    private const double Step = 0.6;

    private readonly HomeSweep _sweep = new();
    private ValueTable[] _tables = [];
    private double[] _inside = [];
    private double[] _promised = [];
    private double[] _best = [];
    private HomeAhead _ahead = null!;
    private HoldingSpan _span;
    private FillValue[] _after = [];
    private double[] _fills = [];

    /// <summary>What each store holds after the best schedule, Wh.</summary>
    public ReadOnlySpan<double> Fills => _best.AsSpan(0, _fills.Length);

    /// <summary>The best schedule's wear, thousandths of a µEUR.</summary>
    public double Wear { get; private set; }

    /// <param name="ahead">The home.</param>
    /// <param name="span">The span.</param>
    /// <param name="after">What each store's fills are worth after it.</param>
    /// <param name="fills">Each store's fill before it, Wh.</param>
    public void Begin(HomeAhead ahead, HoldingSpan span, FillValue[] after, double[] fills)
    {
        (_ahead, _span, _after, _fills) = (ahead, span, after, fills);
        if (_tables.Length < fills.Length)
        {
            (_tables, _best) = ([.. Enumerable.Range(0, fills.Length).Select(_ => new ValueTable())], new double[fills.Length]);
        }

        if (_inside.Length != ahead.Problems[0].Length)
        {
            _inside = new double[ahead.Problems[0].Length];
        }

        if (_promised.Length != span.Count)
        {
            _promised = new double[span.Count];
        }

        Forget();
    }

    /// <summary>Seeks from the plan's prices again.</summary>
    public void Forget() => _ahead.Plans[0].Prices.CopyTo(_inside, 0);

    /// <summary>Whether a flow can be kept.</summary>
    /// <param name="runs">When runs start.</param>
    /// <param name="change">Wh a period on top of the program.</param>
    /// <param name="doubt">On top of that in each period, Wh; empty for none.</param>
    public bool CanKeep(RunChoice runs, double change, ReadOnlySpan<double> doubt) => Seek(runs, change, doubt, untilKept: true) is not null;

    /// <summary>What it costs to keep a flow: wear, and what the stores are worth less afterwards than a given fill, thousandths of a µEUR; null where it cannot be kept.</summary>
    /// <param name="runs">When runs start.</param>
    /// <param name="change">Wh a period on top of the program.</param>
    public double? CostOf(RunChoice runs, double change) => Seek(runs, change, [], untilKept: false) + runs.Cost;

    private double? Seek(RunChoice runs, double change, ReadOnlySpan<double> doubt, bool untilKept)
    {
        for (var i = 0; i < _span.Count; i++)
        {
            _promised[i] = _ahead.Program[_span.First + i] + change + (doubt.IsEmpty ? 0 : doubt[i]);
        }

        double? least = null;
        var problem = _ahead.Problems[0];
        for (var pass = 0; pass < Passes; pass++)
        {
            for (var s = 0; s < _fills.Length; s++)
            {
                _tables[s].Solve(problem.Stores[s], _span.First, _span.End - 1, _after[s], _inside, 0);
            }

            _sweep.Run(problem, _tables, runs.Load, _span.First, _span.End, _fills, _promised);
            if (_sweep.Unkept <= Kept && Cost() is var cost && (least is null || cost < least))
            {
                (least, Wear) = (cost, _sweep.Wear);
                _sweep.Fills[.._fills.Length].CopyTo(_best);
                if (untilKept)
                {
                    break;
                }
            }

            if (!Towards())
            {
                break;
            }
        }

        return least;
    }

    private double Cost()
    {
        var cost = _sweep.Wear;
        for (var s = 0; s < _fills.Length; s++)
        {
            cost += _after[s].Between(_sweep.Fills[s], _fills[s]);
        }

        return cost;
    }

    private bool Towards()
    {
        var apart = 0.0;
        for (var t = _span.First; t < _span.End; t++)
        {
            var difference = _sweep.Prices[t] - _inside[t];
            apart = Math.Max(apart, Math.Abs(difference));
            _inside[t] += Step * difference;
        }

        return apart > 50;
    }
}

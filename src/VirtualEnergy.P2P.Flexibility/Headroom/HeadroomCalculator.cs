using System.Collections.Immutable;
using System.Runtime.InteropServices;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Headroom;

/// <summary>
/// What a planned home can change of its program, up and down, and hold through spans of time, at what cost: from the same values of stored energy that
/// its bids are made of. Comfort, departures, deadlines and the connection are kept.
/// </summary>
/// <remarks>
/// What a change takes out of a store, or puts into it, costs what the store's energy is worth after the span: what buying it back costs at the expected
/// prices, when that is cheapest, losses included (the rebound). The mean over the courses of prices counts, as in a bid. Keeps its arrays from home to
/// home; not safe for concurrent use.
/// </remarks>
public sealed class HeadroomCalculator
{
    /// <summary>Parts of the whole at which the cost is worked out; between them it is lower than the straight line, never higher.</summary>
    private const int Parts = 6;

    /// <summary>What may be missing more of what comes first after the span than without it, Wh over all periods: what rounding leaves.</summary>
    private const double MissingTolerance = 1;

    private readonly List<ValueTable> _tables = [];
    private readonly HomeSweep _sweep = new();
    private readonly HeldSpan _held = new();
    private double[] _doubt = [];

    /// <param name="ahead">The home as it was planned.</param>
    /// <param name="spans">Within its horizon; each is told as if the others were not called.</param>
    /// <param name="confidencePermille">
    /// The probability with which the home can hold what it says, as far as load and sun decide it: 500 for what is expected, at most
    /// <see cref="NetBand.MostPermille"/>. Without bands every confidence is that of what is expected.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A span lies outside the horizon or is longer than may be, or a confidence that cannot be.</exception>
    public ImmutableArray<HomeHeadroom> Of(HomeAhead ahead, ImmutableArray<HoldingSpan> spans, int confidencePermille = 500)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(confidencePermille, 500);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(confidencePermille, NetBand.MostPermille);
        var problem = ahead.Problems[0];
        foreach (var span in spans)
        {
            if (span.First < 0 || span.Count is < 1 or > HoldingSpan.MostPeriods || span.End > problem.Length)
            {
                throw new ArgumentOutOfRangeException(nameof(spans), span, $"A span has 1 to {HoldingSpan.MostPeriods} periods within the {problem.Length} of the plan.");
            }
        }

        var fills = Array.ConvertAll([.. spans], span => FillsBefore(span.First, problem, ahead.Plans[0]));
        var values = Values(ahead, spans, fills);
        var headroom = ImmutableArray.CreateBuilder<HomeHeadroom>(spans.Length);
        for (var i = 0; i < spans.Length; i++)
        {
            _held.Begin(ahead, spans[i], MeanOf(values[i]), fills[i]);
            headroom.Add(In(ahead, spans[i], values[i], confidencePermille));
        }

        return headroom.MoveToImmutable();
    }

    private HomeHeadroom In(HomeAhead ahead, HoldingSpan span, CourseValue[] values, int confidencePermille)
    {
        var kept = RunChoice.LoadOf(ahead.Problems[0], ahead.Plans[0].Starts);
        if (_held.CostOf(new RunChoice(kept, 0), 0) is not { } cost)
        {
            // What comes first is missing already, or the plan fits no more.
            return new HomeHeadroom(span, DirectedHeadroom.None, DirectedHeadroom.None, Money.Zero);
        }

        var held = (Cost: cost, Fills: _held.Fills.ToArray());
        var holding = Lost(ahead, span, values, _held.Wear, held.Fills);
        return new HomeHeadroom(
            span, Directed(ahead, span, up: true, held, holding, confidencePermille), Directed(ahead, span, up: false, held, holding, confidencePermille),
            new Money((long)Math.Ceiling(holding / 1000)));
    }

    private static double[] FillsBefore(int first, HomeProblem problem, HomePlan plan)
    {
        var fills = new double[problem.Stores.Length];
        for (var s = 0; s < fills.Length; s++)
        {
            var fill = problem.Stores[s].Fill;
            for (var t = 0; t < first; t++)
            {
                fill = Math.Min(problem.Stores[s].Stages[t].After(fill, plan.Energies[s][t]), problem.Stores[s].Stages[t].Ceiling);
            }

            fills[s] = fill;
        }

        return fills;
    }

    /// <summary>What a course of prices says of a span.</summary>
    /// <param name="After">What each store's fills are worth after it.</param>
    /// <param name="Free">What the span costs a home that is free in it.</param>
    /// <param name="Fills">What its stores then hold.</param>
    private readonly record struct CourseValue(FillValue[] After, double Free, double[] Fills);

    // For each span and course. The likeliest course is solved last, so that its tables stay.
    private CourseValue[][] Values(HomeAhead ahead, ImmutableArray<HoldingSpan> spans, double[][] fills)
    {
        var stores = ahead.Problems[0].Stores.Length;
        while (_tables.Count < stores)
        {
            _tables.Add(new ValueTable());
        }

        var values = Array.ConvertAll(fills, _ => new CourseValue[ahead.Plans.Length]);
        var runs = RunChoice.LoadOf(ahead.Problems[0], ahead.Plans[0].Starts);
        for (var c = ahead.Plans.Length - 1; c >= 0; c--)
        {
            var problem = ahead.Problems[c];
            for (var s = 0; s < stores; s++)
            {
                _tables[s].Solve(problem.Stores[s], ahead.Plans[c].Prices, problem.Haste);
            }

            for (var i = 0; i < spans.Length; i++)
            {
                var after = new FillValue[stores];
                for (var s = 0; s < stores; s++)
                {
                    after[s] = _tables[s].At(spans[i].End - 1);
                }

                _sweep.Run(problem, CollectionsMarshal.AsSpan(_tables), runs, spans[i].First, spans[i].End, fills[i], []);
                values[i][c] = new CourseValue(after, _sweep.Cost, _sweep.Fills[..stores].ToArray());
            }
        }

        return values;
    }

    private static FillValue[] MeanOf(CourseValue[] values)
    {
        var mean = new FillValue[values[0].After.Length];
        for (var s = 0; s < mean.Length; s++)
        {
            mean[s] = FillValue.Mean([.. values.Select(course => course.After[s])]);
        }

        return mean;
    }

    // The mean over the courses of what the home would do better than its program if it knew the course: thousandths of a µEUR. The program is the
    // likeliest course's, which loses nothing.
    private static double Lost(HomeAhead ahead, HoldingSpan span, CourseValue[] values, double wear, double[] held)
    {
        var sum = 0.0;
        for (var c = 1; c < values.Length; c++)
        {
            var lost = wear - values[c].Free;
            for (var t = span.First; t < span.End; t++)
            {
                lost += ahead.Program[t] * (ahead.Program[t] > 0 ? ahead.Problems[c].Buy[t] : ahead.Problems[c].Sell[t]);
            }

            for (var s = 0; s < held.Length; s++)
            {
                lost += values[c].After[s].Between(held[s], values[c].Fills[s]);
            }

            sum += Math.Max(0, lost);
        }

        return sum / values.Length;
    }

    private DirectedHeadroom Directed(
        HomeAhead ahead, HoldingSpan span, bool up, (double Cost, double[] Fills) kept, double holding, int confidencePermille)
    {
        var problem = ahead.Problems[0];
        var (sign, hours) = (up ? -1.0 : 1.0, problem.Hours);
        var choices = RunChoice.Of(problem, ahead.Plans[0], span, up);
        Doubt(ahead, span, up, confidencePermille);
        var most = Most(ahead, span, up, choices, (long)(Bound(ahead, span, up, choices) / hours), MissingAfter(ahead, span, choices[0], kept.Fills));
        if (most < 1)
        {
            return DirectedHeadroom.None;
        }

        _held.Forget();
        var costs = new List<(long Watts, double Cost)> { (0, kept.Cost) };
        var (runs, fills) = (choices[0], kept.Fills);
        for (var part = 1; part <= Parts; part++)
        {
            var watts = Math.Max(1, most * part / Parts);
            if (watts == costs[^1].Watts)
            {
                continue;
            }

            if (Cheapest(choices, sign * watts * hours) is not { } held)
            {
                break;
            }

            costs.Add((watts, held.Cost));
            (runs, fills) = (held.Runs, held.Fills);
        }

        var steps = Steps(choices.Length == 1 ? Convex(costs) : costs, hours * span.Count, up, holding);
        return steps.IsEmpty ? DirectedHeadroom.None : new DirectedHeadroom(steps, Rebound(ahead, span, choices[0], kept.Fills, runs, fills));
    }

    private (double Cost, RunChoice Runs, double[] Fills)? Cheapest(RunChoice[] choices, double change)
    {
        (double Cost, RunChoice Runs, double[] Fills)? best = null;
        foreach (var choice in choices)
        {
            if (_held.CostOf(choice, change) is { } cost && (best is null || cost < best.Value.Cost))
            {
                best = (cost, choice, _held.Fills.ToArray());
            }
        }

        return best;
    }

    // Against the home: it must move what it promised and what it did not expect.
    private void Doubt(HomeAhead ahead, HoldingSpan span, bool up, int confidencePermille)
    {
        _doubt = ahead.Bands.IsDefaultOrEmpty ? [] : new double[span.Count];
        for (var i = 0; i < _doubt.Length; i++)
        {
            var band = ahead.Bands[Math.Min(span.First + i, ahead.Bands.Length - 1)];
            _doubt[i] = up ? -band.More(confidencePermille) : band.Less(confidencePermille);
        }
    }

    // What power and connection allow, Wh a period.
    private double Bound(HomeAhead ahead, HoldingSpan span, bool up, RunChoice[] choices)
    {
        var (problem, best) = (ahead.Problems[0], 0.0);
        foreach (var choice in choices)
        {
            var bound = double.PositiveInfinity;
            for (var t = span.First; t < span.End; t++)
            {
                var doubt = _doubt.Length == 0 ? 0 : Math.Abs(_doubt[t - span.First]);
                var (least, most) = (problem.Load[t] + choice.Load[t] - problem.Sun[t], problem.Load[t] + choice.Load[t]);
                foreach (var store in problem.Stores)
                {
                    least -= store.Stages[t].MostOut;
                    most += store.Stages[t].MostIn;
                }

                bound = Math.Min(bound, up
                    ? ahead.Program[t] - Math.Max(least, -problem.Limit) - doubt
                    : Math.Min(most, problem.Limit) - ahead.Program[t] - doubt);
            }

            best = Math.Max(best, bound);
        }

        return best;
    }

    // The highest change that can be kept, W, to a 256th of what power allows. What the span takes must be made up for after it, through the same connection.
    private long Most(HomeAhead ahead, HoldingSpan span, bool up, RunChoice[] choices, long bound, double missing)
    {
        var least = Math.Max(1, bound / 256);
        if (bound < 1 || !Keeps(0, isWhole: true))
        {
            return 0;
        }

        var most = Keeps(bound, isWhole: false) ? bound : Between(0, bound, isWhole: false);
        return Keeps(most, isWhole: true) ? most : Between(0, most, isWhole: true);

        long Between(long low, long high, bool isWhole)
        {
            while (high - low > least)
            {
                var middle = (low + high) / 2;
                (low, high) = Keeps(middle, isWhole) ? (middle, high) : (low, middle);
            }

            return low;
        }

        bool Keeps(long watts, bool isWhole)
        {
            foreach (var choice in choices)
            {
                _held.Forget();
                if (_held.CanKeep(choice, (up ? -watts : watts) * ahead.Problems[0].Hours, _doubt)
                    && (!isWhole || MissingAfter(ahead, span, choice, _held.Fills) <= missing + MissingTolerance))
                {
                    return true;
                }
            }

            return false;
        }
    }

    private double MissingAfter(HomeAhead ahead, HoldingSpan span, RunChoice runs, ReadOnlySpan<double> fills)
    {
        _sweep.Run(ahead.Problems[0], CollectionsMarshal.AsSpan(_tables), runs.Load, span.End, ahead.Problems[0].Length, fills, []);
        return _sweep.Missing;
    }

    // Without runs, that cannot be shared, two ways of holding can be mixed: what a mixture of others costs less for is not held in its own way.
    private static List<(long Watts, double Cost)> Convex(List<(long Watts, double Cost)> costs)
    {
        var hull = new List<(long Watts, double Cost)>();
        foreach (var point in costs)
        {
            while (hull.Count > 1 && (hull[^1].Cost - hull[^2].Cost) * (point.Watts - hull[^1].Watts) > (point.Cost - hull[^1].Cost) * (hull[^1].Watts - hull[^2].Watts))
            {
                hull.RemoveAt(hull.Count - 1);
            }

            hull.Add(point);
        }

        return hull;
    }

    private static ImmutableArray<HeadroomStep> Steps(List<(long Watts, double Cost)> costs, double hours, bool up, double holding)
    {
        var steps = ImmutableArray.CreateBuilder<HeadroomStep>();
        var added = costs.Count > 1 ? holding / (costs[^1].Watts * hours) : 0;
        var last = up ? double.NegativeInfinity : double.PositiveInfinity;
        for (var i = 1; i < costs.Count; i++)
        {
            var watts = costs[i].Watts - costs[i - 1].Watts;
            var marginal = (costs[i].Cost - costs[i - 1].Cost) / (watts * hours);

            // A later part that is better than an earlier one is offered at the earlier one's price: nobody can take it alone.
            last = up ? Math.Max(last, marginal + added) : Math.Min(last, -marginal - added);
            var price = new Price((long)(up ? Math.Ceiling(last) : Math.Floor(last)));
            if (steps.Count > 0 && Math.Abs(steps[^1].Price.MicroEurPerKWh - price.MicroEurPerKWh) <= 1)
            {
                steps[^1] = steps[^1] with { Watts = steps[^1].Watts + watts };
            }
            else
            {
                steps.Add(new HeadroomStep(watts, price));
            }
        }

        return steps.ToImmutable();
    }

    private ImmutableArray<long> Rebound(HomeAhead ahead, HoldingSpan span, RunChoice plan, double[] before, RunChoice runs, double[] fills)
    {
        var problem = ahead.Problems[0];
        var tables = CollectionsMarshal.AsSpan(_tables);
        _sweep.Run(problem, tables, plan.Load, span.End, problem.Length, before, []);
        var without = _sweep.Net.ToArray();
        _sweep.Run(problem, tables, runs.Load, span.End, problem.Length, fills, []);
        var rebound = ImmutableArray.CreateBuilder<long>(problem.Length - span.End);
        for (var t = span.End; t < problem.Length; t++)
        {
            rebound.Add((long)Math.Round(_sweep.Net[t] - without[t]));
        }

        return rebound.MoveToImmutable();
    }
}

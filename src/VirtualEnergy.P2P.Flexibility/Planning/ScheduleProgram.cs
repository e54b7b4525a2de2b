using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>
/// A home's schedule as a linear programme, when it is settled when its runs start: what goes through the meter, what each store charges, discharges, spills and
/// holds, between bounds, for the least cost.
/// </summary>
/// <remarks>
/// Two kinds of rows: in each period import − export − curtailed − charges + discharges = load − sun, and for each store
/// fill − keep × fill before − charge × in + discharge ÷ out + spilt = −use. Variables lie in blocks, one a kind and store, with an entry a period; a block of which nothing can
/// be used is not laid out. What comes before money is a bound: as high as it is wanted, or as high as a schedule came that is known already. Blocks and rows are as long as
/// whole lanes of four; what is beyond the last period is zero, and stays it. Keeps its arrays from plan to plan. Not safe for concurrent use.
/// </remarks>
internal sealed class ScheduleProgram
{
    /// <summary>Variables that are worked on at once.</summary>
    public const int LanesWide = 4;

    // What is narrower is no choice, Wh.
    private const double Narrow = 1e-6;
    private const int Import = 0;

    // So that only what binds outside is a bound of what flows through the meter.
    private const double Roomy = 1.5;

    private StoreBlocks[] _blocks = [];
    private double[] _in = [];
    private double[] _out = [];
    private double[] _keep = [];
    private double[] _goal = [];
    private double[] _use = [];
    private int _export;
    private int _curtailed;

    /// <summary>Where the variables of a store begin. All that is not there shares one block, of zeros, after all others.</summary>
    private readonly record struct StoreBlocks(int Charge, int Discharge, int Spilt, int Fill);

    /// <summary>What goes through the meter, or does not, in some variables.</summary>
    private readonly ref struct MeterLanes
    {
        public required Span<Vector256<double>> Import { get; init; }

        public required Span<Vector256<double>> Export { get; init; }

        public required Span<Vector256<double>> Curtailed { get; init; }
    }

    /// <summary>A store in some variables, and what it makes of a Wh in and needs for a Wh out.</summary>
    private readonly ref struct StoreLanes
    {
        public required Span<Vector256<double>> Charge { get; init; }

        public required Span<Vector256<double>> Discharge { get; init; }

        public required Span<Vector256<double>> Spilt { get; init; }

        public required Span<Vector256<double>> Fill { get; init; }

        public required Span<Vector256<double>> In { get; init; }

        public required Span<Vector256<double>> Out { get; init; }
    }

    public int Periods { get; private set; }

    public int Stores { get; private set; }

    /// <summary>Entries of a block, and of a kind of row: the periods, up to whole lanes.</summary>
    public int Stride { get; private set; }

    /// <summary>How many variables there are; arrays of them have a block of zeros more.</summary>
    public int Count { get; private set; }

    public int Size => Count + Stride;

    /// <summary>How many rows of stores there are; arrays of them have a zero more, of the period after the last.</summary>
    public int StoreRows => Stores * Stride;

    public double[] Low { get; private set; } = [];

    public double[] High { get; private set; } = [];

    /// <summary>µEUR/kWh.</summary>
    public double[] Cost { get; private set; } = [];

    /// <summary>The known schedule, Wh.</summary>
    public double[] Known { get; private set; } = [];

    /// <summary>1 for what can be chosen, 0 for what cannot.</summary>
    public double[] Free { get; private set; } = [];

    /// <param name="problem">The home. Nothing is promised in it.</param>
    /// <param name="runLoad">What its runs take, Wh by period.</param>
    /// <param name="energies">A schedule that can be, each store's energy by period, Wh.</param>
    public void Lay(HomeProblem problem, ReadOnlySpan<double> runLoad, double[][] energies)
    {
        (Periods, Stores) = (problem.Length, problem.Stores.Length);
        Stride = (Periods + LanesWide - 1) / LanesWide * LanesWide;
        var block = 2;
        int Next(bool isThere) => isThere ? block++ * Stride : -1;
        (_export, _curtailed) = (Stride, Next(MayCurtail(problem)));
        _blocks = Array.ConvertAll(problem.Stores, store => new StoreBlocks(
            Next(Array.Exists(store.Stages, stage => stage.MostIn > Narrow)), Next(Array.Exists(store.Stages, stage => stage.MostOut > Narrow)), Next(MaySpill(store)), Next(true)));
        Count = block * Stride;
        int Placed(int at) => at < 0 ? Count : at;
        _curtailed = Placed(_curtailed);
        _blocks = Array.ConvertAll(_blocks, store => new StoreBlocks(Placed(store.Charge), Placed(store.Discharge), Placed(store.Spilt), store.Fill));
        Reserve();
        for (var t = 0; t < Periods; t++)
        {
            _goal[t] = problem.Load[t] + runLoad[t] - problem.Sun[t];
            var (net, least, most) = (_goal[t], _goal[t], _goal[t]);
            for (var s = 0; s < Stores; s++)
            {
                net += energies[s][t];
                least -= problem.Stores[s].Stages[t].MostOut;
                most += problem.Stores[s].Stages[t].MostIn;
            }

            Set(Import + t, 0, Math.Min(problem.Limit, Roomy * Math.Max(0, most)), problem.Buy[t], Math.Max(0, net));
            Set(_export + t, 0, Math.Min(problem.Limit, Roomy * Math.Max(0, -least)), -problem.Sell[t], Math.Max(0, -net));
            Set(_curtailed + t, 0, problem.Sun[t], 0, 0);
        }

        for (var s = 0; s < Stores; s++)
        {
            Lay(problem.Stores[s], s, energies[s]);
        }

        for (var at = 0; at < Count; at += Stride)
        {
            Clear(at + Periods, Stride - Periods);
        }

        // What was set of blocks that are not there.
        Clear(Count, Stride);
        Array.Clear(_goal, Periods, Stride - Periods);
        _keep[StoreRows] = 0;
    }

    private void Lay(StoreProblem store, int s, double[] energies)
    {
        var (at, fill, most) = (_blocks[s], store.Fill, store.Fill);
        for (var t = 0; t < Periods; t++)
        {
            ref readonly var stage = ref store.Stages[t];
            var row = s * Stride + t;

            // What is left of the fill at the start is known, and nothing is kept of a variable.
            (_in[row], _out[row], _keep[row], _use[row]) = (stage.InYield, 1 / stage.OutYield, t == 0 ? 0 : stage.Keep, stage.Use - (t == 0 ? stage.Keep * store.Fill : 0));
            var after = stage.After(fill, energies[t]);
            fill = Math.Min(after, stage.Ceiling);
            var (low, high, worth, spilt, spiltWorth) =
                (Math.Min(fill, Math.Max(stage.Floor, stage.Wanted)), stage.Ceiling, 0.0, Math.Max(0, stage.Left(most) - stage.Ceiling), 0.0);
            if (t == Periods - 1)
            {
                // Beyond what is enough at the end it is as if it were spilt, for what it is worth there.
                high = Math.Clamp(store.Enough, low, high);
                (worth, spilt, spiltWorth) = (store.EndValue, spilt + stage.Ceiling - high, high < stage.Ceiling ? store.EndValueBeyond : 0);
            }

            Set(at.Charge + t, 0, stage.MostIn, stage.Wear, Math.Max(0, energies[t]));
            Set(at.Discharge + t, 0, stage.MostOut, stage.OutCost, Math.Max(0, -energies[t]));
            Set(at.Spilt + t, 0, spilt, -spiltWorth, after - fill);
            Set(at.Fill + t, low, high, -worth, fill);
            most = stage.Ceiling;
        }

        foreach (var row in (ReadOnlySpan<double[]>)[_in, _out, _keep, _use])
        {
            Array.Clear(row, s * Stride + Periods, Stride - Periods);
        }
    }

    /// <summary>The rows' values for some variables.</summary>
    public void Rows(double[] variables, double[] balance, double[] stores)
    {
        var balances = Block(balance, 0);
        var meter = MeterOf(variables);
        for (var i = 0; i < balances.Length; i++)
        {
            balances[i] = meter.Import[i] - meter.Export[i] - meter.Curtailed[i];
        }

        for (var s = 0; s < Stores; s++)
        {
            var rows = Block(stores, s * Stride);
            var kept = Block(_keep, s * Stride);
            var store = StoreOf(variables, s);
            for (var i = 0; i < rows.Length; i++)
            {
                balances[i] += store.Discharge[i] - store.Charge[i];
                rows[i] = store.Fill[i] - kept[i] * Shifted(variables, _blocks[s].Fill, i, -1) - store.In[i] * store.Charge[i] + store.Out[i] * store.Discharge[i] + store.Spilt[i];
            }
        }
    }

    /// <summary>By how much the rows miss what they are to be.</summary>
    public void Missing(double[] variables, double[] balance, double[] stores)
    {
        Rows(variables, balance, stores);
        var balances = Block(balance, 0);
        var goals = Block(_goal, 0);
        for (var i = 0; i < balances.Length; i++)
        {
            balances[i] = goals[i] - balances[i];
        }

        for (var s = 0; s < Stores; s++)
        {
            var rows = Block(stores, s * Stride);
            var use = Block(_use, s * Stride);
            for (var i = 0; i < rows.Length; i++)
            {
                rows[i] = -use[i] - rows[i];
            }
        }
    }

    /// <summary>What the rows' prices make each variable worth.</summary>
    public void Worth(double[] balance, double[] stores, double[] variables)
    {
        var balances = Block(balance, 0);
        var meter = MeterOf(variables);
        for (var i = 0; i < balances.Length; i++)
        {
            (meter.Import[i], meter.Export[i], meter.Curtailed[i]) = (balances[i], -balances[i], -balances[i]);
        }

        for (var s = 0; s < Stores; s++)
        {
            var prices = Block(stores, s * Stride);
            var store = StoreOf(variables, s);
            for (var i = 0; i < prices.Length; i++)
            {
                (store.Charge[i], store.Discharge[i], store.Spilt[i]) = (-balances[i] - store.In[i] * prices[i], balances[i] + store.Out[i] * prices[i], prices[i]);
                store.Fill[i] = prices[i] - Shifted(_keep, s * Stride, i, 1) * Shifted(stores, s * Stride, i, 1);
            }
        }
    }

    /// <summary>
    /// The matrix of the rows, with a weight for each variable: each balance's own entry, and each store row's own, that with the balance of its period, and that with
    /// itself a period earlier.
    /// </summary>
    public void Matrix(double[] weights, double[] balance, double[] own, double[] withBalance, double[] withBefore)
    {
        var balances = Block(balance, 0);
        var meter = MeterOf(weights);
        for (var i = 0; i < balances.Length; i++)
        {
            balances[i] = meter.Import[i] + meter.Export[i] + meter.Curtailed[i];
        }

        for (var s = 0; s < Stores; s++)
        {
            var owns = Block(own, s * Stride);
            var meets = Block(withBalance, s * Stride);
            var back = Block(withBefore, s * Stride);
            var kept = Block(_keep, s * Stride);
            var store = StoreOf(weights, s);
            for (var i = 0; i < owns.Length; i++)
            {
                var (into, outOf, before) = (store.In[i] * store.Charge[i], store.Out[i] * store.Discharge[i], kept[i] * Shifted(weights, _blocks[s].Fill, i, -1));
                balances[i] += store.Charge[i] + store.Discharge[i];
                (meets[i], back[i]) = (into + outOf, -before);
                owns[i] = store.Fill[i] + kept[i] * before + store.In[i] * into + store.Out[i] * outOf + store.Spilt[i];
            }
        }
    }

    /// <summary>
    /// The rows' prices that a home's prices inside tell: what a store may still choose is worth to it what it costs, and what it holds is worth what it is in the
    /// period after.
    /// </summary>
    public void Price(ReadOnlySpan<double> inside, double[] balance, double[] stores)
    {
        // What stands beyond the last period may be of a home before.
        Array.Clear(balance);
        Array.Clear(stores);
        inside.CopyTo(balance);
        for (var s = 0; s < Stores; s++)
        {
            var at = _blocks[s];
            var value = -Cost[at.Fill + Periods - 1];
            for (var t = Periods - 1; t >= 0; t--)
            {
                var row = s * Stride + t;
                value = IsBetween(at.Charge + t) ? (inside[t] + Cost[at.Charge + t]) / _in[row]
                    : IsBetween(at.Discharge + t) ? (inside[t] - Cost[at.Discharge + t]) / _out[row] : value;
                stores[row] = -value;
                value *= _keep[row];
            }
        }
    }

    /// <summary>What a store takes in a period, Wh; + charge.</summary>
    public double Energy(double[] variables, int store, int t) => variables[_blocks[store].Charge + t] - variables[_blocks[store].Discharge + t];

    private bool IsBetween(int variable) => Free[variable] > 0 && Known[variable] > Low[variable] + Narrow && Known[variable] < High[variable] - Narrow;

    private void Set(int variable, double low, double high, double cost, double known)
    {
        (Low[variable], High[variable], Cost[variable], Known[variable], Free[variable]) = (low, high, cost, known, high - low > Narrow ? 1 : 0);
    }

    private void Clear(int from, int count)
    {
        foreach (var kind in (ReadOnlySpan<double[]>)[Low, High, Cost, Known, Free])
        {
            Array.Clear(kind, from, count);
        }
    }

    private MeterLanes MeterOf(double[] variables) => new() { Import = Block(variables, Import), Export = Block(variables, _export), Curtailed = Block(variables, _curtailed) };

    private StoreLanes StoreOf(double[] variables, int s) => new()
    {
        Charge = Block(variables, _blocks[s].Charge), Discharge = Block(variables, _blocks[s].Discharge), Spilt = Block(variables, _blocks[s].Spilt), Fill = Block(variables, _blocks[s].Fill),
        In = Block(_in, s * Stride), Out = Block(_out, s * Stride),
    };

    // The lanes of a block of variables, or of a kind of row.
    private Span<Vector256<double>> Block(double[] values, int at) => MemoryMarshal.Cast<double, Vector256<double>>(values.AsSpan(at, Stride));

    // The same a period earlier or later.
    private static Vector256<double> Shifted(double[] values, int at, int lane, int by) => Vector256.Create(values.AsSpan(at + lane * LanesWide + by, LanesWide));

    private void Reserve()
    {
        if (Low.Length < Size)
        {
            (Low, High, Cost, Known, Free) = (new double[Size], new double[Size], new double[Size], new double[Size], new double[Size]);
        }

        if (_goal.Length < Stride)
        {
            _goal = new double[Stride];
        }

        if (_keep.Length < StoreRows + 1)
        {
            (_in, _out, _keep, _use) = (new double[StoreRows], new double[StoreRows], new double[StoreRows + 1], new double[StoreRows]);
        }
    }

    // Where it is worth nothing outside, or more than the connection carries.
    private static bool MayCurtail(HomeProblem problem)
    {
        for (var t = 0; t < problem.Length; t++)
        {
            var most = problem.Sun[t] - problem.Load[t];
            foreach (var store in problem.Stores)
            {
                most += store.Stages[t].MostOut;
            }

            if (problem.Sun[t] > 0 && (problem.Sell[t] <= 0 || most > problem.Limit))
            {
                return true;
            }
        }

        return false;
    }

    private static bool MaySpill(StoreProblem store)
    {
        if (store.Enough < store.Stages[^1].Ceiling)
        {
            return true;
        }

        var most = store.Fill;
        foreach (var stage in store.Stages)
        {
            if (stage.Left(most) > stage.Ceiling)
            {
                return true;
            }

            most = stage.Ceiling;
        }

        return false;
    }
}

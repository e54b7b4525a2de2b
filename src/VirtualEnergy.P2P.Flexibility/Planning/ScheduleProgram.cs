namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>
/// A home's schedule as a linear programme, when it is settled when its runs start: what goes through the meter, what each store charges, discharges, spills and
/// holds, between bounds, for the least cost.
/// </summary>
/// <remarks>
/// Two kinds of rows: in each period import − export − curtailed − charges + discharges = load − sun, and for each store
/// fill − keep × fill before − charge × in + discharge ÷ out + spilt = −use. Variables lie in blocks, one a kind and store, with an entry a period; a block of which nothing can
/// be used is not laid out. What comes before money is a bound: as high as it is wanted, or as high as a schedule came that is known already. Keeps its arrays from plan
/// to plan. Not safe for concurrent use.
/// </remarks>
internal sealed class ScheduleProgram
{
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

    public int Periods { get; private set; }

    public int Stores { get; private set; }

    /// <summary>How many variables there are; arrays of them have a block of zeros more.</summary>
    public int Count { get; private set; }

    public int Size => Count + Math.Max(Periods, 4);

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
        var block = 2;
        int Next(bool isThere) => isThere ? block++ * Periods : -1;
        (_export, _curtailed) = (Periods, Next(MayCurtail(problem)));
        _blocks = Array.ConvertAll(problem.Stores, store => new StoreBlocks(
            Next(Array.Exists(store.Stages, stage => stage.MostIn > Narrow)), Next(Array.Exists(store.Stages, stage => stage.MostOut > Narrow)), Next(MaySpill(store)), Next(true)));
        Count = block * Periods;
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

        Array.Clear(Free, Count, Size - Count);
        Array.Clear(Known, Count, Size - Count);
    }

    private void Lay(StoreProblem store, int s, double[] energies)
    {
        var (at, fill, most) = (_blocks[s], store.Fill, store.Fill);
        for (var t = 0; t < Periods; t++)
        {
            ref readonly var stage = ref store.Stages[t];
            var row = s * Periods + t;
            (_in[row], _out[row], _keep[row], _use[row]) = (stage.InYield, 1 / stage.OutYield, stage.Keep, stage.Use - (t == 0 ? stage.Keep * store.Fill : 0));
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
    }

    /// <summary>The rows' values for some variables.</summary>
    public void Rows(double[] variables, double[] balance, double[] stores)
    {
        for (var t = 0; t < Periods; t++)
        {
            balance[t] = variables[t] - variables[_export + t] - variables[_curtailed + t];
        }

        for (var s = 0; s < Stores; s++)
        {
            var (at, before) = (_blocks[s], 0.0);
            for (var t = 0; t < Periods; t++)
            {
                var row = s * Periods + t;
                var (charge, discharge, fill) = (variables[at.Charge + t], variables[at.Discharge + t], variables[at.Fill + t]);
                balance[t] += discharge - charge;
                stores[row] = fill - _keep[row] * before - _in[row] * charge + _out[row] * discharge + variables[at.Spilt + t];
                before = fill;
            }
        }
    }

    /// <summary>By how much the rows miss what they are to be.</summary>
    public void Missing(double[] variables, double[] balance, double[] stores)
    {
        Rows(variables, balance, stores);
        for (var t = 0; t < Periods; t++)
        {
            balance[t] = _goal[t] - balance[t];
        }

        for (var row = 0; row < Stores * Periods; row++)
        {
            stores[row] = -_use[row] - stores[row];
        }
    }

    /// <summary>What the rows' prices make each variable worth.</summary>
    public void Worth(double[] balance, double[] stores, double[] variables)
    {
        for (var t = 0; t < Periods; t++)
        {
            (variables[t], variables[_export + t], variables[_curtailed + t]) = (balance[t], -balance[t], -balance[t]);
        }

        for (var s = 0; s < Stores; s++)
        {
            var (at, after) = (_blocks[s], 0.0);
            for (var t = Periods - 1; t >= 0; t--)
            {
                var row = s * Periods + t;
                var price = stores[row];
                variables[at.Charge + t] = -balance[t] - _in[row] * price;
                variables[at.Discharge + t] = balance[t] + _out[row] * price;
                variables[at.Spilt + t] = price;
                variables[at.Fill + t] = price - after;
                after = _keep[row] * price;
            }
        }
    }

    /// <summary>
    /// The rows' prices that a home's prices inside tell: what a store may still choose is worth to it what it costs, and what it holds is worth what it is in the
    /// period after.
    /// </summary>
    public void Price(ReadOnlySpan<double> inside, double[] balance, double[] stores)
    {
        inside.CopyTo(balance);
        for (var s = 0; s < Stores; s++)
        {
            var at = _blocks[s];
            var value = -Cost[at.Fill + Periods - 1];
            for (var t = Periods - 1; t >= 0; t--)
            {
                var row = s * Periods + t;
                value = IsBetween(at.Charge + t) ? (inside[t] + Cost[at.Charge + t]) / _in[row]
                    : IsBetween(at.Discharge + t) ? (inside[t] - Cost[at.Discharge + t]) / _out[row] : value;
                stores[row] = -value;
                value *= _keep[row];
            }
        }
    }

    /// <summary>What a store takes in a period, Wh; + charge.</summary>
    public double Energy(double[] variables, int store, int t) => variables[_blocks[store].Charge + t] - variables[_blocks[store].Discharge + t];

    /// <summary>
    /// The matrix of the rows, with a weight for each variable, for one period: the balance's own entry, and for each store its own, that with the balance, and that with
    /// itself a period earlier.
    /// </summary>
    public double Entries(double[] weights, int t, Span<double> own, Span<double> withBalance, Span<double> withBefore)
    {
        var balance = weights[t] + weights[_export + t] + weights[_curtailed + t];
        for (var s = 0; s < Stores; s++)
        {
            var (at, row) = (_blocks[s], s * Periods + t);
            var (charge, discharge, before) = (weights[at.Charge + t], weights[at.Discharge + t], t > 0 ? _keep[row] * weights[at.Fill + t - 1] : 0);
            balance += charge + discharge;
            withBalance[s] = _in[row] * charge + _out[row] * discharge;
            withBefore[s] = -before;
            own[s] = weights[at.Fill + t] + _keep[row] * before + _in[row] * _in[row] * charge + _out[row] * _out[row] * discharge + weights[at.Spilt + t];
        }

        return balance;
    }

    private bool IsBetween(int variable) => Free[variable] > 0 && Known[variable] > Low[variable] + Narrow && Known[variable] < High[variable] - Narrow;

    private void Set(int variable, double low, double high, double cost, double known)
    {
        (Low[variable], High[variable], Cost[variable], Known[variable], Free[variable]) = (low, high, cost, known, high - low > Narrow ? 1 : 0);
    }

    private void Reserve()
    {
        if (Low.Length < Size)
        {
            (Low, High, Cost, Known, Free) = (new double[Size], new double[Size], new double[Size], new double[Size], new double[Size]);
        }

        if (_goal.Length < Periods)
        {
            _goal = new double[Periods];
        }

        if (_in.Length < Stores * Periods)
        {
            (_in, _out, _keep, _use) = (new double[Stores * Periods], new double[Stores * Periods], new double[Stores * Periods], new double[Stores * Periods]);
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

using Google.OrTools.LinearSolver;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation;

/// <summary>
/// The least that the whole community can cost when everything is known: all devices of all homes over the whole span in one linear programme, for
/// OR-Tools. Starts of appliances may be split, so that it is a bound which no way of running the homes reaches, let alone passes.
/// </summary>
/// <remarks>kWh and EUR inside, so that the solver's numbers are near one.</remarks>
internal sealed class CommunityProgram : IDisposable
{
    private readonly EvaluationPlan _plan;
    private readonly Solver _solver;
    private readonly Objective _objective;
    private readonly Constraint[] _balance;
    private readonly double[] _fixed;
    private double _initial;

    public CommunityProgram(EvaluationPlan plan, string solver = "GLOP")
    {
        _plan = plan;
        _solver = Solver.CreateSolver(solver) ?? throw new InvalidOperationException($"OR-Tools has no {solver} here.");
        _objective = _solver.Objective();
        _objective.SetMinimization();
        _balance = new Constraint[plan.Span.Length];
        _fixed = new double[plan.Span.Length];
        for (var t = 0; t < _balance.Length; t++)
        {
            // import − export − homes = 0
            var prices = plan.Tariff.At(At(t));
            _balance[t] = _solver.MakeConstraint(0, 0);
            Add(_balance[t], 1, Variable(0, double.PositiveInfinity, prices.Import.MicroEurPerKWh / 1e6));
            Add(_balance[t], -1, Variable(0, double.PositiveInfinity, -prices.Export.MicroEurPerKWh / 1e6));
        }

        foreach (var home in plan.Homes)
        {
            AddHome(home);
        }

        for (var t = 0; t < _balance.Length; t++)
        {
            _balance[t].SetBounds(_fixed[t], _fixed[t]);
        }
    }

    public int Variables => _solver.NumVariables();

    /// <returns>The cost of the whole community, and what energy is worth in it in each period, µEUR/kWh.</returns>
    /// <exception cref="UserErrorException">The solver found no optimum.</exception>
    public (Money Cost, double[] Prices) Solve(string? parameters = null)
    {
        if (parameters is not null)
        {
            _solver.SetSolverSpecificParametersAsString(parameters);
        }

        var status = _solver.Solve();
        return status == Solver.ResultStatus.OPTIMAL
            ? (new Money((long)Math.Round((_objective.Value() + _initial) * 1e6)), Array.ConvertAll(_balance, row => row.DualValue() * 1e6))
            : throw new UserErrorException($"The community's optimum was not found ({status}); evaluate fewer days or homes.");
    }

    public void Dispose() => _solver.Dispose();

    private void AddHome(PlannedHome planned)
    {
        var home = planned.Home;
        var movable = planned.Stores.Length > 0 || home.Appliances.Length > 0 || home.Photovoltaics is not null;
        var limit = (home.ConnectionWatts * _plan.Rules.Grid.LengthSeconds / 3600 + 1) / 1e3;
        var rows = new Constraint?[_balance.Length];
        for (var t = 0; t < rows.Length; t++)
        {
            var load = Energy(home.Load, t);
            var sun = home.Photovoltaics is { } roof ? Energy(roof, t) : 0;
            _fixed[t] += load - sun;

            // −limit ≤ load − sun + curtailed + devices ≤ limit
            rows[t] = movable ? _solver.MakeConstraint(-limit - load + sun, Math.Max(limit, load) - load + sun) : null;
            if (sun > limit + load || (sun > 0 && _plan.Tariff.At(At(t)).Export.MicroEurPerKWh < 0))
            {
                Flow(rows, t, 1, Variable(0, sun, 0));
            }
        }

        foreach (var store in planned.Stores)
        {
            AddStore(rows, store);
        }

        foreach (var appliance in home.Appliances)
        {
            foreach (var run in appliance.Runs)
            {
                AddRun(rows, appliance, run);
            }
        }
    }

    private void AddStore(Constraint?[] rows, StoreModel model)
    {
        var before = default(Variable);
        for (var t = 0; t < rows.Length; t++)
        {
            var stage = model.At(At(t));
            var fill = Variable(double.NegativeInfinity, stage.Ceiling / 1e3, 0);

            // fill + spilt − keep × before − in × charge + discharge ÷ out = −use
            var start = (before is null ? stage.Keep * model.InitialFill : 0) - stage.Use;
            var step = _solver.MakeConstraint(start / 1e3, start / 1e3);
            step.SetCoefficient(fill, 1);
            step.SetCoefficient(Variable(0, double.PositiveInfinity, 0), 1);
            if (before is not null)
            {
                step.SetCoefficient(before, -stage.Keep);
            }

            if (stage.MostIn > 0)
            {
                var charge = Variable(0, stage.MostIn / 1e3, stage.Wear / 1e6);
                step.SetCoefficient(charge, -stage.InYield);
                Flow(rows, t, 1, charge);
            }

            if (stage.MostOut > 0)
            {
                var discharge = Variable(0, stage.MostOut / 1e3, stage.OutCost / 1e6);
                step.SetCoefficient(discharge, 1 / stage.OutYield);
                Flow(rows, t, -1, discharge);
            }

            var enough = _solver.MakeConstraint(Math.Max(stage.Floor, stage.Wanted) / 1e3, double.PositiveInfinity);
            enough.SetCoefficient(fill, 1);
            enough.SetCoefficient(Variable(0, double.PositiveInfinity, StoreStage.Scarcity / 1e6), 1);
            before = fill;
        }

        var worth = StoreModel.Electricity(model.At(_plan.End.Previous)) * _plan.EndPrice / 1e6;
        _objective.SetCoefficient(before, -worth);
        _initial += worth * model.InitialFill / 1e3;
    }

    private void AddRun(Constraint?[] rows, ApplianceDescription appliance, ApplianceRun run)
    {
        var once = _solver.MakeConstraint(1, 1);
        for (var start = run.EarliestStart.Index; start + appliance.ProfileWatts.Length <= run.Deadline.Index; start++)
        {
            var chosen = Variable(0, 1, 0);
            once.SetCoefficient(chosen, 1);
            for (var k = 0; k < appliance.ProfileWatts.Length; k++)
            {
                Flow(rows, (int)(start + k - _plan.Span.First.Index), _plan.Rules.Grid.EnergyOf(appliance.ProfileWatts[k]).WattHours / 1e3, chosen);
            }
        }
    }

    private void Flow(Constraint?[] rows, int t, double energy, Variable variable)
    {
        rows[t]!.SetCoefficient(variable, energy);
        Add(_balance[t], -energy, variable);
    }

    private static void Add(Constraint row, double coefficient, Variable variable) => row.SetCoefficient(variable, coefficient);

    private Variable Variable(double low, double high, double cost)
    {
        var variable = _solver.MakeNumVar(low, high, "");
        if (cost != 0)
        {
            _objective.SetCoefficient(variable, cost);
        }

        return variable;
    }

    private double Energy(PowerProfile profile, int t) => _plan.Rules.Grid.EnergyOf(profile.At(At(t))).WattHours / 1e3;

    private Period At(int t) => new(_plan.Span.First.Index + t);
}

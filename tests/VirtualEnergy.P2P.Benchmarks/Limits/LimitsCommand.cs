using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Benchmarks.Continuous;
using VirtualEnergy.P2P.Benchmarks.Curves;
using VirtualEnergy.P2P.Benchmarks.Forecasting;
using VirtualEnergy.P2P.Benchmarks.Measuring;

namespace VirtualEnergy.P2P.Benchmarks.Limits;

/// <summary><c>limits</c>: measures every figure that the engine promises and holds it against its goal.</summary>
internal static class LimitsCommand
{
    /// <summary>Each measures one part of the engine; a lazy sequence, so that rows appear as they are measured.</summary>
    private static readonly (string Part, Func<IEnumerable<Limit>> Measure)[] Parts =
    [
        ("call", CallAuctionLimits.Measure),
        ("continuous", ContinuousPart.Measure),
        ("curve", CurveLimits.Measure),
        ("forecast", ForecastLimits.Measure),
    ];

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON array of {name, value, goal, met, unit, method, machine}." };
        var only = new Option<string?>("--only") { Description = $"Measure one part: {string.Join(", ", Parts.Select(part => part.Part))}." };
        var command = new Command("limits", "Measure every promised figure beside its goal. Exit code 1 when one is missed.") { json, only };
        command.SetAction(parsed => Run(parsed.GetValue(json), parsed.GetValue(only)));
        return command;
    }

    private static int Run(bool asJson, string? only)
    {
        var rows = new List<Limit>();
        Console.Error.WriteLine(Machine.Description);
        foreach (var limit in Parts.Where(part => only is null || part.Part == only).SelectMany(part => part.Measure()))
        {
            rows.Add(limit);
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(limit.IsMet ? "met   " : "MISSED")} {limit.Name}: {limit.Value:0.####} {limit.Unit} (goal {(limit.IsCeiling ? "at most" : "at least")} {limit.Goal:0.####}; {limit.Method})"));
        }

        if (asJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(rows.Select(row => new
            {
                name = row.Name,
                value = row.Value,
                goal = row.Goal,
                met = row.IsMet,
                unit = row.Unit,
                method = row.Method,
                machine = Machine.Description,
            })));
        }

        return rows.TrueForAll(row => row.IsMet) ? 0 : 1;
    }
}

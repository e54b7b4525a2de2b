using System.CommandLine;
using System.Globalization;
using VirtualEnergy.P2P.Tests;

namespace VirtualEnergy.P2P.Benchmarks.Recognition;

/// <summary><c>recognise</c>: how often appliances are told by their load, on generated runs.</summary>
internal static class RecognitionCommand
{
    public static Command Create()
    {
        var runs = new Option<int>("--runs") { Description = "Runs of each kind.", DefaultValueFactory = _ => 10_000 };
        var seed = new Option<int>("--seed") { Description = "The same seed makes the same runs.", DefaultValueFactory = _ => 1 };
        var command = new Command("recognise", """
            Generate runs of appliances by seed and count what each is taken for: rows are what they are, columns what they are taken for.
            Example: recognise --runs 10000 --seed 1
            """) { runs, seed };
        command.SetAction(parsed =>
        {
            var matrix = GeneratedRuns.Confusion(parsed.GetValue(runs), parsed.GetValue(seed));
            var kinds = GeneratedRuns.Kinds;
            Console.WriteLine($"{"",-16}{string.Concat(kinds.Select(kind => $"{kind,16}"))}");
            for (var row = 0; row < kinds.Length; row++)
            {
                Console.WriteLine($"{kinds[row],-16}{string.Concat(Enumerable.Range(0, kinds.Length).Select(column => (100.0 * matrix[row, column] / parsed.GetValue(runs)).ToString("0.0", CultureInfo.InvariantCulture).PadLeft(14) + " %"))}");
            }

            return 0;
        });
        return command;
    }
}

using System.CommandLine;
using System.Globalization;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Benchmarks.Fuzzing;

/// <summary><c>fuzz</c>: random books by seed, every mechanism against its reference and against what it owes.</summary>
internal static class FuzzCommand
{
    public static Command Create()
    {
        var count = new Option<long>("--count") { Description = "How many books.", DefaultValueFactory = _ => 1_000_000 };
        var seed = new Option<long>("--seed") { Description = "The same seed makes the same books on every machine.", DefaultValueFactory = _ => 1 };
        var mechanism = new Option<string>("--mechanism") { Description = $"all, or one of {string.Join(", ", Mechanisms.Codes)}.", DefaultValueFactory = _ => "all" };
        mechanism.Validators.Add(result =>
        {
            var code = result.GetValueOrDefault<string>();
            if (code != "all" && !Mechanisms.TryParse(code, out _))
            {
                result.AddError($"--mechanism {code}: it is all, or one of {string.Join(", ", Mechanisms.Codes)}.");
            }
        });
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() < 1)
            {
                result.AddError("--count: at least one book.");
            }
        });
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var command = new Command("fuzz", """
            Clear random books by every mechanism and compare each answer with the reference, the optimum and the invariants.
            Exit code 1 when one differs; the smallest book that does is printed with its seed.
            Example: fuzz --count 1000000 --seed 1
            """) { count, seed, mechanism, json };
        command.Subcommands.Add(Iec104Fuzz.Create());
        command.Subcommands.Add(S2FuzzCommand.Create());
        command.Subcommands.Add(FlexibilityFuzzCommand.Create());
        command.SetAction(parsed =>
        {
            var chosen = parsed.GetValue(mechanism)!;
            MechanismKind[] kinds = chosen == "all" ? Enum.GetValues<MechanismKind>() : [Parse(chosen)];
            var result = FuzzRun.Run(parsed.GetValue(count), unchecked((ulong)parsed.GetValue(seed)), kinds, Progress);
            FuzzReport.Write(Console.Out, result, parsed.GetValue(json));
            return result.Mismatches == 0 ? 0 : 1;
        });
        return command;
    }

    private static void Progress(long books, long of, long mismatches) => Console.Error.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{100.0 * books / of,5:0.0} %  {books:N0} of {of:N0} books, {mismatches:N0} mismatches"));

    private static MechanismKind Parse(string code) => Mechanisms.TryParse(code, out var kind) ? kind : default;
}

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Benchmarks.Measuring;

namespace VirtualEnergy.P2P.Benchmarks.Fuzzing;

/// <summary>A command that sends spoilt payloads by seed through readers, on all cores.</summary>
internal static class PayloadFuzz
{
    private const int Block = 10_000;

    /// <param name="name">The subcommand of <c>fuzz</c>.</param>
    /// <param name="description">What is read and what must come of it, with an example.</param>
    /// <param name="source">Payloads for a seed, one after the other; the same on every machine.</param>
    /// <param name="check">What came of a payload, in a word, and what is wrong with that; null where nothing is.</param>
    public static Command Create(string name, string description, Func<int, Func<byte[]>> source, Func<byte[], (string Outcome, string? Wrong)> check)
    {
        var count = new Option<long>("--count") { Description = "How many payloads.", DefaultValueFactory = _ => 1_000_000 };
        var seed = new Option<int>("--seed") { Description = "The same seed makes the same payloads on every machine.", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() < 1)
            {
                result.AddError("--count: at least one payload.");
            }
        });
        var command = new Command(name, description) { count, seed, json };
        command.SetAction(parsed => Run(parsed.GetValue(count), parsed.GetValue(seed), parsed.GetValue(json), source, check));
        return command;
    }

    private static int Run(long count, int seed, bool asJson, Func<int, Func<byte[]>> source, Func<byte[], (string Outcome, string? Wrong)> check)
    {
        var start = Stopwatch.GetTimestamp();
        var gate = new Lock();
        var outcomes = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var (bytes, done, first) = (0L, 0L, ((long Block, string Problem)?)null);
        var blocks = (count + Block - 1) / Block;
        Parallel.For(0L, blocks, block =>
        {
            var next = source(unchecked((int)(seed * 1_000_003L + block)));
            var mine = new Dictionary<string, long>();
            var (size, problem) = (0L, (string?)null);
            for (var number = block * Block; number < Math.Min(count, (block + 1) * Block); number++)
            {
                var payload = next();
                size += payload.Length;
                var (came, wrong) = check(payload);
                var outcome = wrong is null ? came : "wrong";
                mine[outcome] = mine.GetValueOrDefault(outcome) + 1;
                problem ??= wrong is null ? null : $"{wrong}: {Convert.ToBase64String(payload)}";
            }

            lock (gate)
            {
                foreach (var (outcome, times) in mine)
                {
                    outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + times;
                }

                bytes += size;
                first = problem is not null && (first is null || block < first.Value.Block) ? (block, problem) : first;
                if (++done % Math.Max(1, blocks / 10) == 0)
                {
                    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{100.0 * done / blocks,5:0.0} %  {done * Block:N0} payloads"));
                }
            }
        });

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(asJson
            ? JsonSerializer.Serialize(new { seed, payloads = count, bytes, outcomes, first_wrong = first?.Problem, seconds = Math.Round(seconds, 2), machine = Machine.Description })
            : string.Create(CultureInfo.InvariantCulture, $"""
                {count:N0} payloads of seed {seed}, {bytes:N0} bytes, in {seconds:0.0} s on {Machine.Description}
                {string.Join("\n", outcomes.Select(pair => string.Create(CultureInfo.InvariantCulture, $"  {pair.Key,-16} {pair.Value,10:N0}")))}
                {(first is null ? "nothing wrong" : $"first wrong: {first.Value.Problem}")}
                """));
        return first is null ? 0 : 1;
    }
}

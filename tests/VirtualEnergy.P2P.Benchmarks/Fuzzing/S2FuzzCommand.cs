using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Tests.Proof.S2;

namespace VirtualEnergy.P2P.Benchmarks.Fuzzing;

/// <summary><c>fuzz s2</c>: spoilt S2 payloads by seed, through the parser.</summary>
internal static class S2FuzzCommand
{
    private const int Block = 10_000;

    public static Command Create()
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
        var command = new Command("s2", """
            Read spoilt S2 messages: each is a message that reads the same when written again, or a refusal with S2's status and a reason.
            Exit code 1 when one is neither; the first such payload is printed.
            Example: fuzz s2 --count 1000000 --seed 1
            """) { count, seed, json };
        command.SetAction(parsed => Run(parsed.GetValue(count), parsed.GetValue(seed), parsed.GetValue(json)));
        return command;
    }

    private static int Run(long count, int seed, bool asJson)
    {
        var start = Stopwatch.GetTimestamp();
        var gate = new Lock();
        var outcomes = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var (bytes, done, first) = (0L, 0L, ((long Block, string Problem)?)null);
        var blocks = (count + Block - 1) / Block;
        Parallel.For(0L, blocks, block =>
        {
            var mutator = new S2Mutator(unchecked((int)(seed * 1_000_003L + block)));
            var mine = new Dictionary<string, long>();
            var (size, problem) = (0L, (string?)null);
            for (var number = block * Block; number < Math.Min(count, (block + 1) * Block); number++)
            {
                var payload = mutator.NextBytes();
                size += payload.Length;
                var (reading, wrong) = S2ParserCheck.Of(payload);
                var outcome = wrong is not null ? "wrong" : reading.Refusal?.Status.ToString() ?? "taken";
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

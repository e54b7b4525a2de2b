using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Tests;

namespace VirtualEnergy.P2P.Benchmarks.Fuzzing;

/// <summary><c>fuzz-devices</c> and <c>fuzz-documents</c>: nonsense for every parser of what devices say, and of market documents and flexibility messages.</summary>
internal static class NoiseCommand
{
    private const int Block = 1_000;

    public static Command CreateForDevices() => Create(
        "fuzz-devices",
        """
        Feed damaged input to every parser of what devices say: SunSpec registers, Modbus streams, P1 telegrams, Zigbee2MQTT lists, Home Assistant's
        announcements and commands. Exit code 1 when one throws anything but its own refusal.
        Example: fuzz-devices --count 1000000 --seed 1
        """,
        DeviceNoise.Families);

    public static Command CreateForDocuments() => Create(
        "fuzz-documents",
        """
        Feed damaged documents of IEC 62325-451 and messages of the USEF flexibility protocol to their readers, intakes and conversations. Whatever
        is read is written and read back the same, what has an effect was accepted, nothing is sold twice. Exit code 1 when one is not so or throws.
        Example: fuzz-documents --count 1000000 --seed 1
        """,
        DocumentNoise.Families);

    private static Command Create(string name, string description, IReadOnlyList<(string Family, Func<Random, bool> ReadOne)> families)
    {
        var count = new Option<long>("--count") { Description = "Inputs of each family.", DefaultValueFactory = _ => 1_000_000 };
        var seed = new Option<int>("--seed") { Description = "The same seed makes the same inputs.", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() < 1)
            {
                result.AddError("--count: at least one input.");
            }
        });
        var command = new Command(name, description) { count, seed, json };
        command.SetAction(parsed =>
        {
            var results = families.Select(family => Run(family.Family, family.ReadOne, parsed.GetValue(count), parsed.GetValue(seed))).ToList();
            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(new { seed = parsed.GetValue(seed), machine = Machine.Description, families = results }));
            }

            return results.Exists(result => result.Failure is not null) ? 1 : 0;
        });
        return command;
    }

    private static Result Run(string family, Func<Random, bool> readOne, long count, int seed)
    {
        var (start, read, failure, gate) = (Stopwatch.GetTimestamp(), 0L, (string?)null, new Lock());
        Parallel.For(0L, (count + Block - 1) / Block, (block, state) =>
        {
            var (random, taken) = (new Random(unchecked(seed * 486_187_739 + (int)block)), 0L);
            for (var number = block * Block; number < Math.Min(count, (block + 1) * Block); number++)
            {
                try
                {
                    taken += readOne(random) ? 1 : 0;
                }
                catch (Exception thrown)
                {
                    lock (gate)
                    {
                        failure ??= $"block {block}, input {number}: {thrown}";
                    }

                    state.Stop();
                    return;
                }
            }

            lock (gate)
            {
                read += taken;
            }
        });
        var result = new Result(family, count, read, failure, Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 1));
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{family,-30} {count,12:N0} inputs, {read,10:N0} read, the rest refused by name, {result.Seconds,6:0.0} s{(failure is null ? "" : $"  FAILED: {failure}")}"));
        return result;
    }

    private sealed record Result(string Family, long Inputs, long Read, string? Failure, double Seconds);
}

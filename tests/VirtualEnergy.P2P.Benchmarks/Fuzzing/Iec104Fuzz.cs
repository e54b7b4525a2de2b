using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Tests.Proof;

namespace VirtualEnergy.P2P.Benchmarks.Fuzzing;

/// <summary><c>fuzz iec104</c>: hostile bytes by seed, to the telecontrol library's framer, link and both stations.</summary>
internal static class Iec104Fuzz
{
    private static readonly Iec104Family[] Families = Enum.GetValues<Iec104Family>();

    public static Command Create()
    {
        var count = new Option<int>("--count") { Description = "How many inputs.", DefaultValueFactory = _ => 1_000_000 };
        count.Between(1, 1_000_000_000);
        var seed = new Option<long>("--seed") { Description = "The same seed makes the same inputs on every machine.", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var command = new Command("iec104", """
            Give hostile bytes to the IEC 60870-5-104 library: noise, frames out of order, random ASDUs, right requests, and mutations of them.
            Cut anywhere they must read alike; nothing may throw, answers are right frames, and no command reaches the process that is not whole.
            Exit code 1 when one does not; it is printed with its family and number.
            Example: fuzz iec104 --count 1000000 --seed 1
            """) { count, seed, json };
        command.SetAction(parsed => Run(parsed.GetValue(count), unchecked((ulong)parsed.GetValue(seed)), parsed.GetValue(json)));
        return command;
    }

    private static int Run(int count, ulong seed, bool asJson)
    {
        var start = Stopwatch.GetTimestamp();
        var (done, frames, asdus, commands, answers, closed, problems) = (0, 0L, 0L, 0L, 0L, 0L, 0);
        (long Number, string Problem)? first = null;
        var gate = new Lock();
        Parallel.For(0, count, number =>
        {
            var family = Families[number % Families.Length];
            var result = Iec104Check.Of(Iec104Hostile.Make(family, seed, (ulong)number), Iec104Hostile.Dice(family, ~seed, (ulong)number));
            lock (gate)
            {
                (frames, asdus, commands, answers) = (frames + result.Frames, asdus + result.Asdus, commands + result.Commands, answers + result.Answers);
                closed += result.Closed != 0 ? 1 : 0;
                if (result.Problem is { } problem)
                {
                    problems++;
                    first = first is null || number < first.Value.Number ? (number, problem) : first;
                }

                if (++done % Math.Max(1, count / 20) == 0)
                {
                    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{100.0 * done / count,5:0.0} %  {done:N0} of {count:N0} inputs, {problems:N0} wrong"));
                }
            }
        });

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (asJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { seed, inputs = count, frames, asdus, commands, answers, closed, problems, first = first?.Problem, number = first?.Number, seconds, machine = Machine.Description }));
        }
        else
        {
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{count:N0} inputs of seed {seed}: {frames:N0} frames, {asdus:N0} right ASDUs, {commands:N0} commands done, {answers:N0} answers, {closed:N0} connections closed; {problems:N0} wrong"));
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s on {Machine.Description}"));
            if (first is { } found)
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the first: {Families[found.Number % Families.Length]} {found.Number}: {found.Problem}"));
            }
        }

        return problems == 0 ? 0 : 1;
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using CsCheck;

namespace VirtualEnergy.P2P;

/// <summary>
/// Properties on drawn inputs that are the same in every run: each input has a generator state of its own, and all states follow
/// from one seed, so that neither the clock nor the order of the threads has a say in what is drawn.
/// </summary>
/// <remarks>
/// These extensions are nearer to the tests than CsCheck's of the same name, which fix no more than the first input by a seed and draw
/// the others by the clock. <c>VE_TEST_SEED</c> searches elsewhere; a failure names the seed and the smallest input that was found.
/// </remarks>
internal static class SeededSamples
{
    public const string Variable = "VE_TEST_SEED";

    /// <summary>What a plain run draws from.</summary>
    public const ulong PlainSeed = 1;

    public static ulong Seed { get; } = SeedOf(Environment.GetEnvironmentVariable(Variable));

    /// <summary>The seed that a value of <see cref="Variable"/> asks for.</summary>
    /// <exception cref="FormatException">It is neither empty nor a whole number.</exception>
    public static ulong SeedOf(string? value) => string.IsNullOrWhiteSpace(value) ? PlainSeed
        : ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed
        : throw new FormatException($"{Variable} is a whole number, not '{value}'.");

    public static void Sample<T>(this Gen<T> gen, Action<T> assert, long iter = 100, int threads = -1) => Check(gen, assert, iter, threads, Seed);

    public static void Sample<T>(this Gen<T> gen, Func<T, bool> holds, long iter = 100, int threads = -1) => Check(gen, True(holds), iter, threads, Seed);

    public static void Sample<T1, T2>(this Gen<(T1, T2)> gen, Action<T1, T2> assert, long iter = 100, int threads = -1) =>
        Check(gen, x => assert(x.Item1, x.Item2), iter, threads, Seed);

    public static void Sample<T1, T2>(this Gen<(T1, T2)> gen, Func<T1, T2, bool> holds, long iter = 100, int threads = -1) =>
        Check(gen, True<(T1, T2)>(x => holds(x.Item1, x.Item2)), iter, threads, Seed);

    public static void Sample<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Action<T1, T2, T3> assert, long iter = 100, int threads = -1) =>
        Check(gen, x => assert(x.Item1, x.Item2, x.Item3), iter, threads, Seed);

    public static void Sample<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Func<T1, T2, T3, bool> holds, long iter = 100, int threads = -1) =>
        Check(gen, True<(T1, T2, T3)>(x => holds(x.Item1, x.Item2, x.Item3)), iter, threads, Seed);

    public static void Sample<T1, T2, T3, T4>(this Gen<(T1, T2, T3, T4)> gen, Action<T1, T2, T3, T4> assert, long iter = 100, int threads = -1) =>
        Check(gen, x => assert(x.Item1, x.Item2, x.Item3, x.Item4), iter, threads, Seed);

    public static void Sample<T1, T2, T3, T4>(this Gen<(T1, T2, T3, T4)> gen, Func<T1, T2, T3, T4, bool> holds, long iter = 100, int threads = -1) =>
        Check(gen, True<(T1, T2, T3, T4)>(x => holds(x.Item1, x.Item2, x.Item3, x.Item4)), iter, threads, Seed);

    public static void Sample<T1, T2, T3, T4, T5>(this Gen<(T1, T2, T3, T4, T5)> gen, Action<T1, T2, T3, T4, T5> assert, long iter = 100, int threads = -1) =>
        Check(gen, x => assert(x.Item1, x.Item2, x.Item3, x.Item4, x.Item5), iter, threads, Seed);

    public static void Sample<T1, T2, T3, T4, T5, T6, T7>(
        this Gen<(T1, T2, T3, T4, T5, T6, T7)> gen, Action<T1, T2, T3, T4, T5, T6, T7> assert, long iter = 100, int threads = -1) =>
        Check(gen, x => assert(x.Item1, x.Item2, x.Item3, x.Item4, x.Item5, x.Item6, x.Item7), iter, threads, Seed);

    /// <summary>Draws <paramref name="iter"/> inputs and asserts each; <paramref name="threads"/> is 1 where the assertions share something, and as many as there are cores where it is not given.</summary>
    /// <exception cref="CsCheckException">An input fails: the first by number, and the smallest of as many more.</exception>
    public static void Check<T>(Gen<T> gen, Action<T> assert, long iter, int threads, ulong seed)
    {
        var states = new PCG(0, seed);
        var starts = new ulong[iter];
        for (var i = 0; i < starts.Length; i++)
        {
            starts[i] = states.Next64();
        }

        var failures = new ConcurrentDictionary<long, Exception>();
        // A break lets every input before it run still: the lowest that fails is the same whichever thread was first.
        var run = Parallel.For(0, starts.Length, new() { MaxDegreeOfParallelism = threads < 0 ? Environment.ProcessorCount : threads }, (i, loop) =>
        {
            if (FailureOf(() => assert(gen.Generate(new PCG(0, starts[i]), null, out _))) is { } failure)
            {
                failures[i] = failure;
                loop.Break();
            }
        });
        if (run.LowestBreakIteration is { } first)
        {
            var (smallest, cause) = Shrink(gen, assert, states, iter, starts[first]);
            throw new CsCheckException(
                $"Input {first + 1:N0} of {iter:N0} fails; {Variable}={seed} draws it again. The smallest that was found:\n{smallest}", cause ?? failures[first]);
        }
    }

    // Smaller inputs are looked for among new ones, as CsCheck does, by number and not by time.
    private static (string Printed, Exception? Cause) Shrink<T>(Gen<T> gen, Action<T> assert, PCG states, long tries, ulong start)
    {
        Exception? cause = null;
        T smallest = default!;
        Size? least = null;
        cause = FailureOf(() => smallest = gen.Generate(new PCG(0, start), null, out least));
        if (cause is not null)
        {
            return ("(the generator itself fails)", cause);
        }

        for (var i = 0L; i < tries; i++)
        {
            T input = default!;
            Size? size = null;
            var pcg = new PCG(0, states.Next64());
            if (FailureOf(() => input = gen.Generate(pcg, least, out size)) is null && Size.IsLessThan(size, least) && FailureOf(() => assert(input)) is { } failure)
            {
                (smallest, least, cause) = (input, size, failure);
            }
        }

        return (CsCheck.Check.Print(smallest), cause);
    }

    private static Action<T> True<T>(Func<T, bool> holds) => x =>
    {
        if (!holds(x))
        {
            throw new CsCheckException("The property does not hold.", null);
        }
    };

    // Whatever an assertion or the code under it throws is a failure of that input.
    private static Exception? FailureOf(Action action)
    {
        try
        {
            action();
            return null;
        }
#pragma warning disable CA1031
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return failure;
        }
    }
}

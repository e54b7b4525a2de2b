using System.Diagnostics;
using System.Globalization;
using VirtualEnergy.P2P.Benchmarks.Limits;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Market.Continuous;

namespace VirtualEnergy.P2P.Benchmarks.Continuous;

/// <summary>The continuous book: throughput, latency and allocation with 100 000 orders at rest, beside a textbook book.</summary>
internal static class ContinuousPart
{
    private const int Resting = 100_000;
    private const int Operations = 4_000_000;
    private const int TimedOperations = 2_000_000;
    private const int Rounds = 7;
    private const string Mix = "100 k at rest; 44.5 % limits that rest, 39.5 % cancels, 3 of 4 of young orders, 10 % crossing limits, 5 % market and immediate, 1 % time";

    public static IEnumerable<Limit> Measure()
    {
        var (worstFill, worst) = OrderFlow.Generate(seed: 1, Resting, Operations, youngCancels: 0);
        var anyCancel = Throughput(worstFill, worst).Engine.Median;
        var (fill, operations) = OrderFlow.Generate(seed: 1, Resting, Operations, youngCancels: 75);
        var allocated = Allocated(fill, operations);
        var (engine, textbook) = Throughput(fill, operations);
        var method = string.Create(
            CultureInfo.InvariantCulture,
            $"median of {Rounds} rounds of 4 M operations; {Mix}; with cancels of any order, each as likely: {Operations / anyCancel / 1e6:0.0}");
        yield return Limit.AtLeast("continuous book, throughput", Operations / engine.Median / 1e6, 20, "M op/s", method);
        yield return Limit.AtLeast("continuous book, textbook book / book", textbook.Median / engine.Median, 10, "x", "SortedDictionary of LinkedLists and a Dictionary; same stream, same trades, in turn");

        var times = Times(fill, operations.AsSpan(0, TimedOperations));
        double[] own = times.OfMedians(50, 99.99);
        method = string.Create(
            CultureInfo.InvariantCulture,
            $"each of 2 M operations timed, one clock reading included, nothing subtracted; an operation's median of {Rounds} replays");
        var raw = string.Create(
            CultureInfo.InvariantCulture,
            $"; single replays {times.Raw(99.99) / 1000:0.0} µs, bare clock readings as far apart {Idle(times.Mean).Raw(99.99) / 1000:0.0} µs: what the machine adds");
        yield return Limit.AtMost("continuous book, p50", own[0], 100, "ns", method);
        yield return Limit.AtMost("continuous book, p99.99", own[1] / 1000, 20, "µs", method + raw);
        yield return Limit.AtMost("continuous book, allocated per operation", allocated / (double)Operations, 0, "B", "bytes allocated by the thread over 4 M operations");
    }

    private static long Allocated(BookOperation[] fill, BookOperation[] operations)
    {
        var book = Filled(fill);

        // A collection in between would count what is left of the thread's allocation buffer as allocated.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = GC.GetAllocatedBytesForCurrentThread();
        BookRun.All(book, operations);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static (Samples Engine, Samples Textbook) Throughput(BookOperation[] fill, BookOperation[] operations)
    {
        var (engine, textbook) = (new Samples(), new Samples());
        for (var round = -1; round < Rounds; round++)
        {
            var fast = Filled(fill);
            var slow = new TextbookBook();
            BookRun.All(slow, fill);
            var (fastTally, slowTally) = (default(Tally), default(Tally));

            // The first round warms up.
            (round < 0 ? new Samples() : engine).Time(() => fastTally = BookRun.All(fast, operations));
            (round < 0 ? new Samples() : textbook).Time(() => slowTally = BookRun.All(slow, operations));
            if (fastTally != slowTally || fastTally.Executions == 0)
            {
                throw new InvalidOperationException($"The two books disagree: {fastTally} and {slowTally}.");
            }
        }

        return (engine, textbook);
    }

    private static ReplayTimes Times(BookOperation[] fill, ReadOnlySpan<BookOperation> operations)
    {
        BookRun.Timed(Filled(fill), operations, new int[operations.Length]); // warms up
        var times = new ReplayTimes(Rounds, operations.Length);
        for (var replay = 0; replay < Rounds; replay++)
        {
            BookRun.Timed(Filled(fill), operations, times.Replay(replay));
        }

        return times;
    }

    /// <summary>What the machine adds by itself: the clock read as often and as far apart, without a book.</summary>
    private static ReplayTimes Idle(long wait)
    {
        var times = new ReplayTimes(Rounds, TimedOperations);
        for (var replay = 0; replay < Rounds; replay++)
        {
            var last = Stopwatch.GetTimestamp();
            foreach (ref var ticks in times.Replay(replay))
            {
                var now = Stopwatch.GetTimestamp();
                while (now - last < wait)
                {
                    now = Stopwatch.GetTimestamp();
                }

                ticks = (int)(now - last);
                last = now;
            }
        }

        return times;
    }

    private static EngineBook Filled(BookOperation[] fill)
    {
        var book = new EngineBook(new ContinuousBook(ContinuousRules.Default, capacity: 1 << 17));
        BookRun.All(book, fill);
        return book;
    }
}

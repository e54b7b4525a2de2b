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
        var (fill, operations) = OrderFlow.Generate(seed: 1, Resting, Operations, youngCancels: 75);
        var (anyFill, anyOperations) = OrderFlow.Generate(seed: 1, Resting, Operations, youngCancels: 0);
        var allocated = Allocated(fill, operations);
        var (engine, any, textbook) = (new Samples(), new Samples(), new Samples());
        for (var round = 0; round < Rounds; round++)
        {
            var expected = Run(() => new TextbookBook(), fill, operations, textbook);
            for (var i = 0; i < 3; i++)
            {
                var tally = Run(Empty, fill, operations, engine);
                if (tally != expected || tally.Executions == 0)
                {
                    throw new InvalidOperationException($"The two books disagree: {tally} and {expected}.");
                }
            }

            Run(Empty, anyFill, anyOperations, any);
        }

        var method = string.Create(
            CultureInfo.InvariantCulture,
            $"median of {3 * Rounds} rounds of 4 M operations, best {Millions(engine.Percentile(0)):0.0}; {Mix}; with cancels of any order, each as likely: {Millions(any.Median):0.0}");
        yield return Limit.AtLeast("continuous book, throughput", Millions(engine.Median), 20, "M op/s", method);
        yield return Limit.AtLeast("continuous book, textbook book / book", textbook.Median / engine.Median, 5, "x", "SortedDictionary of LinkedLists and a Dictionary; same stream, same trades, in turn");

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

    private static double Millions(double seconds) => Operations / seconds / 1e6;

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

    /// <summary>Times the stream on a book that was filled before.</summary>
    private static Tally Run<TBook>(Func<TBook> create, BookOperation[] fill, BookOperation[] operations, Samples samples)
        where TBook : IMeasuredBook
    {
        var book = create();
        BookRun.All(book, fill);
        var tally = default(Tally);
        samples.Time(() => tally = BookRun.All(book, operations));
        return tally;
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

    private static EngineBook Empty() => new(new ContinuousBook(ContinuousRules.Default, capacity: 1 << 17));

    private static EngineBook Filled(BookOperation[] fill)
    {
        var book = Empty();
        BookRun.All(book, fill);
        return book;
    }
}

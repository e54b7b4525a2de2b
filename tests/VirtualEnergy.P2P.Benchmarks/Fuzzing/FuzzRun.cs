using System.Diagnostics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Tests.Proof;

namespace VirtualEnergy.P2P.Benchmarks.Fuzzing;

/// <summary>What a run over random books did.</summary>
/// <param name="BooksByFamily">In the order of <see cref="BookFamily"/>.</param>
/// <param name="Clearings">Books × mechanisms.</param>
/// <param name="Fills">Orders that were filled, over all clearings.</param>
/// <param name="Refused">Clearings whose sums pass 64 bits, or whose mechanism does not know the book's network, and that said so.</param>
/// <param name="Smallest">The smallest book that failed, made smaller still; null when none did.</param>
internal sealed record FuzzResult(
    ulong Seed, MechanismKind[] Kinds, long[] BooksByFamily, long Orders, long Clearings, long Fills, long Refused, long Mismatches, FailingBook? Smallest, double Seconds)
{
    public long Books => BooksByFamily.Sum();
}

/// <summary>Makes books by number, on all cores; what comes out depends on count and seed alone.</summary>
internal static class FuzzRun
{
    private const int Block = 1_000;

    private static readonly BookFamily[] Families = Enum.GetValues<BookFamily>();

    /// <param name="progress">Books done, of how many, mismatches so far; about every twentieth of the way.</param>
    public static FuzzResult Run(long count, ulong seed, MechanismKind[] kinds, Action<long, long, long> progress)
    {
        var start = Stopwatch.GetTimestamp();
        var sum = new Tally();
        var gate = new Lock();
        var (done, next) = (0L, 0L);
        var blocks = (count + Block - 1) / Block;
        Parallel.For(0L, blocks, block =>
        {
            var tally = new Tally();
            var end = Math.Min(count, (block + 1) * Block);
            for (var number = block * Block; number < end; number++)
            {
                One(seed, number, kinds, tally);
            }

            lock (gate)
            {
                sum.Add(tally);
                done += end - block * Block;
                if (done >= next)
                {
                    progress(done, count, sum.Mismatches);
                    next = done + Math.Max(1, count / 20);
                }
            }
        });

        var smallest = sum.Smallest is { } failing ? failing.Shrunk() : null;
        return new FuzzResult(
            seed, kinds, sum.Books, sum.Orders, sum.Clearings, sum.Fills, sum.Refused, sum.Mismatches, smallest, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static void One(ulong seed, long number, MechanismKind[] kinds, Tally tally)
    {
        var family = Families[number % Families.Length];
        var book = RandomBooks.Make(family, seed, (ulong)number);
        tally.Books[(int)family]++;
        tally.Orders += book.Orders.Length;
        foreach (var kind in kinds)
        {
            var drawn = book.Orders.Length > 0 ? book.Orders[0].Key : default;
            var result = BookCheck.Of(book, kind, drawn);
            tally.Clearings++;
            tally.Fills += result.Fills;
            tally.Refused += result.Refused ? 1 : 0;
            if (result.Problem is { } problem)
            {
                tally.Mismatches++;
                tally.Keep(new FailingBook(family, seed, number, kind, drawn, book, problem));
            }
        }
    }

    private sealed class Tally
    {
        public long[] Books { get; } = new long[Families.Length];

        public long Orders { get; set; }

        public long Clearings { get; set; }

        public long Fills { get; set; }

        public long Refused { get; set; }

        public long Mismatches { get; set; }

        public FailingBook? Smallest { get; private set; }

        public void Keep(FailingBook? failing)
        {
            if (failing is not null && (Smallest is null || failing.CompareTo(Smallest) < 0))
            {
                Smallest = failing;
            }
        }

        public void Add(Tally other)
        {
            for (var i = 0; i < Books.Length; i++)
            {
                Books[i] += other.Books[i];
            }

            Orders += other.Orders;
            Clearings += other.Clearings;
            Fills += other.Fills;
            Refused += other.Refused;
            Mismatches += other.Mismatches;
            Keep(other.Smallest);
        }
    }
}

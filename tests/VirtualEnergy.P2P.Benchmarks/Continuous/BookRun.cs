using System.Diagnostics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Continuous;

namespace VirtualEnergy.P2P.Benchmarks.Continuous;

/// <summary>A book that the stream of operations is carried out on.</summary>
internal interface IMeasuredBook
{
    void CarryOut(in BookOperation operation, ref Tally tally);
}

/// <summary>The book of the engine. A struct, so that the loop around it is compiled for it alone.</summary>
internal readonly struct EngineBook(ContinuousBook book) : IMeasuredBook
{
    public void CarryOut(in BookOperation operation, ref Tally tally) => BookRun.Apply(book, operation, ref tally);
}

/// <summary>Carries a stream of operations out.</summary>
internal static class BookRun
{
    public static Tally All<TBook>(TBook book, BookOperation[] operations)
        where TBook : IMeasuredBook
    {
        var tally = default(Tally);
        foreach (ref readonly var operation in operations.AsSpan())
        {
            book.CarryOut(operation, ref tally);
        }

        return tally;
    }

    /// <summary>From before one operation to before the next, in ticks of the clock: nothing is left out.</summary>
    public static void Timed<TBook>(TBook book, ReadOnlySpan<BookOperation> operations, Span<int> times)
        where TBook : IMeasuredBook
    {
        var tally = default(Tally);
        var last = Stopwatch.GetTimestamp();
        for (var i = 0; i < operations.Length; i++)
        {
            book.CarryOut(operations[i], ref tally);
            var now = Stopwatch.GetTimestamp();
            times[i] = (int)(now - last);
            last = now;
        }
    }

    public static Outcome Apply<TSink>(ContinuousBook book, in BookOperation operation, ref TSink sink)
        where TSink : struct, IExecutionSink
    {
        switch (operation.Kind)
        {
            case OperationKind.Cancel:
                return book.Cancel(operation.Id, operation.Owner);
            case OperationKind.Advance:
                return book.AdvanceTo(operation.Id, ref sink);
            default:
                var order = new BookOrder(
                    operation.Id,
                    operation.Owner,
                    operation.IsBuy ? Side.Buy : Side.Sell,
                    (BookOrderType)operation.Kind,
                    new Price(operation.Price),
                    new Energy(operation.WattHours),
                    operation.Lifetime == 0 ? BookOrder.NoExpiry : book.Instant + operation.Lifetime);
                return book.Submit(order, ref sink);
        }
    }
}

/// <summary>Counts and sums what a book reports, so that nothing of it can be compiled away and two books can be held together.</summary>
internal record struct Tally : IExecutionSink
{
    public long Executions { get; private set; }

    public long WattHours { get; private set; }

    public ulong Digest { get; private set; }

    public void Executed(in Execution execution)
    {
        Executions++;
        WattHours += execution.Energy.WattHours;
        Digest = unchecked((Digest ^ (ulong)execution.MakerId) * 0x100000001B3 + (ulong)execution.Price.MicroEurPerKWh);
    }

    public void Removed(in Removal removal)
    {
        Digest = unchecked((Digest ^ (ulong)removal.Id) * 0x100000001B3);
    }
}

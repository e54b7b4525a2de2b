using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Tests.Proof;

namespace VirtualEnergy.P2P.Benchmarks.Fuzzing;

/// <summary>A book that a mechanism answered wrongly; seed, family and number make it again.</summary>
/// <param name="Drawn">The round's chance that the mechanism was given.</param>
/// <param name="Problem">What is wrong with the answer.</param>
internal sealed record FailingBook(BookFamily Family, ulong Seed, long Number, MechanismKind Kind, Hash256 Drawn, RandomBook Book, string Problem)
    : IComparable<FailingBook>
{
    public int CompareTo(FailingBook? other) =>
        other is null ? -1 : (Book.Orders.Length, Number, Kind).CompareTo((other.Book.Orders.Length, other.Number, other.Kind));

    /// <summary>The smallest book that was found on the way down from this one.</summary>
    public FailingBook Shrunk()
    {
        var (book, problem) = BookShrinker.Shrink(Book, Problem, smaller => BookCheck.Of(smaller, Kind, Drawn).Problem);
        return this with { Book = book, Problem = problem };
    }
}

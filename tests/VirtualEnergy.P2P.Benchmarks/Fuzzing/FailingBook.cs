using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Tests.Proof;

namespace VirtualEnergy.P2P.Benchmarks.Fuzzing;

/// <summary>A book that a mechanism answered wrongly; seed, family and number make it again.</summary>
/// <param name="Drawn">The round's chance that the mechanism was given.</param>
/// <param name="Problem">What is wrong with the answer.</param>
internal sealed record FailingBook(BookFamily Family, ulong Seed, long Number, MechanismKind Kind, Hash256 Drawn, RandomBook Book, string Problem)
    : IComparable<FailingBook>
{
    /// <summary>A large energy that has to stay odd can be made smaller by 2 for a very long time.</summary>
    private const int MostTries = 20_000;

    public int CompareTo(FailingBook? other) =>
        other is null ? -1 : (Book.Orders.Length, Number, Kind).CompareTo((other.Book.Orders.Length, other.Number, other.Kind));

    /// <summary>Takes orders, lines and premiums away and makes energies smaller for as long as something stays wrong.</summary>
    public FailingBook Shrunk()
    {
        var (smallest, tries, tried) = (this, 0, true);
        while (tried)
        {
            tried = false;
            foreach (var smaller in Smaller(smallest.Book))
            {
                if (++tries > MostTries)
                {
                    return smallest;
                }

                if (BookCheck.Of(smaller, Kind, Drawn).Problem is { } problem)
                {
                    smallest = smallest with { Book = smaller, Problem = problem };
                    tried = true;
                    break;
                }
            }
        }

        return smallest;
    }

    private static IEnumerable<RandomBook> Smaller(RandomBook book) => SmallerOrders(book.Orders).Select(orders => book with { Orders = orders })
        .Concat(SmallerNetworks(book.Rules.Network).Select(network => book with { Rules = book.Rules with { Network = network } }));

    private static IEnumerable<Order[]> SmallerOrders(Order[] book)
    {
        for (var i = 0; i < book.Length; i++)
        {
            yield return [.. book[..i], .. book[(i + 1)..]];
        }

        for (var i = 0; i < book.Length; i++)
        {
            var energy = book[i].Energy.WattHours;
            foreach (var less in new[] { 1, energy / 2, energy - 1 }.Where(less => less > 0 && less < energy).Distinct())
            {
                yield return [.. book[..i], book[i] with { Energy = new Energy(less) }, .. book[(i + 1)..]];
            }

            if (!book[i].Preferences.IsNone)
            {
                yield return [.. book[..i], book[i] with { Preferences = Preferences.None }, .. book[(i + 1)..]];
            }
        }
    }

    private static IEnumerable<ZoneNetwork> SmallerNetworks(ZoneNetwork network) =>
        network.Lines.Select(gone => new ZoneNetwork(network.Lines.Where(line => line != gone)))
            .Concat(network.Lines.Where(line => line.Capacity is not null).Select(free => new ZoneNetwork(network.Lines.Select(line => line == free ? line with { Capacity = null } : line))));
}

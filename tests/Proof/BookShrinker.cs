using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>Makes a book that is answered wrongly smaller for as long as something stays wrong with the answer.</summary>
internal static class BookShrinker
{
    /// <summary>A large energy that has to stay odd can be made smaller by 2 for a very long time.</summary>
    private const int MostTries = 20_000;

    /// <summary>Takes orders, lines and premiums away and makes energies smaller.</summary>
    /// <param name="book">It has the problem.</param>
    /// <param name="problem">What is wrong with the book.</param>
    /// <param name="problemOf">The same of any other book; null when nothing is.</param>
    public static (RandomBook Book, string Problem) Shrink(RandomBook book, string problem, Func<RandomBook, string?> problemOf)
    {
        var (tries, tried) = (0, true);
        while (tried)
        {
            tried = false;
            foreach (var smaller in Smaller(book))
            {
                if (++tries > MostTries)
                {
                    return (book, problem);
                }

                if (problemOf(smaller) is { } still)
                {
                    (book, problem, tried) = (smaller, still, true);
                    break;
                }
            }
        }

        return (book, problem);
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

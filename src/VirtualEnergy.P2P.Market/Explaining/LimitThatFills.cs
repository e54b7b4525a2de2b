using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Explaining;

/// <summary>What limit would have filled an order, all else in the book unchanged: found by clearing the book with it.</summary>
/// <param name="Some">The least change of the limit that gets it anything; null when it already has some, or no limit does.</param>
/// <param name="Whole">The least change that fills it whole; null when it is, or no limit does.</param>
/// <remarks>
/// Only limits that somebody named, and those one tick better, can make a difference; of those the search looks for the first
/// that fills. Both answers were tried, so they are true; that they are the least holds where a better limit never gets less,
/// as under a uniform price.
/// </remarks>
public readonly record struct LimitThatFills(Price? Some, Price? Whole)
{
    /// <param name="order">One of <paramref name="orders"/>, the same instance.</param>
    /// <param name="orders">In their order of arrival, if the mechanism looks at it.</param>
    /// <param name="clear">The mechanism.</param>
    /// <param name="tick">µEUR/kWh.</param>
    public static LimitThatFills Find(Order order, IReadOnlyList<Order> orders, Func<IReadOnlyList<Order>, Clearing> clear, long tick)
    {
        var direction = order.Side == Side.Buy ? 1 : -1;
        var candidates = orders.Select(other => other.Price.MicroEurPerKWh)
            .SelectMany(price => new[] { price, checked(price + direction * tick) })
            .Where(price => (price - order.Price.MicroEurPerKWh) * direction > 0)
            .Distinct().OrderBy(price => price * direction).Select(price => new Price(price)).ToList();

        Energy FilledAt(Price limit)
        {
            var moved = order with { Price = limit };
            return clear([.. orders.Select(other => ReferenceEquals(other, order) ? moved : other)])
                .Fills.FirstOrDefault(fill => ReferenceEquals(fill.Order, moved)).Energy;
        }

        Price? First(Predicate<Energy> enough)
        {
            var (low, high) = (0, candidates.Count - 1);
            Price? found = null;
            while (low <= high)
            {
                var middle = (low + high) / 2;
                if (enough(FilledAt(candidates[middle])))
                {
                    (found, high) = (candidates[middle], middle - 1);
                }
                else
                {
                    low = middle + 1;
                }
            }

            return found;
        }

        var already = FilledAt(order.Price);
        return new LimitThatFills(
            already > Energy.Zero ? null : First(energy => energy > Energy.Zero),
            already == order.Energy ? null : First(energy => energy == order.Energy));
    }
}

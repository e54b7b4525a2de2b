using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Balancing;

/// <summary>
/// Judges a BSP's orders by what the home has offered and the member allows, and says what they commit the home to. No message here is trusted but for its
/// signature, which the caller has checked.
/// </summary>
/// <remarks>Not safe for concurrent use.</remarks>
/// <param name="consent">What the member allows.</param>
/// <param name="book">Keeps what is accepted.</param>
/// <param name="grid">The market's periods.</param>
internal sealed class FlexibilityDesk(FlexibilityConsent consent, FlexibilityBook book, PeriodGrid grid)
{
    /// <summary>Offers that are remembered: an order may cross with the next offer.</summary>
    private const int OffersKept = 8;

    private readonly Queue<(HomeHeadroomOffer Offer, NetProgram Program)> _offers = [];

    /// <summary>The last that was offered; null before the first.</summary>
    public HomeHeadroomOffer? Offered => _offers.LastOrDefault().Offer;

    /// <summary>What the home has promised in a period; null where it promised nothing.</summary>
    public Commitment? In(Period period) => book.In(period, grid)?.In(period, grid);

    /// <summary>All that is promised and not over; null where nothing is.</summary>
    public StandingPromises? Standing(DateTimeOffset now)
    {
        var orders = book.Orders.Where(order => order.Until > now).ToList();
        return orders.Count == 0 ? null : new StandingPromises(orders.Max(order => order.First.End), orders.Exists(order => order.Watts < 0), orders.Exists(order => order.Watts > 0));
    }

    /// <summary>From now on orders may go by this offer.</summary>
    public void Offer(HomeHeadroomOffer offer, NetProgram program)
    {
        _offers.Enqueue((offer, program));
        if (_offers.Count > OffersKept)
        {
            _ = _offers.Dequeue();
        }
    }

    /// <summary>Judges an order and keeps it where it is good.</summary>
    /// <returns>Null where it is accepted, else the reason and what to say.</returns>
    public (string Reason, string Detail)? Take(Signed<FlexibilityOrder> message, DateTimeOffset now)
    {
        var order = message.Content;
        if (order.Number <= book.LastNumber)
        {
            // The same message twice has one effect: it is accepted again.
            return book.Find(order.Id) is { } before && order.Number == book.LastNumber && before.First.Bsp == order.Bsp
                ? null : (FlexibilityReason.StaleNumber, $"Number {order.Number} is not higher than the last one, {book.LastNumber}.");
        }

        ImmutableArray<Energy> program = [];
        if (book.Find(order.Id) is { } known)
        {
            if (Follows(known, order, now) is { } wrong)
            {
                return wrong;
            }
        }
        else if (order.Kind == FlexibilityOrderKind.Release)
        {
            return (FlexibilityReason.UnknownOrder, $"There is no order {order.Id}.");
        }
        else if (Begins(order, now) is { } wrong)
        {
            return wrong;
        }
        else
        {
            program = ProgramOf(order);
        }

        return book.TryTake(message, program, grid, now) ? null : (FlexibilityReason.NotKept, "The order could not be written down.");
    }

    private (string, string)? Follows(HeldOrder known, FlexibilityOrder order, DateTimeOffset now)
    {
        if (known.Until <= now)
        {
            return (FlexibilityReason.Over, $"Order {order.Id} is over.");
        }

        if (order.Kind == FlexibilityOrderKind.Release)
        {
            return null;
        }

        if (order.Kind == FlexibilityOrderKind.Reserve || order.First < known.First.First || order.End > known.First.End || grid.StartOf(order.End) <= now)
        {
            return (FlexibilityReason.Overlaps, $"Order {order.Id} is for the {known.First.Periods} periods from {known.First.First}.");
        }

        return order.ChangeWatts == 0 || (Math.Sign(order.ChangeWatts) == Math.Sign(known.Watts) && Math.Abs(order.ChangeWatts) <= Math.Abs(known.Watts))
            ? null
            : (FlexibilityReason.TooMuch, $"Order {order.Id} is for up to {known.Watts} W.");
    }

    private (string, string)? Begins(FlexibilityOrder order, DateTimeOffset now)
    {
        var isUp = order.ChangeWatts < 0;
        if (order.ChangeWatts == 0 || (isUp ? !consent.Up : !consent.Down))
        {
            return (FlexibilityReason.NotConsented, isUp ? "The member allows no less from the grid." : "The member allows no more from the grid.");
        }

        if (grid.StartOf(order.First) <= now)
        {
            return (FlexibilityReason.Over, $"Period {order.First} has begun.");
        }

        if (book.Orders.FirstOrDefault(other => other.Until > now && other.Overlaps(order.First, order.End)) is { } promised)
        {
            return (FlexibilityReason.Overlaps, $"Order {promised.Id} has these periods.");
        }

        var offer = _offers.FirstOrDefault(one => one.Offer.Number == order.Offer).Offer;
        if (offer is null || offer.ExpiresAt <= now.ToUnixTimeMilliseconds()
            || offer.Spans.FirstOrDefault(span => span.First <= order.First && span.First.Index + span.Periods >= order.End.Index) is not { } span)
        {
            return (FlexibilityReason.NotOffered, $"Offer {order.Offer} has no {order.Periods} periods from {order.First} any more.");
        }

        return Fits(isUp ? span.Up : span.Down, Math.Abs(order.ChangeWatts), order.Price, isUp);
    }

    // Paid as bid for the whole: at least what all the steps that it takes ask together, or at most what they give.
    private static (string, string)? Fits(ImmutableArray<FlexibilityStep> steps, long watts, Price price, bool isUp)
    {
        var (left, worth) = (watts, Int128.Zero);
        foreach (var step in steps)
        {
            var taken = Math.Min(left, step.Watts);
            worth += (Int128)taken * step.Price.MicroEurPerKWh;
            left -= taken;
        }

        if (left > 0)
        {
            return (FlexibilityReason.TooMuch, $"{watts - left} W were offered, not {watts}.");
        }

        var paid = (Int128)watts * price.MicroEurPerKWh;
        return (isUp ? paid >= worth : paid <= worth)
            ? null
            : (FlexibilityReason.Price, $"{watts} W were offered at {(long)(worth / watts)} µEUR/kWh, not {price.MicroEurPerKWh}.");
    }

    private ImmutableArray<Energy> ProgramOf(FlexibilityOrder order)
    {
        var program = _offers.First(one => one.Offer.Number == order.Offer).Program;
        return program.Energies.Slice((int)(order.First.Index - program.First.Index), order.Periods);
    }
}

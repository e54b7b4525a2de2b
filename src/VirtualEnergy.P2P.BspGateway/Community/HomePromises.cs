using System.Collections.Concurrent;
using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;

namespace VirtualEnergy.P2P.BspGateway.Community;

/// <summary>
/// Has homes promise what was sold of them: where a sale is not covered by a live order, the home is told to reserve it, by an offer of its own that it still keeps to. What is not sold any
/// more is released.
/// </summary>
/// <param name="homes">Of one community.</param>
/// <param name="post">To them.</param>
/// <param name="grid">The market's periods.</param>
internal sealed class HomePromises(ImmutableArray<CommunityHome> homes, HomePost post, PeriodGrid grid)
{
    private readonly Dictionary<MemberId, CommunityHome> _byMember = homes.ToDictionary(home => home.Member);
    private readonly ConcurrentDictionary<MemberId, Task> _busy = new();

    /// <summary>Whether every home has answered what it was told, or was given up. Any thread may ask.</summary>
    public bool IsIdle => _busy.Values.All(task => task.IsCompleted);

    /// <summary>Tells each home the next thing that it must know; what it answers is looked at the next time. Returns at once. One thread at a time.</summary>
    /// <param name="sold">Of any homes, in any order.</param>
    /// <param name="worth">What a kWh is sold for in a period, or what is paid for one downwards: no home is promised more, nor asked for less.</param>
    public void Run(IEnumerable<ReservedEnergy> sold, Func<Period, RegulationDirection, Price> worth, DateTimeOffset now)
    {
        var wanted = sold.Where(line => line.Energy > Energy.Zero && _byMember.ContainsKey(line.Key.Home)).GroupBy(line => line.Key.Home)
            .ToDictionary(home => home.Key, home => home.ToList());
        foreach (var home in homes)
        {
            if (_busy.TryGetValue(home.Member, out var task) && !task.IsCompleted)
            {
                continue;
            }

            _busy.TryRemove(home.Member, out _);
            if (Next(home, wanted.GetValueOrDefault(home.Member) ?? [], worth, now) is { } next)
            {
                _busy[home.Member] = post.TellAsync(home, () => Numbered(next));
            }
        }
    }

    // Only when it is the message's turn: numbers go out in their order. What was said before keeps its own.
    private FlexibilityOrder Numbered(FlexibilityOrder order)
    {
        if (order.Number > 0)
        {
            return order;
        }

        var number = post.NextNumber();
        return order with { Number = number, Id = order.Id > 0 ? order.Id : number };
    }

    /// <summary>What a home is to be told next; without a number where it was not said before. Null where all is in order, or nothing can be done yet.</summary>
    internal FlexibilityOrder? Next(CommunityHome home, List<ReservedEnergy> wanted, Func<Period, RegulationDirection, Price> worth, DateTimeOffset now)
    {
        var current = grid.At(now);
        var orders = home.Orders.Where(order => order.First.End > current).ToList();
        // What a home may hold though it was not acknowledged, and what is not sold any more.
        if (orders.Find(order => order.IsDoubtful || (order.IsLive && order.First.First > current && !wanted.Exists(line => order.Covers(line.Key.Period) && IsUp(line) == order.IsUp))) is { } stray)
        {
            return stray.First with { Number = 0, Kind = FlexibilityOrderKind.Release, ChangeWatts = 0 };
        }

        if (orders.Find(order => order.State == HomeOrderState.Told) is { } told)
        {
            return told.Last;
        }

        var row = Uncovered(wanted.Where(line => line.Key.Period > current && !orders.Exists(order => order.IsLive && order.Covers(line.Key.Period))));
        return row is null ? null : Reserve(home, orders, row, worth, now);
    }

    // The first row of periods that are sold one way without a gap. A home is under one order at a time: where both ways are sold it is the one upwards.
    private Row? Uncovered(IEnumerable<ReservedEnergy> lines)
    {
        Row? row = null;
        foreach (var period in lines.GroupBy(line => line.Key.Period).OrderBy(group => group.Key))
        {
            var isUp = period.Any(IsUp);
            var watts = period.Where(line => IsUp(line) == isUp).Sum(line => line.Energy.WattHours) * 3_600 / grid.LengthSeconds;
            if (row is null)
            {
                row = new Row(isUp, period.Key, period.Key.Next, watts);
            }
            else if (row.IsUp == isUp && row.End == period.Key)
            {
                row = row with { End = period.Key.Next, Watts = Math.Max(row.Watts, watts) };
            }
            else
            {
                break;
            }
        }

        return row;
    }

    // An offer says each span as if it alone were called, so all of a row goes by one span. Spans move on with every offer: a row that fits into none now may fit into one of the next, until
    // its beginning is near; then what fits is better than nothing.
    private FlexibilityOrder? Reserve(CommunityHome home, List<HomeOrder> orders, Row row, Func<Period, RegulationDirection, Price> worth, DateTimeOffset now)
    {
        // A home may have raised its prices since it was sold: steps that are dearer than the sale are left.
        var prices = Enumerable.Range(0, (int)(row.End.Index - row.First.Index)).Select(t => worth(new Period(row.First.Index + t), row.IsUp ? RegulationDirection.Up : RegulationDirection.Down)).ToList();
        var (least, most) = (prices.Min(), prices.Max());
        var isNear = grid.StartOf(row.First) - now <= TimeSpan.FromSeconds(grid.LengthSeconds);
        var best = home.Offers(now)
            .Where(offer => !orders.Exists(order => !order.IsLive && order.First.Offer == offer.Number && order.Overlaps(row.First, row.End)))
            .SelectMany(offer => offer.Spans.Select(span => (
                offer.Number, Span: span,
                Steps: row.IsUp ? span.Up.TakeWhile(step => step.Price <= least).ToImmutableArray() : span.Down.TakeWhile(step => step.Price >= most).ToImmutableArray())))
            .Where(one => !one.Steps.IsEmpty && one.Span.First <= row.First && End(one.Span) > row.First && (isNear || End(one.Span) >= row.End))
            .OrderByDescending(one => Math.Min(End(one.Span).Index, row.End.Index)).ThenByDescending(one => one.Number).FirstOrDefault();
        if (best.Span is null)
        {
            return null;
        }

        var watts = Math.Min(row.Watts, best.Steps.Sum(step => step.Watts));
        var end = Math.Min(End(best.Span).Index, row.End.Index);
        return new FlexibilityOrder(
            post.Bsp, home.Member, 0, 0, FlexibilityOrderKind.Reserve, best.Number, row.First, (int)(end - row.First.Index), row.IsUp ? -watts : watts, PriceOf(best.Steps, watts, row.IsUp));
    }

    private static Period End(FlexibilitySpan span) => new(span.First.Index + span.Periods);

    private static bool IsUp(ReservedEnergy line) => line.Key.Direction == RegulationDirection.Up;

    // One price for all of it: what the steps that it takes ask together, or give, and not a tick less.
    private static Price PriceOf(ImmutableArray<FlexibilityStep> steps, long watts, bool isUp)
    {
        var (left, sum) = (watts, Int128.Zero);
        foreach (var step in steps)
        {
            var taken = Math.Min(left, step.Watts);
            (left, sum) = (left - taken, sum + (Int128)taken * step.Price.MicroEurPerKWh);
        }

        var (whole, rest) = Int128.DivRem(sum, watts);
        // Division cuts towards zero; up is paid no less, down is asked no more.
        return new Price((long)whole + (isUp && rest > 0 ? 1 : !isUp && rest < 0 ? -1 : 0));
    }

    /// <param name="Watts">The most that is sold in any of the periods: an order has one power.</param>
    private sealed record Row(bool IsUp, Period First, Period End, long Watts);
}

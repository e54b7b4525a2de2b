using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>
/// The fast book: every order is a record in one array, every price a queue of them, the best price a few bit operations
/// away. No operation allocates, except that a book which outgrows its capacity doubles its arrays.
/// </summary>
/// <remarks>
/// Cost of an operation: constant, and for an order that expires logarithmic; a taker pays for each order that it meets.
/// Memory: 16 bytes a price; 48 bytes an order, 24 more for one that expires.
/// </remarks>
public sealed partial class ContinuousBook : IContinuousBook
{
    private readonly TickScale _scale;
    private readonly BookSide[] _sides;
    private readonly Price _floor;
    private readonly Price _cap;
    private readonly SelfTradePrevention _prevention;
    private readonly int _maximumOrders;

    /// <param name="rules">The book's constants.</param>
    /// <param name="seed">Where ids lie in memory. A book whose senders choose ids takes a secret one; outcomes do not depend on it.</param>
    /// <param name="capacity">How many orders the book holds before it must grow.</param>
    /// <exception cref="ArgumentException">The rules allow no price, too many prices, or no order.</exception>
    public ContinuousBook(ContinuousRules rules, ulong seed = 0, int capacity = 1024)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rules.MaximumOrders, 1, nameof(rules));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rules.MaximumOrders, ContinuousRules.LargestMaximumOrders, nameof(rules));
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        Rules = rules;
        _scale = new TickScale(rules.Market);
        _sides = [new BookSide(_scale.Count), new BookSide(_scale.Count)];
        _ids = new OrderIdIndex(seed);
        (_floor, _cap) = (rules.Market.Floor, rules.Market.Cap);
        _prevention = rules.SelfTradePrevention;
        _maximumOrders = rules.MaximumOrders;
        Resize(Math.Clamp(capacity, SmallestCapacity, _maximumOrders + SmallestCapacity));
    }

    public ContinuousRules Rules { get; }

    public long Instant { get; private set; } = long.MinValue;

    public Price? BestBuy => Best(Side.Buy);

    public Price? BestSell => Best(Side.Sell);

    public IReadOnlyList<RestingOrder> Resting(Side side)
    {
        var resting = new List<RestingOrder>();
        var orders = _sides[(int)side];
        for (var rank = orders.Best; rank >= 0; rank = orders.Below(rank))
        {
            for (var slot = orders.Oldest(rank); slot != 0; slot = _links[slot].Younger)
            {
                ref readonly var order = ref _orders[slot];
                var expiry = order.HeapPosition == 0 ? BookOrder.NoExpiry : _expiries.Expiry(order.HeapPosition);
                resting.Add(new RestingOrder(order.Id, order.Owner, side, _scale.Price(side, rank), new Energy(order.WattHours), expiry));
            }
        }

        return resting;
    }

    public Outcome Submit<TSink>(in BookOrder order, ref TSink sink)
        where TSink : struct, IExecutionSink
    {
        var refusal = Check(order, out var rank);
        if (refusal == BookRefusal.None && _ids.Find(_orders, order.Id) != 0)
        {
            refusal = BookRefusal.DuplicateId;
        }
        else if (refusal == BookRefusal.None && Count >= _maximumOrders && order.Type == BookOrderType.Limit)
        {
            refusal = BookRefusal.BookFull;
        }

        return refusal == BookRefusal.None ? Trade(order, rank, ref sink) : Outcome.Refused(refusal);
    }

    public Outcome Replace<TSink>(in BookOrder order, ref TSink sink)
        where TSink : struct, IExecutionSink
    {
        var refusal = Find(order.Id, order.Owner, out var slot);
        var rank = 0;
        refusal = refusal == BookRefusal.None ? Check(order, out rank) : refusal;
        if (refusal != BookRefusal.None)
        {
            return Outcome.Refused(refusal);
        }

        Remove(slot);
        return Trade(order, rank, ref sink);
    }

    public Outcome Reduce(long id, int owner, Energy by)
    {
        var slot = 0;
        var refusal = by <= Energy.Zero ? BookRefusal.EnergyNotPositive : Find(id, owner, out slot);
        if (refusal != BookRefusal.None)
        {
            return Outcome.Refused(refusal);
        }

        ref var order = ref _orders[slot];
        var taken = Math.Min(by.WattHours, order.WattHours);
        order.WattHours -= taken;
        var left = order.WattHours;
        if (left == 0)
        {
            Remove(slot);
        }

        return new Outcome(BookRefusal.None, default, new Energy(left), new Energy(taken));
    }

    public Outcome Cancel(long id, int owner)
    {
        var refusal = Find(id, owner, out var slot);
        if (refusal != BookRefusal.None)
        {
            return Outcome.Refused(refusal);
        }

        var energy = new Energy(_orders[slot].WattHours);
        Remove(slot);
        return new Outcome(BookRefusal.None, default, default, energy);
    }

    public Outcome AdvanceTo<TSink>(long instant, ref TSink sink)
        where TSink : struct, IExecutionSink
    {
        if (instant < Instant)
        {
            return Outcome.Refused(BookRefusal.TimeRunsBack);
        }

        Instant = instant;
        while (_expiries.IsDue(instant))
        {
            var slot = _expiries.First;
            ref readonly var order = ref _orders[slot];
            var removal = new Removal(order.Id, order.Owner, new Energy(order.WattHours), RemovalReason.Expired);
            Remove(slot);
            sink.Removed(removal);
        }

        return default;
    }

    private Outcome Trade<TSink>(in BookOrder order, int rank, ref TSink sink)
        where TSink : struct, IExecutionSink
    {
        var makersSide = order.Side ^ Side.Sell;
        var makers = _sides[(int)makersSide];
        var worst = order.Type == BookOrderType.Market ? 0 : _scale.Opposite(rank);
        var left = order.Energy.WattHours;
        while (left > 0 && makers.Best >= worst)
        {
            var slot = makers.Oldest(makers.Best);
            ref var maker = ref _orders[slot];
            if (maker.Owner == order.Owner)
            {
                if (_prevention != SelfTradePrevention.CancelNewest)
                {
                    var removal = new Removal(maker.Id, maker.Owner, new Energy(maker.WattHours), RemovalReason.SelfTrade);
                    Remove(slot);
                    sink.Removed(removal);
                    if (_prevention == SelfTradePrevention.CancelResting)
                    {
                        continue;
                    }
                }

                return new Outcome(BookRefusal.None, new Energy(order.Energy.WattHours - left), default, new Energy(left));
            }

            var traded = Math.Min(left, maker.WattHours);
            var execution = new Execution(maker.Id, order.Id, _scale.Price(makersSide, makers.Best), new Energy(traded));
            left -= traded;
            maker.WattHours -= traded;
            if (maker.WattHours == 0)
            {
                Remove(slot);
            }

            sink.Executed(execution);
        }

        var done = new Energy(order.Energy.WattHours - left);
        if (left == 0 || order.Type != BookOrderType.Limit)
        {
            return new Outcome(BookRefusal.None, done, default, new Energy(left));
        }

        Add(order, rank, left);
        return new Outcome(BookRefusal.None, done, new Energy(left), default);
    }

    private BookRefusal Check(in BookOrder order, out int rank)
    {
        rank = 0;
        if (order.Side is not (Side.Buy or Side.Sell) || order.Type is < BookOrderType.Limit or > BookOrderType.ImmediateOrCancel)
        {
            return BookRefusal.UnknownKind;
        }

        if (order.Energy.WattHours <= 0)
        {
            return BookRefusal.EnergyNotPositive;
        }

        if (order.Type != BookOrderType.Market)
        {
            if (order.Price < _floor || order.Price > _cap)
            {
                return BookRefusal.PriceOutOfRange;
            }

            if (!_scale.TryRank(order.Side, order.Price, out rank))
            {
                return BookRefusal.OffTick;
            }
        }

        return order.Expiry <= Instant && order.Expiry != BookOrder.NoExpiry ? BookRefusal.Expired : BookRefusal.None;
    }

    private Price? Best(Side side) => _sides[(int)side].Best is >= 0 and var rank ? _scale.Price(side, rank) : null;

    private BookRefusal Find(long id, int owner, out int slot)
    {
        slot = _ids.Find(_orders, id);
        return slot == 0 ? BookRefusal.UnknownId
            : _orders[slot].Owner != owner ? BookRefusal.NotTheOwner
            : BookRefusal.None;
    }
}

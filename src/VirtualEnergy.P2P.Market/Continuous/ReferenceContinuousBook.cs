using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>
/// The rules of <see cref="IContinuousBook"/> word by word on one list, for reading and for holding
/// <see cref="ContinuousBook"/> against. Slow: it looks at every resting order for every operation.
/// </summary>
public sealed class ReferenceContinuousBook(ContinuousRules rules) : IContinuousBook
{
    /// <summary>In the order of arrival.</summary>
    private readonly List<RestingOrder> _resting = [];

    public ContinuousRules Rules => rules;

    public long Instant { get; private set; } = long.MinValue;

    public int Count => _resting.Count;

    public Price? BestBuy => Resting(Side.Buy) is [var best, ..] ? best.Price : null;

    public Price? BestSell => Resting(Side.Sell) is [var best, ..] ? best.Price : null;

    // "Best price first and, at one price, oldest first": the sort is stable, and the list is in the order of arrival.
    public IReadOnlyList<RestingOrder> Resting(Side side) =>
        [.. _resting.Where(order => order.Side == side)
            .OrderBy(order => side == Side.Buy ? -order.Price.MicroEurPerKWh : order.Price.MicroEurPerKWh)];

    public Outcome Submit<TSink>(in BookOrder order, ref TSink sink)
        where TSink : struct, IExecutionSink
    {
        var refusal = Check(order);
        if (refusal == BookRefusal.None && Find(order.Id) is not null)
        {
            refusal = BookRefusal.DuplicateId;
        }
        else if (refusal == BookRefusal.None && order.Type == BookOrderType.Limit && Count >= rules.MaximumOrders)
        {
            refusal = BookRefusal.BookFull;
        }

        return refusal == BookRefusal.None ? Trade(order, ref sink) : Outcome.Refused(refusal);
    }

    public Outcome Replace<TSink>(in BookOrder order, ref TSink sink)
        where TSink : struct, IExecutionSink
    {
        var refusal = CheckOwner(order.Id, order.Owner);
        refusal = refusal == BookRefusal.None ? Check(order) : refusal;
        if (refusal != BookRefusal.None)
        {
            return Outcome.Refused(refusal);
        }

        _resting.Remove(Find(order.Id)!.Value);
        return Trade(order, ref sink);
    }

    public Outcome Reduce(long id, int owner, Energy by)
    {
        var refusal = by <= Energy.Zero ? BookRefusal.EnergyNotPositive : CheckOwner(id, owner);
        if (refusal != BookRefusal.None)
        {
            return Outcome.Refused(refusal);
        }

        var order = Find(id)!.Value;
        var taken = Energy.Min(by, order.Energy);
        TakeFrom(order, taken);
        return new Outcome(BookRefusal.None, Energy.Zero, order.Energy - taken, taken);
    }

    public Outcome Cancel(long id, int owner)
    {
        var refusal = CheckOwner(id, owner);
        if (refusal != BookRefusal.None)
        {
            return Outcome.Refused(refusal);
        }

        var order = Find(id)!.Value;
        _resting.Remove(order);
        return new Outcome(BookRefusal.None, Energy.Zero, Energy.Zero, order.Energy);
    }

    public Outcome AdvanceTo<TSink>(long instant, ref TSink sink)
        where TSink : struct, IExecutionSink
    {
        if (instant < Instant)
        {
            return Outcome.Refused(BookRefusal.TimeRunsBack);
        }

        Instant = instant;
        foreach (var order in _resting.Where(order => order.Expiry != BookOrder.NoExpiry && order.Expiry <= instant)
            .OrderBy(order => order.Expiry).ThenBy(order => order.Id).ToList())
        {
            _resting.Remove(order);
            sink.Removed(new Removal(order.Id, order.Owner, order.Energy, RemovalReason.Expired));
        }

        return default;
    }

    private Outcome Trade<TSink>(in BookOrder order, ref TSink sink)
        where TSink : struct, IExecutionSink
    {
        var left = order.Energy;
        foreach (var maker in Resting(order.Side == Side.Buy ? Side.Sell : Side.Buy))
        {
            if (left == Energy.Zero || !Accepts(order, maker.Price))
            {
                break;
            }

            if (maker.Owner == order.Owner)
            {
                if (rules.SelfTradePrevention == SelfTradePrevention.CancelNewest)
                {
                    return new Outcome(BookRefusal.None, order.Energy - left, Energy.Zero, left);
                }

                _resting.Remove(maker);
                sink.Removed(new Removal(maker.Id, maker.Owner, maker.Energy, RemovalReason.SelfTrade));
                if (rules.SelfTradePrevention == SelfTradePrevention.CancelBoth)
                {
                    return new Outcome(BookRefusal.None, order.Energy - left, Energy.Zero, left);
                }

                continue;
            }

            var traded = Energy.Min(left, maker.Energy);
            TakeFrom(maker, traded);
            left -= traded;
            sink.Executed(new Execution(maker.Id, order.Id, maker.Price, traded));
        }

        if (left > Energy.Zero && order.Type == BookOrderType.Limit)
        {
            _resting.Add(new RestingOrder(order.Id, order.Owner, order.Side, order.Price, left, order.Expiry));
            return new Outcome(BookRefusal.None, order.Energy - left, left, Energy.Zero);
        }

        return new Outcome(BookRefusal.None, order.Energy - left, Energy.Zero, left);
    }

    private static bool Accepts(in BookOrder order, Price price) =>
        order.Type == BookOrderType.Market || (order.Side == Side.Buy ? order.Price >= price : order.Price <= price);

    private void TakeFrom(RestingOrder order, Energy energy)
    {
        var place = _resting.IndexOf(order);
        if (energy == order.Energy)
        {
            _resting.RemoveAt(place);
        }
        else
        {
            _resting[place] = order with { Energy = order.Energy - energy };
        }
    }

    private BookRefusal Check(in BookOrder order)
    {
        var hasPrice = order.Type != BookOrderType.Market;
        return !Enum.IsDefined(order.Side) || !Enum.IsDefined(order.Type) ? BookRefusal.UnknownKind
            : order.Energy <= Energy.Zero ? BookRefusal.EnergyNotPositive
            : hasPrice && (order.Price < rules.Market.Floor || order.Price > rules.Market.Cap) ? BookRefusal.PriceOutOfRange
            : hasPrice && !rules.Market.IsOnTick(order.Price) ? BookRefusal.OffTick
            : order.Expiry <= Instant && order.Expiry != BookOrder.NoExpiry ? BookRefusal.Expired
            : BookRefusal.None;
    }

    private BookRefusal CheckOwner(long id, int owner) =>
        Find(id) is not { } order ? BookRefusal.UnknownId
        : order.Owner != owner ? BookRefusal.NotTheOwner
        : BookRefusal.None;

    private RestingOrder? Find(long id) => _resting.FindIndex(order => order.Id == id) is >= 0 and var place ? _resting[place] : null;
}

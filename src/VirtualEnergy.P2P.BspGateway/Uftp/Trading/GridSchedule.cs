using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Uftp.Trading;

/// <summary>What grid operators ordered, and what is held for them, by unit and period. Safe to use from any thread.</summary>
/// <param name="unitOf">The unit behind a congestion point, or null.</param>
/// <param name="holdsOffers">Whether an offer that is not ordered yet takes its periods.</param>
internal sealed class GridSchedule(Func<string, string?> unitOf, PeriodGrid grid, bool holdsOffers, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Unit, Period Period), Dictionary<Guid, FlexTrade>> _trades = [];
    private readonly HashSet<(string Unit, Period Period)> _contracts = [];

    /// <summary>The periods of a day's messages: numbers count from 1 at local midnight.</summary>
    public static Period At(DateOnly day, int isp, PeriodGrid grid) => new(new MarketDay(day).First(grid).Index + isp - 1);

    /// <summary>A trade as it stands now.</summary>
    public void Put(FlexTrade trade)
    {
        if (unitOf(trade.Offer.CongestionPoint) is not { } unit)
        {
            return;
        }

        lock (_gate)
        {
            foreach (var isp in trade.Offer.Options.SelectMany(option => option.Isps).SelectMany(isp => Enumerable.Range(isp.Start, isp.Span.Count)).Distinct())
            {
                var key = (unit, At(trade.Offer.Period, isp, grid));
                if (!_trades.TryGetValue(key, out var trades))
                {
                    _trades[key] = trades = [];
                }

                trades[trade.Offer.MessageId] = trade;
            }
        }
    }

    /// <summary>A period is kept for a contract.</summary>
    public void Keep(string unit, Period period)
    {
        lock (_gate)
        {
            _contracts.Add((unit, period));
        }
    }

    /// <summary>A contract's period is given back.</summary>
    public void GiveBack(string unit, Period period)
    {
        lock (_gate)
        {
            _contracts.Remove((unit, period));
        }
    }

    /// <summary>Whether a grid operator has the unit in that period.</summary>
    public bool IsTaken(UnitId unit, Period period)
    {
        lock (_gate)
        {
            return _contracts.Contains((unit.Value, period)) || (_trades.TryGetValue((unit.Value, period), out var trades) && trades.Values.Any(IsTaking));
        }
    }

    /// <summary>What the unit owes grid operators in a period, W against its program, + consumption.</summary>
    public long ShiftIn(string unit, Period period)
    {
        lock (_gate)
        {
            return _trades.TryGetValue((unit, period), out var trades) ? trades.Values.Sum(trade => Ordered(trade, period)) : 0;
        }
    }

    /// <summary>Periods before this one are forgotten.</summary>
    public void Forget(Period before)
    {
        lock (_gate)
        {
            foreach (var old in _trades.Keys.Where(key => key.Period < before).ToList())
            {
                _trades.Remove(old);
            }

            _contracts.RemoveWhere(key => key.Period < before);
        }
    }

    private bool IsTaking(FlexTrade trade) => trade.State switch
    {
        FlexTradeState.Ordered or FlexTradeState.Settled or FlexTradeState.Disputed => true,
        FlexTradeState.Offered or FlexTradeState.Acknowledged or FlexTradeState.Revoking => holdsOffers && trade.Offer.ExpiresAt > time.GetUtcNow(),
        _ => false,
    };

    private long Ordered(FlexTrade trade, Period period) => trade.Order is not { } order ? 0
        : order.Isps.Where(isp => At(order.Period, isp.Start, grid) <= period && period <= At(order.Period, isp.Span.Last, grid)).Sum(isp => isp.Power);
}

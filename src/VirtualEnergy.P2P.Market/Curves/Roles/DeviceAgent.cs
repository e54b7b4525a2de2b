namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>Bids for a device, and follows a price only when it answers the latest bid.</summary>
/// <remarks>
/// A price for an older bid was found without what the device wants now; following it makes clusters oscillate. An allocation
/// is for the bid that counted when its period closed, which may be an earlier one. Source: PowerMatcher 2.1, bid numbers. An
/// objective agent over a broker is one of these: its curve is the negative of its aim.
/// </remarks>
/// <param name="series">Its own; nobody else counts with it.</param>
/// <param name="remembered">How many bids an allocation may still be for; positive.</param>
public sealed class DeviceAgent(BidSeries series, int remembered = 16)
{
    private readonly int _remembered = remembered > 0 ? remembered : throw new ArgumentOutOfRangeException(nameof(remembered), remembered, "Positive.");
    private readonly Queue<NumberedCurve> _bids = new();
    private NumberedCurve? _latest;
    private Period? _allocated;

    /// <summary>When the bid is to be said again, ms; null before the first.</summary>
    public long? RenewAt => series.RenewAt;

    /// <summary>Numbers a bid; prices for earlier ones no longer count.</summary>
    public NumberedCurve Bid(DemandCurve curve, long now)
    {
        var bid = series.Next(curve, now);
        if (_bids.Count == _remembered)
        {
            _bids.Dequeue();
        }

        _bids.Enqueue(bid);
        _latest = bid;
        return bid;
    }

    /// <summary>The number with which to leave; prices for earlier bids no longer count.</summary>
    public long Leave(long now)
    {
        _latest = null;
        return series.NextNumber(now);
    }

    /// <summary>The bid was refused: true when it can be made again, under a number that passes the one in the refusal.</summary>
    public bool Refused(CurveRefusal refusal)
    {
        var isBehind = refusal.LastNumber >= series.Last;
        series.Pass(refusal.LastNumber ?? 0);
        return isBehind && series.Last == refusal.LastNumber;
    }

    /// <summary>What the device takes at the price; null when the price answers another bid or is off the basis.</summary>
    public Demand? Follow(NumberedPrice price) =>
        _latest is { } latest && latest.BidNumber == price.BidNumber && latest.Curve.Basis.Contains(price.Price) ? latest.Curve.At(price.Price) : null;

    /// <summary>
    /// Takes a period's allocation: the first for a later period than the last, for a bid that was made, and within that bid's
    /// demand at the price's step and the two beside it.
    /// </summary>
    /// <param name="seconds">The period's length.</param>
    /// <returns>False when it is none of these; nothing has then changed.</returns>
    public bool TryTake(NumberedAllocation allocation, int seconds)
    {
        var isNext = _allocated is not { } last || allocation.Period > last;
        if (!isNext || _bids.FirstOrDefault(bid => bid.BidNumber == allocation.BidNumber) is not { Curve: { } curve } || !curve.Basis.Contains(allocation.Price))
        {
            return false;
        }

        var index = curve.Basis.IndexOf(allocation.Price);
        var least = new CurveAllocation([curve[Math.Min(index + 1, curve.Basis.PriceSteps - 1)]]);
        var most = new CurveAllocation([curve[Math.Max(index - 1, 0)]]);
        if (allocation.Energy < least.EnergyBounds(seconds).Least || allocation.Energy > most.EnergyBounds(seconds).Most)
        {
            return false;
        }

        _allocated = allocation.Period;
        return true;
    }
}

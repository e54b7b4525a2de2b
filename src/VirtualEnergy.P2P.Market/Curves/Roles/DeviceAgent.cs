namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>Bids for a device, and follows a price only when it answers the latest bid.</summary>
/// <remarks>
/// A price for an older bid was found without what the device wants now; following it makes clusters oscillate. Source:
/// PowerMatcher 2.1, bid numbers.
/// </remarks>
public sealed class DeviceAgent
{
    private NumberedCurve? _latest;

    /// <summary>Numbers a bid; prices for earlier ones no longer count.</summary>
    public NumberedCurve Bid(DemandCurve curve)
    {
        var bid = new NumberedCurve((_latest?.BidNumber ?? 0) + 1, curve);
        _latest = bid;
        return bid;
    }

    /// <summary>What the device takes at the price; null when the price answers another bid or is off the basis.</summary>
    public Demand? Follow(NumberedPrice price) =>
        _latest is { } latest && latest.BidNumber == price.BidNumber && latest.Curve.Basis.Contains(price.Price) ? latest.Curve.At(price.Price) : null;
}

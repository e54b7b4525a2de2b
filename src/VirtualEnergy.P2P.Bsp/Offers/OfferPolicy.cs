using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Offers;

/// <summary>What a provider of balancing services decides for itself.</summary>
public sealed record OfferPolicy
{
    /// <summary>How surely an offer must be deliverable, in ‰: 500 to 999.</summary>
    public int ConfidencePermille { get; init; } = 950;

    /// <summary>On top of what homes want, in ‰ of it, 0 or more.</summary>
    public int MarginPermille { get; init; } = 50;

    /// <summary>And on top of that, for each kWh, 0 or more.</summary>
    public Price MarginFixed { get; init; } = new(1_000);

    /// <summary>What a home without history is trusted with: so many orders, …</summary>
    public int PriorOrders { get; init; } = 10;

    /// <summary>… of which this part was delivered, in ‰.</summary>
    public int PriorPermille { get; init; } = 900;

    /// <summary>What must come in for a kWh that a home wants <paramref name="receipt"/> for: rounded up.</summary>
    public Price WithMargin(Price receipt)
    {
        var margin = Rounding.Ceiling(Int128.Abs(receipt.MicroEurPerKWh) * MarginPermille, 1000);
        return new Price(checked((long)(receipt.MicroEurPerKWh + margin + MarginFixed.MicroEurPerKWh)));
    }
}

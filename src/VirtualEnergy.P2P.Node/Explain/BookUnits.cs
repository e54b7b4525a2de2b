using System.Diagnostics.CodeAnalysis;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Explaining;
using VirtualEnergy.P2P.Node.Books;

namespace VirtualEnergy.P2P.Node.Explain;

/// <summary>From the market's integers back to the units and names that a book file uses.</summary>
/// <param name="QuantityScale">Integer energy of one unit of quantity.</param>
/// <param name="PriceScale">Integer price of one unit of price.</param>
/// <param name="IdOf">The file's id of each order.</param>
internal sealed record BookUnits(long QuantityScale, long PriceScale, OrderIds IdOf)
{
    public decimal Of(Energy energy) => Quantity(energy.WattHours);

    [return: NotNullIfNotNull(nameof(price))]
    public decimal? Of(Price? price) => price is { } known ? (decimal)known.MicroEurPerKWh / PriceScale : null;

    public decimal Of(Price price) => (decimal)price.MicroEurPerKWh / PriceScale;

    public FilledOrder Of(Fill fill) => new(IdOf[fill.Order], fill.Order.Member.Value, Of(fill.Order.Energy), Of(fill.Energy));

    public BookLevel Of(LadderLevel level, bool isHers) =>
        new(Of(level.Price), Quantity(level.Bought), Quantity(level.BoughtFilled), Quantity(level.Sold), Quantity(level.SoldFilled), isHers);

    private decimal Quantity(Int128 energy) => (decimal)energy / QuantityScale;
}

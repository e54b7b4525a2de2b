using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Node.Drivers.HomeAssistant;

/// <summary>What a member has traded since her node was first started, and what that saved her against her supplier.</summary>
/// <param name="Bought">Wh ≥ 0.</param>
/// <param name="Sold">Wh ≥ 0.</param>
/// <param name="Savings">µEUR: what the supplier would have asked for the energy bought less what was paid, and what was earned less what it would have given.</param>
/// <param name="Last">The last period counted.</param>
public readonly record struct NodeTotals(Energy Bought = default, Energy Sold = default, Money Savings = default, Period? Last = null)
{
    /// <summary>Adds a round, once: a period that was counted already changes nothing.</summary>
    public NodeTotals With(Period period, ImmutableArray<Trade> own, MemberId member, SupplierPrices supplier)
    {
        if (Last >= period)
        {
            return this;
        }

        var (bought, sold, savings) = (Bought, Sold, Savings);
        foreach (var trade in own)
        {
            if (trade.Buyer == member)
            {
                bought += trade.Energy;
                savings += supplier.Import.Of(trade.Energy) - trade.BuyerPays;
            }
            else
            {
                sold += trade.Energy;
                savings += trade.Amount - supplier.Export.Of(trade.Energy);
            }
        }

        return new NodeTotals(bought, sold, savings, period);
    }
}

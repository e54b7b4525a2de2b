using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Lab;

/// <summary>A home in one replay: its agent, and what it came to so far. Each replay has homes of its own, as batteries follow the trades.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
internal sealed class LabHome(LabPlan plan, int index, MarketRules rules)
{
    private readonly Household _household = plan.Community.Households[index];
    private readonly RuleBasedAgent _agent = new(plan.Community.Households[index].Describe(), rules, plan.Tariff);

    // Of the period.
    private Energy _traded;
    private Money _paid;

    // Of the span.
    private Energy _bought, _sold, _supplierImport, _supplierExport, _import, _export, _consumption, _production, _charge, _discharge;
    private Money _paidInAll, _charges, _supplierCost, _savings;

    /// <summary>Homes bid under their names, as in a loose book: a replay has no keys and so no addresses.</summary>
    public MemberId Member { get; } = new(plan.Community.Households[index].Name);

    /// <summary>+ bought, − sold in the period so far.</summary>
    public Energy Traded => _traded;

    public Energy Stored => _agent.BatteryFill ?? Energy.Zero;

    public MemberResult Result => new(
        _household.Name, _household.Zone, _bought, _sold, _paidInAll, _charges, _supplierImport, _supplierExport, _supplierCost, _savings,
        _import, _export, _consumption, _production, _charge, _discharge, _agent.BatteryFill);

    /// <summary>Adds the home's steps to the book.</summary>
    public void Bid(Period period, List<Order> book)
    {
        var (buy, sell) = _agent.BidFor(period);
        if (buy.IsEmpty && sell.IsEmpty)
        {
            return;
        }

        var key = RoundChance.BidKey(plan.Seed, period, index);
        foreach (var step in buy)
        {
            book.Add(new Order(key, Member, Side.Buy, step.Price, step.Energy) { Zone = _household.Zone });
        }

        foreach (var step in sell)
        {
            book.Add(new Order(key, Member, Side.Sell, step.Price, step.Energy) { Zone = _household.Zone });
        }
    }

    public void Buy(Energy energy, Money paid)
    {
        _bought += energy;
        _traded += energy;
        _paid += paid;
    }

    public void Sell(Energy energy, Money got)
    {
        _sold += energy;
        _traded -= energy;
        _paid -= got;
    }

    public void Charge(Money amount)
    {
        _charges += amount;
        _paid += amount;
    }

    /// <summary>Runs the period with what was traded and closes its account.</summary>
    /// <returns>What the meter and the supplier then say.</returns>
    public (Delivery Delivery, Money SupplierCost) Close(Period period, Price? price)
    {
        var supplier = plan.Tariff.At(period);
        var delivery = _agent.Deliver(period, price, _traded);
        var cost = supplier.CostOf(delivery.Residual);
        _savings += supplier.CostOf(delivery.Net) - (_paid + cost);
        _supplierCost += cost;
        _supplierImport += Energy.Max(Energy.Zero, delivery.Residual);
        _supplierExport += Energy.Max(Energy.Zero, -delivery.Residual);
        _import += delivery.Import;
        _export += delivery.Export;
        _consumption += delivery.Load + delivery.Appliances;
        _production += delivery.Production;
        _charge += Energy.Max(Energy.Zero, delivery.Storage);
        _discharge += Energy.Max(Energy.Zero, -delivery.Storage);
        _paidInAll += _paid;
        (_traded, _paid) = (Energy.Zero, Money.Zero);
        return (delivery, cost);
    }
}

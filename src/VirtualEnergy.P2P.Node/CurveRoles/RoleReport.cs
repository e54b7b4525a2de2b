using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Node.Curves;

namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>Tells what happens at a role, a line each: for people, or as JSON objects for machines.</summary>
public sealed class RoleReport(TextWriter output, bool asJson) : IProgress<RoleEvent>
{
    private readonly Lock _lock = new();

    public void Report(RoleEvent value)
    {
        var line = asJson ? JsonSerializer.Serialize(JsonOf(value)) : TextOf(value);
        lock (_lock)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    private static object JsonOf(RoleEvent value) => value switch
    {
        RoleStarted started => new
        {
            @event = "started", role = started.Role, community = started.Community, member = started.Member.Value, parent = started.Parent?.Value,
            priceSteps = started.Basis.PriceSteps, minimumPrice = Euro(started.Basis.MinimumPrice), maximumPrice = Euro(started.Basis.MaximumPrice),
        },
        AgentRefused refused => new { @event = "refused", agent = refused.Agent.Value, number = refused.Number, reason = refused.Refusal.Code, detail = refused.Detail },
        PriceTold told => new { @event = "price", price = Euro(told.Price), agents = told.Agents },
        PeriodClosed { Close: var close } => new
        {
            @event = "close", period = close.Period.Index, price = close.Price is { } price ? Euro(price) : (decimal?)null, boundaryWh = close.Boundary.WattHours,
            allocations = close.Allocations.Select(given => new { agent = given.Agent.Value, energyWh = given.Allocation.Energy.WattHours }),
        },
        AllocationSplit split => new
        {
            @event = "split", period = split.Allocation.Period.Index, price = Euro(split.Allocation.Price), energyWh = split.Allocation.Energy.WattHours,
            allocations = split.Shares.Select(given => new { agent = given.Agent.Value, energyWh = given.Allocation.Energy.WattHours }),
        },
        BidSent sent => new { @event = "bid", number = sent.Bid.BidNumber, most = Watts(sent.Bid.Curve.Maximum), least = Watts(sent.Bid.Curve.Minimum) },
        OwnBidRefused refused => new { @event = "bid-refused", number = refused.Number, reason = refused.Refusal.Code, detail = refused.Detail },
        PriceFollowed followed => new { @event = "price", number = followed.Price.BidNumber, price = Euro(followed.Price.Price), demand = Watts(followed.Demand) },
        AllocationTaken { Allocation: var taken } => new
        {
            @event = "allocation", number = taken.BidNumber, period = taken.Period.Index, price = Euro(taken.Price), energyWh = taken.Energy.WattHours,
        },
        HomeRan { Delivery: var ran } => new
        {
            @event = "ran", period = ran.Period.Index, energyWh = ran.Traded.WattHours, netWh = ran.Net.WattHours, loadWh = ran.Load.WattHours,
            appliancesWh = ran.Appliances.WattHours, chargingWh = ran.Charging.WattHours, productionWh = ran.Production.WattHours, storageWh = ran.Storage.WattHours, batteryWh = ran.BatteryFill?.WattHours,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "An event without words."),
    };

    private static string TextOf(RoleEvent value) => value switch
    {
        RoleStarted started => Text($"{started.Role} of {started.Community} as {started.Member}{(started.Parent is { } parent ? $" at {parent}" : "")}: {started.Basis.PriceSteps} prices from {Euro(started.Basis.MinimumPrice):0.0000} to {Euro(started.Basis.MaximumPrice):0.0000} EUR/kWh"),
        AgentRefused refused => Text($"refused a bid of {refused.Agent}: {refused.Refusal.Code}. {refused.Detail}"),
        PriceTold told => Text($"price {Euro(told.Price):0.0000} EUR/kWh to {told.Agents} agents"),
        PeriodClosed { Close: { Price: { } price } close } => Text($"period {close.Period} closed at {Euro(price):0.0000} EUR/kWh: {close.Allocations.Length} agents, {close.Boundary.WattHours} Wh over the boundary"),
        PeriodClosed { Close: var close } => Text($"period {close.Period} closed without bids"),
        AllocationSplit split => Text($"period {split.Allocation.Period}: {split.Allocation.Energy.WattHours} Wh shared among {split.Shares.Length} agents"),
        BidSent sent => Text($"bid {sent.Bid.BidNumber}: {Watts(sent.Bid.Curve.Maximum):0.###} W at the lowest price, {Watts(sent.Bid.Curve.Minimum):0.###} W at the highest"),
        OwnBidRefused refused => Text($"bid {refused.Number} was refused: {refused.Refusal.Code}. {refused.Detail}"),
        PriceFollowed followed => Text($"price {Euro(followed.Price.Price):0.0000} EUR/kWh for bid {followed.Price.BidNumber}: takes {Watts(followed.Demand):0.###} W"),
        AllocationTaken { Allocation: var taken } => Text($"period {taken.Period}: {taken.Energy.WattHours} Wh at {Euro(taken.Price):0.0000} EUR/kWh"),
        HomeRan { Delivery: var ran } => Text($"period {ran.Period} ran: {ran.Net.WattHours} Wh net, {ran.Residual.WattHours} Wh of it the supplier's; load {ran.Load.WattHours} Wh, appliances {ran.Appliances.WattHours} Wh, {(ran.Charging.WattHours > 0 ? Text($"car and heat {ran.Charging.WattHours} Wh, ") : "")}production {ran.Production.WattHours} Wh, battery {ran.Storage.WattHours:+0;-0;0} Wh{(ran.BatteryFill is { } fill ? Text($" to {fill.WattHours} Wh") : "")}"),
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "An event without words."),
    };

    private static decimal Euro(long microEuro) => microEuro / 1_000_000m / 1.0000000000000000000000000000m;

    private static decimal Watts(Demand demand) => CurveNumber.ToUnits(demand.NanoWatts);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

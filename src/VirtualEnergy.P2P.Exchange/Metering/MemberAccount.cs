using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Exchange.Metering;

/// <summary>What a member came to so far.</summary>
/// <param name="Savings">µEUR; what the member would have paid more without the market. Metered periods only.</param>
/// <param name="Bought">Wh in the local market.</param>
/// <param name="Sold">Wh in the local market.</param>
/// <param name="Import">Wh by meter, from the grid.</param>
/// <param name="Export">Wh by meter, into the grid.</param>
/// <param name="Production">Wh by meter, behind the connection.</param>
/// <param name="Charge">Wh by meter, into the battery.</param>
/// <param name="Discharge">Wh by meter, out of the battery.</param>
public readonly record struct MemberAccount(
    Money Savings, Energy Bought, Energy Sold, Energy Import, Energy Export, Energy Production, Energy Charge, Energy Discharge);

/// <summary>Where a period's energy came from and went to, over the members whose readings are in. Wh.</summary>
/// <param name="Consumption">Production + import − export + discharge − charge, by meter.</param>
/// <param name="Charge">Into batteries.</param>
/// <param name="Discharge">Out of batteries.</param>
/// <param name="Local">Traded between members.</param>
/// <param name="Import">Bought from the supplier after trading.</param>
/// <param name="Export">Sold to the supplier after trading.</param>
public readonly record struct EnergyFlows(
    Period Period, Energy Consumption, Energy Production, Energy Charge, Energy Discharge, Energy Local, Energy Import, Energy Export);

/// <summary>
/// Shares of consumption that were not bought from the supplier: at most 1, and negative where batteries were charged with more of
/// its energy than the community used of its own. For display: the market never reads them.
/// </summary>
/// <param name="Without">If nobody had traded.</param>
/// <param name="With">As it was.</param>
public readonly record struct SelfSufficiency(double Without, double With);

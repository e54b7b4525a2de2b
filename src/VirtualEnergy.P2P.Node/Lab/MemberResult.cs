using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab;

/// <summary>What one home came to over the whole span under one mechanism. Wh and µEUR.</summary>
/// <remarks>
/// For a home and a period: net n = meter's import − export; traded t, bought positive; the residual r = n − t is bought from the
/// supplier (r &gt; 0) or sold to it (r &lt; 0). Savings = supplier's cost of n − (paid for t + supplier's cost of r), as the
/// exchange's accounts have it.
/// </remarks>
/// <param name="Home">Name of the home.</param>
/// <param name="Zone">Its low-voltage zone.</param>
/// <param name="Bought">In the local market.</param>
/// <param name="Sold">In the local market.</param>
/// <param name="Paid">For trades and charges, less what trades brought.</param>
/// <param name="Charges">The part of it that belongs to no trade.</param>
/// <param name="SupplierImport">Σ r where positive.</param>
/// <param name="SupplierExport">Σ −r where r is negative.</param>
/// <param name="SupplierCost">Paid to the supplier less what it paid.</param>
/// <param name="Savings">Against the supplier alone, for the same flows through the meter.</param>
/// <param name="MeteredImport">Σ n where positive.</param>
/// <param name="MeteredExport">Σ −n where n is negative.</param>
/// <param name="Consumption">Load and appliances.</param>
/// <param name="Production">Photovoltaics, less what was curtailed.</param>
/// <param name="Charge">Into the battery.</param>
/// <param name="Discharge">Out of the battery.</param>
/// <param name="Stored">In the battery at the end; null without one.</param>
public sealed record MemberResult(
    string Home,
    ZoneId Zone,
    Energy Bought,
    Energy Sold,
    Money Paid,
    Money Charges,
    Energy SupplierImport,
    Energy SupplierExport,
    Money SupplierCost,
    Money Savings,
    Energy MeteredImport,
    Energy MeteredExport,
    Energy Consumption,
    Energy Production,
    Energy Charge,
    Energy Discharge,
    Energy? Stored)
{
    /// <summary>All that energy cost the home, µEUR.</summary>
    public Money Cost => Paid + SupplierCost;

    /// <summary>All energy that went through the meter, either way, Wh.</summary>
    public Energy Metered => MeteredImport + MeteredExport;
}

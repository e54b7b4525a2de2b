using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Metering;

/// <summary>One period's trades by member, and the sums of the readings that came in for it.</summary>
internal sealed class PeriodAccount(SupplierPrices? supplier)
{
    private readonly Dictionary<MemberId, (Energy Traded, Money Paid)> _positions = [];
    private Energy _local;

    public SupplierPrices? Supplier { get; } = supplier;

    /// <summary>The reading of each member that counts.</summary>
    public Dictionary<MemberId, MeterReading> Metered { get; } = [];

    public Energy Consumption { get; set; }

    public Energy Production { get; set; }

    public Energy Charge { get; set; }

    public Energy Discharge { get; set; }

    public Energy Import { get; set; }

    public Energy Export { get; set; }

    /// <param name="energy">+ bought, − sold.</param>
    /// <param name="paid">+ paid, − received.</param>
    public void Trade(MemberId member, Energy energy, Money paid)
    {
        var (traded, before) = Position(member);
        _positions[member] = (traded + energy, before + paid);
        _local += Energy.Max(Energy.Zero, energy);
    }

    public (Energy Traded, Money Paid) Position(MemberId member) => _positions.GetValueOrDefault(member);

    public EnergyFlows Flows(Period period) => new(period, Consumption, Production, Charge, Discharge, _local, Import, Export);
}

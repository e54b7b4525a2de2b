using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Bidding;

/// <summary>
/// What the next kWh in a store is worth, as a function of how much is in it already. The first energy saves the home from
/// importing what it lacks until the sun pays back; energy beyond that need can only be sold.
/// </summary>
/// <remarks>
/// Piecewise linear and falling: the import price expected for the home's need at an empty store, the export price expected
/// for its surplus at a full one, and half-way between the two where the store holds exactly the need.
/// </remarks>
public sealed class StorageValue
{
    private readonly long _top;
    private readonly long _bottom;
    private readonly long _need;
    private readonly long _capacity;

    private StorageValue(long top, long bottom, long need, long capacity)
    {
        _top = top;
        _bottom = Math.Min(bottom, top);
        _need = Math.Clamp(need, 1, Math.Max(1, capacity - 1));
        _capacity = Math.Max(2, capacity);
    }

    /// <summary>Looks ahead over the forecast.</summary>
    /// <param name="space">The store.</param>
    /// <param name="ahead">The coming periods' net energy without the store (+ lack, − surplus) and supplier prices, in order.</param>
    public static StorageValue Of(StorageControlSpace space, IEnumerable<(Energy Net, SupplierPrices Prices)> ahead)
    {
        Int128 importCost = 0, exportValue = 0;
        long lack = 0, surplus = 0, running = 0, need = 0, periods = 0, meanImport = 0, meanExport = 0;
        foreach (var (net, prices) in ahead)
        {
            periods++;
            meanImport += prices.Import.MicroEurPerKWh;
            meanExport += prices.Export.MicroEurPerKWh;
            var wattHours = net.WattHours;
            running += wattHours;
            need = Math.Max(need, running);
            if (wattHours > 0)
            {
                lack += wattHours;
                importCost += (Int128)wattHours * prices.Import.MicroEurPerKWh;
            }
            else
            {
                surplus -= wattHours;
                exportValue -= (Int128)wattHours * prices.Export.MicroEurPerKWh;
            }
        }

        periods = Math.Max(1, periods);
        var top = lack > 0 ? (long)(importCost / lack) : meanImport / periods;
        var bottom = surplus > 0 ? (long)(exportValue / surplus) : meanExport / periods;
        var capacity = space.Discharging.Arriving(space.MaximumFill - space.MinimumFill);
        return new StorageValue(Math.Max(0, top), Math.Max(0, bottom), need, capacity.WattHours);
    }

    /// <summary>µEUR/kWh at the terminals of the energy at a level, ≥ 0, falling in the level.</summary>
    /// <param name="deliverable">What the store could deliver at the terminals when at that level, Wh.</param>
    public Price At(Energy deliverable)
    {
        var middle = (_top + _bottom) / 2;
        var level = Math.Clamp(deliverable.WattHours, 0, _capacity);
        return new Price(level <= _need
            ? Between(_top, middle, level, _need)
            : Between(middle, _bottom, level - _need, _capacity - _need));
    }

    private static long Between(long from, long to, long part, long whole) => (long)(from + (Int128)(to - from) * part / whole);
}

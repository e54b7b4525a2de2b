using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Calendar;

/// <summary>Time bands of Italian electricity contracts.</summary>
public enum TariffBand
{
    /// <summary>Monday to Friday from 8 to 19, holidays left out.</summary>
    F1,

    /// <summary>Monday to Friday from 7 to 8 and from 19 to 23, Saturdays from 7 to 23, holidays left out.</summary>
    F2,

    /// <summary>Nights from 23 to 7, Sundays and national holidays.</summary>
    F3,
}

/// <summary>Which band a period lies in, by the clock on the wall.</summary>
/// <remarks>ARERA (then AEEG), resolution 181/06 of 2 August 2006, with its holidays: <see cref="ItalianHolidays"/>.</remarks>
public static class TariffBands
{
    public static TariffBand Of(Period period, PeriodGrid grid)
    {
        var local = ItalianTime.Local(grid.StartOf(period));
        return (ItalianHolidays.KindOf(DateOnly.FromDateTime(local)), local.Hour) switch
        {
            (KindOfDay.Holiday, _) or (_, < 7 or >= 23) => TariffBand.F3,
            (KindOfDay.Workday, >= 8 and < 19) => TariffBand.F1,
            _ => TariffBand.F2,
        };
    }

    /// <summary>A contract with a price for each band, and one for energy fed in.</summary>
    public static SupplierTariff Tariff(Price f1, Price f2, Price f3, Price export, PeriodGrid grid) =>
        SupplierTariff.ByRule(period => new SupplierPrices(
            Of(period, grid) switch { TariffBand.F1 => f1, TariffBand.F2 => f2, _ => f3 }, export));
}

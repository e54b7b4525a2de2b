using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>
/// Hourly day-ahead prices of the Italian bidding zones (GME's published results): columns <c>date</c>, <c>hour</c> (1 to
/// 24, Italian time) and one for each zone in EUR/MWh.
/// </summary>
/// <remarks>
/// The hour counts from midnight as it passes, so the 23-hour day has hours 1 to 23. An hour that the file lacks at a day's
/// end (the 25th of the long day) costs what the hour before it costs. A day of another year takes the price of the same
/// month and day in the file's year; 29 February that of the 28th.
/// </remarks>
public sealed class ZonalPrices
{
    /// <summary>The zone of a community near Cagliari.</summary>
    public const string Sardinia = "SARD";

    /// <summary>Network charges, levies and taxes on a bought kWh: an assumption of 12 ct, not a quotation. µEUR/kWh.</summary>
    public static readonly Price DefaultMarkUp = new(120_000);

    private readonly string _file;
    private readonly int _year;
    private readonly Dictionary<DateOnly, List<Price>> _days;

    private ZonalPrices(string file, int year, Dictionary<DateOnly, List<Price>> days)
    {
        _file = file;
        _year = year;
        _days = days;
    }

    /// <param name="file">The CSV file.</param>
    /// <param name="zone">Name of the zone's column.</param>
    /// <exception cref="DatasetException">The file breaks the layout, or has no such zone.</exception>
    public static ZonalPrices Read(string file, string zone = Sardinia)
    {
        var table = CsvTable.Read(file);
        var (date, hour, price) = (table.Column("date"), table.Column("hour"), table.Column(zone));
        var days = new Dictionary<DateOnly, List<Price>>();
        foreach (var line in table.Lines)
        {
            if (!DateOnly.TryParseExact(line.Fields[date], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                throw table.Wrong(line, date, $"'{CsvTable.Shown(line.Fields[date])}' is not a day. Write 2022-01-31.");
            }

            if (!days.TryGetValue(day, out var prices))
            {
                days[day] = prices = [];
            }

            if ((int)table.Number(line, hour, 1, 25) != prices.Count + 1)
            {
                throw table.Wrong(line, hour, $"Hour {prices.Count + 1} of the day is expected here. Sort the file and fill the gap.");
            }

            var euroPerMWh = (decimal)table.Number(line, price, -500, 4_000);
            prices.Add(new Price((long)decimal.Round(euroPerMWh * 1_000m, MidpointRounding.AwayFromZero)));
        }

        return new ZonalPrices(file, days.Keys.Min().Year, days);
    }

    /// <summary>The zone's price in a period, µEUR/kWh.</summary>
    /// <exception cref="DatasetException">The file does not have the day.</exception>
    public Price At(Period period)
    {
        var instant = PeriodGrid.QuarterHour.StartOf(period);
        var day = DateOnly.FromDateTime(ItalianTime.Local(instant));
        var hour = (int)(instant - ItalianTime.Midnight(day)).TotalHours;
        if (!_days.TryGetValue(day, out var prices) && !_days.TryGetValue(InTheFilesYear(day), out prices))
        {
            throw new DatasetException(_file, 0, "date", $"There is no price for {InTheFilesYear(day):yyyy-MM-dd}.");
        }

        return prices[Math.Min(hour, prices.Count - 1)];
    }

    /// <summary>
    /// A supplier's tariff over a span: it pays the zonal price for energy fed in and asks the zonal price and a mark-up.
    /// </summary>
    /// <param name="first">First period.</param>
    /// <param name="periods">Number of periods, at least one.</param>
    /// <param name="markUp">Network charges, levies and taxes; <see cref="DefaultMarkUp"/> unless told.</param>
    public SupplierTariff Tariff(Period first, int periods, Price? markUp = null)
    {
        var added = (markUp ?? DefaultMarkUp).MicroEurPerKWh;
        return new SupplierTariff(first, [.. Enumerable.Range(0, periods)
            .Select(i => At(new Period(first.Index + i)))
            .Select(price => new SupplierPrices(new Price(price.MicroEurPerKWh + added), price))]);
    }

    private DateOnly InTheFilesYear(DateOnly day) =>
        new(_year, day.Month, Math.Min(day.Day, DateTime.DaysInMonth(_year, day.Month)));
}

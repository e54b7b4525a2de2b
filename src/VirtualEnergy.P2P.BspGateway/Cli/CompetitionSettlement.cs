using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Uftp;
using VirtualEnergy.P2P.BspGateway.Uftp.Trading;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Cli;

/// <summary>One window's part: how many of its periods were measured, what was delivered, and what it earned.</summary>
internal readonly record struct SettledWindow(string Window, int Periods, int Measured, long DeliveredWattHours, ContractEarnings Earned);

/// <summary>What a competition's awards earned, from what the gateway measured.</summary>
internal sealed record CompetitionSettlement(GridCompetition Competition, DateOnly From, DateOnly Until, ImmutableArray<SettledWindow> Windows)
{
    private const long MostBytes = 1L << 31;

    /// <param name="folder">The gateway's data folder; it may be running.</param>
    /// <exception cref="InvalidDataException">The folder has no record of trades, or no unit is behind an area.</exception>
    public static CompetitionSettlement Of(GridCompetition competition, ValueList<WindowBid> awards, GatewayOptions options, string folder, DateOnly from, DateOnly until)
    {
        var path = Path.Combine(folder, GridJournal.Name);
        if (!File.Exists(path) || new FileInfo(path).Length > MostBytes)
        {
            throw new InvalidDataException($"There is no {path} that can be read: a gateway with Bsp:Uftp and this Bsp:DataFolder writes it.");
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        using var journal = GridJournal.Read(bytes);
        var contracts = new CompetitionContracts(competition, awards);
        foreach (var update in journal.Exchanged.OfType<FlexReservationUpdate>())
        {
            contracts.Release(update);
        }

        return new CompetitionSettlement(competition, from, until, [.. awards.Select(award => Settle(competition, award, contracts, options, journal, from, until))]);
    }

    public object Json() => new
    {
        Competition = Competition.Id, From, Until,
        Windows = Windows.Select(one => new { one.Window, one.Periods, one.Measured, one.DeliveredWattHours, AvailabilityMicroEur = one.Earned.Availability.MicroEur, UtilisationMicroEur = one.Earned.Utilisation.MicroEur }),
        TotalMicroEur = Windows.Sum(one => one.Earned.Total.MicroEur),
    };

    public string Text() => string.Join(Environment.NewLine, (IEnumerable<string>)
    [
        string.Create(CultureInfo.InvariantCulture, $"{Competition.Id}, {From:yyyy-MM-dd} to {Until:yyyy-MM-dd}"),
        .. Windows.Select(one => string.Create(
            CultureInfo.InvariantCulture,
            $"  {one.Window}: {one.Measured} of {one.Periods} periods measured, {one.DeliveredWattHours / 1_000m} kWh delivered; ready {one.Earned.Availability.MicroEur / 1_000_000m} EUR, energy {one.Earned.Utilisation.MicroEur / 1_000_000m} EUR")),
        string.Create(CultureInfo.InvariantCulture, $"  total {Windows.Sum(one => one.Earned.Total.MicroEur) / 1_000_000m} EUR"),
    ]);

    private static SettledWindow Settle(GridCompetition competition, WindowBid award, CompetitionContracts contracts, GatewayOptions options, GridJournal journal, DateOnly from, DateOnly until)
    {
        var (area, window) = competition.Windows.First(pair => pair.Window.Id == award.WindowId);
        var unit = options.Parties.Uftp?.Points.FirstOrDefault(point => point.Address == area.CongestionPoint)?.Unit
            ?? throw new InvalidDataException($"No unit is behind {area.CongestionPoint}: name it in Bsp:Uftp:Points of the configuration.");
        var grid = options.Profile.Grid;
        var orders = journal.Trades.Select(trade => trade.Order).OfType<FlexOrder>().Where(order => order.CongestionPoint == area.CongestionPoint && order.ContractId == award.WindowId).ToList();
        var periods = Enumerable.Range(0, until.DayNumber - from.DayNumber + 1).Select(from.AddDays).SelectMany(day => window.PeriodsOf(day).Select(isp => (day, isp))).ToList();
        return new SettledWindow(
            award.WindowId, periods.Count, periods.Count(period => MeasuredIn(period.day, period.isp) is not null), periods.Sum(period => Delivered(period.day, period.isp)), contracts.Earned(award.WindowId, from, until, Ready, Delivered));

        MeasuredLine? MeasuredIn(DateOnly day, int isp) => journal.Measured(unit, GridSchedule.At(day, isp, grid)) is { Complete: true } line ? line : null;

        long Ready(DateOnly day, int isp) => MeasuredIn(day, isp) is not { } line ? 0 : window.Direction == RegulationDirection.Up ? line.UpWatts : line.DownWatts;

        // No more than was ordered counts, and only what went the ordered way.
        long Delivered(DateOnly day, int isp)
        {
            if (MeasuredIn(day, isp) is not { } line)
            {
                return 0;
            }

            var ordered = orders.Where(order => order.Period == day).SelectMany(order => order.Isps).Where(one => one.Start <= isp && isp <= one.Span.Last).Sum(one => one.Power) * grid.LengthSeconds / 3_600;
            return Math.Clamp((line.WattHours - BaselineOf(day, isp, line)) * Math.Sign(ordered), 0, Math.Abs(ordered));
        }

        long BaselineOf(DateOnly day, int isp, MeasuredLine line) => journal.Exchanged.OfType<DPrognosis>().LastOrDefault(prognosis => prognosis.Period == day && prognosis.CongestionPoint == area.CongestionPoint) is { } told
            ? told.Isps.Where(one => one.Start <= isp && isp <= one.Span.Last).Sum(one => one.Power) * grid.LengthSeconds / 3_600 : line.BaselineWattHours;
    }
}

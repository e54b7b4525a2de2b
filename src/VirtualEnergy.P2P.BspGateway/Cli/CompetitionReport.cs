using System.Globalization;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.BspGateway.Uftp;

namespace VirtualEnergy.P2P.BspGateway.Cli;

/// <summary>A competition as people and machines read it.</summary>
internal static class CompetitionReport
{
    public static object Json(GridCompetition competition, string path) => new
    {
        competition.Id, Operator = competition.OperatorDomain, File = Path.GetFullPath(path),
        Windows = competition.Windows.Select(pair => new
        {
            pair.Window.Id, Area = pair.Area.Name, pair.Area.CongestionPoint, pair.Window.From, pair.Window.Until, Days = pair.Window.Days.Select(day => day.ToString()), Start = Time(pair.Window.StartMinute), End = Time(pair.Window.EndMinute),
            Direction = pair.Window.Direction == RegulationDirection.Up ? "up" : "down", pair.Window.Watts, pair.Window.MinimumWatts, pair.Window.StepWatts, AvailabilityCapEurPerMWh = pair.Window.AvailabilityCap / 1_000_000m,
            UtilisationCapEurPerMWh = pair.Window.UtilisationCap / 1_000m, ServiceDays = DaysOf(pair.Window),
        }),
    };

    public static string Text(GridCompetition competition, string path) => string.Join(Environment.NewLine, (IEnumerable<string>)
    [
        $"{competition.Id} of {competition.OperatorDomain}, kept as {path}",
        .. competition.Areas.SelectMany(area => (IEnumerable<string>)[$"  {area.Name} ({area.CongestionPoint})", .. area.Windows.Select(Line)]),
    ]);

    public static string Time(int minute) => string.Create(CultureInfo.InvariantCulture, $"{minute / 60:00}:{minute % 60:00}");

    private static string Line(ServiceWindow window) => string.Create(
        CultureInfo.InvariantCulture,
        $"    {window.Id}: {window.From:yyyy-MM-dd} to {window.Until:yyyy-MM-dd}, {DaysOf(window)} days, {Time(window.StartMinute)} to {Time(window.EndMinute)}, {(window.Direction == RegulationDirection.Up ? "up" : "down")} {window.Watts / 1_000m} kW ({window.MinimumWatts / 1_000m} at least, in steps of {window.StepWatts / 1_000m}); at most {window.AvailabilityCap / 1_000_000m} EUR/MW·h ready, {window.UtilisationCap / 1_000m} EUR/MWh");

    private static int DaysOf(ServiceWindow window) => Enumerable.Range(0, window.Until.DayNumber - window.From.DayNumber + 1).Count(day => window.Days.Contains(window.From.AddDays(day).DayOfWeek));
}

using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.BspGateway.Uftp;

namespace VirtualEnergy.P2P.BspGateway.Cli;

/// <summary>Our bids in a competition, and why there is none for the other windows.</summary>
/// <param name="Domain">Ours by the configuration; null where it has none.</param>
internal sealed record CompetitionAnswer(string? Domain, GridCompetition Competition, ImmutableArray<WindowBid> Bids, ImmutableArray<(string Window, string Why)> LeftOut)
{
    /// <summary>What the units of a gateway hold through each window: certified powers of homes that last so long, firm at the chosen confidence.</summary>
    /// <param name="availability">µEUR for a MW and hour of standing ready; bid up to each window's cap.</param>
    public static CompetitionAnswer Of(GridCompetition competition, GatewayOptions options, long availability)
    {
        var why = new Dictionary<string, string>();
        var bids = CompetitionBids.Answer(competition, (area, window) =>
        {
            var capability = Capability(area, window, options, availability, out var reason);
            why[window.Id] = reason;
            return capability;
        });
        return new CompetitionAnswer(
            options.Parties.Uftp?.Domain, competition, [.. bids],
            [.. competition.Windows.Where(pair => bids.All(bid => bid.WindowId != pair.Window.Id)).Select(pair => (pair.Window.Id, why[pair.Window.Id]))]);
    }

    public object Json(string path) => new
    {
        Competition = Competition.Id, File = Path.GetFullPath(path),
        Bids = Bids.Select(bid => new { Window = bid.WindowId, bid.Watts, AvailabilityEurPerMWh = bid.AvailabilityPrice / 1_000_000m, UtilisationEurPerMWh = bid.UtilisationPrice / 1_000m }),
        LeftOut = LeftOut.Select(one => new { one.Window, one.Why }),
    };

    public string Text(string path) => string.Join(Environment.NewLine, (IEnumerable<string>)
    [
        $"{Competition.Id}: {Bids.Length} of {Competition.Windows.Count()} windows are bid for, written to {path}",
        .. Bids.Select(bid => string.Create(CultureInfo.InvariantCulture, $"  {bid.WindowId}: {bid.Watts / 1_000m} kW, {bid.AvailabilityPrice / 1_000_000m} EUR/MW·h ready, {bid.UtilisationPrice / 1_000m} EUR/MWh")),
        .. LeftOut.Select(one => $"  {one.Window}: no bid. {one.Why}"),
    ]);

    private static WindowCapability Capability(CompetitionArea area, ServiceWindow window, GatewayOptions options, long availability, out string reason)
    {
        var unit = options.Parties.Uftp?.Points.FirstOrDefault(point => point.Address == area.CongestionPoint)?.Unit;
        if (options.Units.FirstOrDefault(one => one.Id == unit) is not { } found)
        {
            reason = $"No unit is behind {area.CongestionPoint} (Bsp:Uftp:Points).";
            return default;
        }

        var seconds = (window.EndMinute - window.StartMinute) * 60;
        var homes = found.Customers.SelectMany(customer => customer.Homes).Where(home => home.HoldingSeconds >= seconds)
            .Select(home => (Watts: window.Direction == RegulationDirection.Up ? home.UpWatts : home.DownWatts, Price: options.Policy.WithMargin(window.Direction == RegulationDirection.Up ? home.UpAsk : home.DownAsk)))
            .Where(home => home.Watts > 0 && home.Price.MicroEurPerKWh <= window.UtilisationCap).OrderBy(home => home.Price).ToList();
        var record = DeliveryRecord.Of([], options.Policy.PriorOrders, options.Policy.PriorPermille);
        var firm = FirmPower.Of([.. homes.Select(home => new UncertainPower(home.Watts, record))], options.Policy.ConfidencePermille);
        reason = string.Create(
            CultureInfo.InvariantCulture,
            $"{homes.Count} homes of {found.Id} last {seconds / 60} min at no more than the cap of {window.UtilisationCap / 1_000m} EUR/MWh; {firm} W of them are firm at {options.Policy.ConfidencePermille} ‰, and the least bid is {window.MinimumWatts} W.");
        return homes.Count == 0 ? default : new WindowCapability(firm, Math.Min(availability, window.AvailabilityCap), Math.Max(0, homes[^1].Price.MicroEurPerKWh));
    }
}

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>What a community could do in a window.</summary>
/// <param name="Watts">The flexibility that it can hold through the whole window, W, not negative.</param>
/// <param name="AvailabilityPrice">What it wants for standing ready, µEUR per MW and hour.</param>
/// <param name="UtilisationPrice">What it wants for energy, µEUR per kWh.</param>
public readonly record struct WindowCapability(long Watts, long AvailabilityPrice, long UtilisationPrice);

/// <summary>Answers a competition: for each window what can be done, as far as it is asked.</summary>
public static class CompetitionBids
{
    /// <summary>Our bids: each capability cut to what is asked, down to a step; none where that is below the least that is taken, or a price is over its cap.</summary>
    public static IReadOnlyList<WindowBid> Answer(GridCompetition competition, Func<CompetitionArea, ServiceWindow, WindowCapability> capability) =>
    [
        .. from pair in competition.Windows
           let can = capability(pair.Area, pair.Window)
           let watts = Math.Min(can.Watts, pair.Window.Watts)
           let bid = new WindowBid(pair.Window.Id, watts - (watts % pair.Window.StepWatts), can.AvailabilityPrice, can.UtilisationPrice)
           where Problem(competition, bid) is null
           select bid,
    ];

    /// <summary>Why the operator would not take a bid, or null.</summary>
    public static string? Problem(GridCompetition competition, WindowBid bid)
    {
        if (competition.Windows.Select(pair => pair.Window).FirstOrDefault(window => window.Id == bid.WindowId) is not { } window)
        {
            return $"There is no window \"{(bid.WindowId.Length <= 60 ? bid.WindowId : bid.WindowId[..60] + "…")}\" in {competition.Id}.";
        }

        return bid switch
        {
            _ when bid.Watts < window.MinimumWatts || bid.Watts > window.Watts || bid.Watts % window.StepWatts != 0 => $"{window.Id}: {window.MinimumWatts} to {window.Watts} W in steps of {window.StepWatts} W, not {bid.Watts}.",
            _ when bid.AvailabilityPrice < 0 || bid.AvailabilityPrice > window.AvailabilityCap => $"{window.Id}: the price of availability is over its cap or negative.",
            _ when bid.UtilisationPrice < 0 || bid.UtilisationPrice > window.UtilisationCap => $"{window.Id}: the price of utilisation is over its cap or negative.",
            _ => null,
        };
    }
}

using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Calendar;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>A grid operator's competition for flexibility: in which areas, in which hours, how much, and what it pays at most.</summary>
/// <param name="Id">The operator's name for it.</param>
/// <param name="OperatorDomain">The operator's domain, by which its messages come.</param>
/// <param name="Areas">Where flexibility is wanted.</param>
public sealed record GridCompetition(string Id, string OperatorDomain, ValueList<CompetitionArea> Areas)
{
    /// <summary>Every window with its area.</summary>
    public IEnumerable<(CompetitionArea Area, ServiceWindow Window)> Windows => Areas.SelectMany(area => area.Windows.Select(window => (area, window)));
}

/// <summary>An area: the connections behind one congestion point.</summary>
/// <param name="Id">The operator's name for it.</param>
/// <param name="Name">Its name in words.</param>
/// <param name="CongestionPoint">Its address in the protocol.</param>
/// <param name="Windows">When flexibility is wanted.</param>
public sealed record CompetitionArea(string Id, string Name, string CongestionPoint, ValueList<ServiceWindow> Windows);

/// <summary>A service window: the same hours on certain days of a season.</summary>
/// <param name="Id">Its name; awarded, it is the contract's.</param>
/// <param name="From">The first day.</param>
/// <param name="Until">The last day.</param>
/// <param name="Days">On which days of the week.</param>
/// <param name="StartMinute">From which local time, in minutes of the day.</param>
/// <param name="EndMinute">Until which local time, at most 1 440.</param>
/// <param name="Direction">Up: less consumption or more production is wanted; down: more consumption.</param>
/// <param name="Watts">How much is wanted, W.</param>
/// <param name="MinimumWatts">The least that is taken of one bidder, W.</param>
/// <param name="StepWatts">Bids are multiples of this, W.</param>
/// <param name="AvailabilityCap">The most that is paid for standing ready, µEUR per MW and hour.</param>
/// <param name="UtilisationCap">The most that is paid for energy, µEUR per kWh.</param>
public sealed record ServiceWindow(
    string Id, DateOnly From, DateOnly Until, ValueList<DayOfWeek> Days, int StartMinute, int EndMinute, RegulationDirection Direction,
    long Watts, long MinimumWatts, long StepWatts, long AvailabilityCap, long UtilisationCap)
{
    /// <summary>The periods of a day that lie in the window, by the clock on the wall; none on other days. An hour that comes twice counts twice.</summary>
    public IReadOnlyList<int> PeriodsOf(DateOnly day)
    {
        if (day < From || day > Until || !Days.Contains(day.DayOfWeek))
        {
            return [];
        }

        var (market, length) = (new MarketDay(day), TimeSpan.FromMinutes(15));
        return [.. Enumerable.Range(1, market.Periods(length)).Where(isp =>
        {
            var minute = ItalianTime.Local(market.Start + ((isp - 1) * length)).TimeOfDay.TotalMinutes;
            return minute >= StartMinute && minute < EndMinute;
        })];
    }

    /// <summary>W against the baseline, + consumption, of that much flexibility in the window's direction.</summary>
    public long Signed(long watts) => Direction == RegulationDirection.Up ? -watts : watts;
}

/// <summary>What we bid for a window, or what was awarded.</summary>
/// <param name="WindowId">The window.</param>
/// <param name="Watts">How much, W.</param>
/// <param name="AvailabilityPrice">For standing ready, µEUR per MW and hour.</param>
/// <param name="UtilisationPrice">For energy, µEUR per kWh.</param>
public readonly record struct WindowBid(string WindowId, long Watts, long AvailabilityPrice, long UtilisationPrice);

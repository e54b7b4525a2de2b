using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Profiles;

/// <summary>When a session of the market takes its last offer for a period.</summary>
/// <param name="Name">The session's name, as MSD-EX-ANTE or MB.</param>
/// <param name="DayBefore">A time on the wall on the day before delivery; null where the gate follows the period.</param>
/// <param name="SecondsBefore">How long before the period's start; counts where <paramref name="DayBefore"/> is null.</param>
public sealed record GateClosure(string Name, TimeOnly? DayBefore, int SecondsBefore)
{
    /// <summary>From this instant on nothing is taken any more.</summary>
    public DateTimeOffset Of(Period period, PeriodGrid grid) => DayBefore is { } time
        ? MarketDay.Of(period, grid).Before(1).At(time)
        : grid.StartOf(period).AddSeconds(-SecondsBefore);
}

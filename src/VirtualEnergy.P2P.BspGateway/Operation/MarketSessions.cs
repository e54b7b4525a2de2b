using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>A session of the market for which it is time to plan.</summary>
/// <param name="Day">Of delivery.</param>
/// <param name="Periods">Those that can still be offered in it, rising.</param>
/// <param name="Freezes">Whether the baselines of the day freeze before it.</param>
internal sealed record DueSession(string Name, MarketDay Day, ImmutableArray<Period> Periods, bool Freezes);

/// <summary>When a profile's sessions are planned: a while before each gate. A gate of the day before closes a whole day, one that follows its periods each of them.</summary>
internal sealed class MarketSessions(MarketProfile profile, TimeSpan lead)
{
    private const string Baselines = "baselines";

    /// <summary>The sessions whose gates close within the lead.</summary>
    public IEnumerable<DueSession> Due(DateTimeOffset now)
    {
        var tomorrow = MarketDay.Of(profile.Grid.At(now), profile.Grid).Before(-1);
        if (IsDue(profile.BaselineGate(tomorrow), now))
        {
            yield return new DueSession(Baselines, tomorrow, [.. tomorrow.Periods(profile.Grid).Where(period => now < profile.LastGate(period))], Freezes: true);
        }

        foreach (var gate in profile.Gates)
        {
            if (gate.DayBefore is not null)
            {
                // The one that freezes baselines is planned already.
                if (gate.Of(tomorrow.First(profile.Grid), profile.Grid) is var closes && closes != profile.BaselineGate(tomorrow) && IsDue(closes, now))
                {
                    yield return new DueSession(gate.Name, tomorrow, [.. tomorrow.Periods(profile.Grid)], Freezes: false);
                }

                continue;
            }

            for (var period = profile.Grid.At(now.AddSeconds(gate.SecondsBefore)).Next; IsDue(gate.Of(period, profile.Grid), now); period = period.Next)
            {
                yield return new DueSession(gate.Name, MarketDay.Of(period, profile.Grid), [period], Freezes: false);
            }
        }
    }

    private bool IsDue(DateTimeOffset closes, DateTimeOffset now) => now >= closes - lead && now < closes;
}

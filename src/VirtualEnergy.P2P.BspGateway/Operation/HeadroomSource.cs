using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>What homes of a unit can be moved by, and what they want for it. A home is stated by one source.</summary>
/// <param name="unit">The unit.</param>
/// <param name="periods">Those that are to be offered, rising, of one day.</param>
/// <param name="bound">The first and last period of the day in which something of a home is set aside already: its span must hold both. Null where nothing is.</param>
/// <param name="now">When it is asked.</param>
/// <returns>Spans as if no other were called; those that touch none of the periods are not looked at.</returns>
internal delegate IReadOnlyCollection<PointHeadroom> HeadroomSource(
    UnitId unit, IReadOnlyList<Period> periods, Func<MemberId, (Period First, Period Last)?> bound, DateTimeOffset now);

/// <summary>The headroom of homes behind telecontrol units.</summary>
/// <remarks>
/// Such a home is taken to be able later to do what it says that it can do now, bounded by what is certified, for as long as it is certified to hold: the link of IEC
/// 60870-5-104 carries no forecasts.
/// </remarks>
internal sealed class TelecontrolHeadroom(GatewayOptions options, HomeBoard board)
{
    public IReadOnlyCollection<PointHeadroom> Of(UnitId unit, IReadOnlyList<Period> periods, Func<MemberId, (Period First, Period Last)?> bound, DateTimeOffset now)
    {
        var (states, headrooms) = (board.Read(), ImmutableArray.CreateBuilder<PointHeadroom>());
        for (var home = 0; home < states.Length; home++)
        {
            var description = board.Homes[home].Home;
            var count = description.HoldingSeconds / options.Profile.Grid.LengthSeconds;
            if (board.Outlook(home) is not null || options.Units[board.Homes[home].UnitIndex].Id != unit.Value || !UnitSituation.IsFresh(states[home], now, options.Stale) || !states[home].IsAvailable || count == 0)
            {
                continue;
            }

            foreach (var first in Spans(periods, Math.Min(count, PointHeadroom.MostPeriods), bound(description.Member)))
            {
                var span = (description.Pod, First: first, Count: Math.Min(count, PointHeadroom.MostPeriods));
                Add(Math.Min(states[home].UpWatts, description.UpWatts), RegulationDirection.Up, description.UpAsk);
                Add(Math.Min(states[home].DownWatts, description.DownWatts), RegulationDirection.Down, description.DownAsk);

                void Add(long watts, RegulationDirection direction, Price ask)
                {
                    if (watts > 0)
                    {
                        headrooms.Add(new PointHeadroom(span.Pod, span.First, span.Count, direction, [new AskedStep(watts, ask)]));
                    }
                }
            }
        }

        return headrooms.ToImmutable();
    }

    // One after another from the first period on; where something is set aside, the one that begins with the earliest of all.
    private static List<Period> Spans(IReadOnlyList<Period> periods, int count, (Period First, Period Last)? bound)
    {
        if (bound is { } set)
        {
            var (first, last) = periods.Count > 1 ? set : (periods[0] < set.First ? periods[0] : set.First, periods[0] > set.Last ? periods[0] : set.Last);
            return last.Index - first.Index < count ? [first] : [];
        }

        var (starts, until) = (new List<Period>(), periods[0]);
        foreach (var period in periods.Where(period => period >= until))
        {
            starts.Add(period);
            until = new Period(period.Index + count);
        }

        return starts;
    }
}

/// <summary>The headroom of homes that say themselves what lies ahead of them: as their offers state it, each span as if it alone were called.</summary>
internal sealed class CommunityHeadroom(GatewayOptions options, HomeBoard board)
{
    public IReadOnlyCollection<PointHeadroom> Of(UnitId unit, IReadOnlyList<Period> periods, Func<MemberId, (Period First, Period Last)?> bound, DateTimeOffset now)
    {
        var headrooms = ImmutableArray.CreateBuilder<PointHeadroom>();
        for (var home = 0; home < board.Homes.Length; home++)
        {
            var description = board.Homes[home];
            if (board.Outlook(home) is { } outlook && options.Units[description.UnitIndex].Id == unit.Value)
            {
                var set = bound(description.Home.Member);
                headrooms.AddRange(outlook.Spans(description.Home.Pod, now).Where(span => periods.Any(span.Covers) && (set is not { } held || (span.Covers(held.First) && span.Covers(held.Last)))));
            }
        }

        return headrooms.ToImmutable();
    }
}

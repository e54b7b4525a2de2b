using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Dispatch;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Reservations;

/// <summary>
/// What a unit's offer takes of its homes' headroom. An offer is for less than its homes state, as not all of them will deliver; all that it rests on is held, and when the operator
/// takes a part, the same part of what it rests on stays, from the cheapest homes.
/// </summary>
/// <param name="Period">The offer's.</param>
/// <param name="Direction">The offer's.</param>
/// <param name="Homes">The homes that it rests on, with the steps that its prices pay for; each once.</param>
public sealed record OfferReservation(Period Period, RegulationDirection Direction, ImmutableArray<DispatchHome> Homes)
{
    /// <summary>What a home's headroom comes to as steps of the dispatch: what each must bring in, as far as the home may be moved.</summary>
    /// <param name="allowed">W, by certificate and the grid operator.</param>
    public static ImmutableArray<PowerStep> StepsOf(PointHeadroom headroom, long allowed)
    {
        var (steps, left) = (ImmutableArray.CreateBuilder<PowerStep>(), allowed);
        foreach (var step in headroom.Steps)
        {
            if (left <= 0)
            {
                break;
            }

            steps.Add(new(Math.Min(step.Watts, left), headroom.Receipt(step)));
            left -= step.Watts;
        }

        return steps.ToImmutable();
    }

    /// <summary>What is to be held before the offer goes out.</summary>
    /// <param name="id">Of the reservation; the offer's own will do.</param>
    /// <param name="holdUntil">Unix seconds, after the market's results are due.</param>
    public ReservationRequest Request(string id, long holdUntil, PeriodGrid grid) =>
        new(id, ReservationChannel.AncillaryServices, holdUntil, [.. Homes.Select(home => Line(home, home.Most, grid))]);

    /// <summary>What is to be confirmed when the operator has taken a part: held × accepted ÷ offered, rounded up, by merit order.</summary>
    /// <param name="accepted">W, at most <paramref name="offered"/>.</param>
    /// <param name="offered">W, positive.</param>
    public ImmutableArray<ReservedEnergy> Sold(long accepted, long offered, PeriodGrid grid)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(offered);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(accepted, offered);
        var held = Homes.Sum(home => home.Most);
        var kept = Disaggregation.Distribute((long)(((Int128)held * accepted + offered - 1) / offered), Homes);
        return [.. Homes.Select((home, i) => Line(home, kept.Watts[i], grid)).Where(line => line.Energy > Energy.Zero)];
    }

    private ReservedEnergy Line(DispatchHome home, long watts, PeriodGrid grid) => ReservedEnergy.OfPower(new(home.Home, Period, Direction), watts, grid);
}

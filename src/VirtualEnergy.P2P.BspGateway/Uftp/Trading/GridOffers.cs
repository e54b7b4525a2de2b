using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Dispatch;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Uftp.Trading;

/// <summary>What a unit can sell to a grid operator in a run of periods: the power that it holds throughout, what the homes want for it, and what the ledger must set aside.</summary>
/// <param name="Watts">An amount.</param>
/// <param name="Periods">How many, from the run's first.</param>
/// <param name="MicroEur">The homes' asks with the aggregator's margin, for the whole of it.</param>
/// <param name="Rests">The homes that it rests on.</param>
internal sealed record GridHeadroom(long Watts, int Periods, Int128 MicroEur, ImmutableArray<ReservedEnergy> Rests);

/// <summary>Finds what homes can still be moved by: what they say, within certificates, vetoes and what the ledger has left, firm at the chosen confidence.</summary>
internal sealed class GridOffers(GatewayOptions options, GatewayBooks books, OfferReservations reservations, HomeBoard board, TimeProvider time)
{
    private readonly PeriodGrid _grid = options.Profile.Grid;

    /// <summary>The best part of a run: the most energy, of equals the longest.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="first">The run's first period.</param>
    /// <param name="count">How many periods.</param>
    /// <param name="direction">Up: less consumption.</param>
    /// <param name="wanted">The most that is asked for, W, an amount.</param>
    /// <returns>Null where there is nothing.</returns>
    public GridHeadroom? Best(UnitId unit, Period first, int count, RegulationDirection direction, long wanted)
    {
        GridHeadroom? best = null;
        for (var length = count; length >= 1; length--)
        {
            // A shorter run has the same homes and perhaps more: it is better only where it has more energy.
            if (Over(unit, first, length, direction, wanted) is { } found && (best is null || found.Watts * found.Periods > best.Watts * best.Periods))
            {
                best = found;
            }

            if (best is not null && wanted * (length - 1) <= best.Watts * best.Periods)
            {
                break;
            }
        }

        return best;
    }

    /// <summary>What is held through the whole of a run.</summary>
    public GridHeadroom? Over(UnitId unit, Period first, int count, RegulationDirection direction, long wanted)
    {
        var (states, now) = (board.Read(), time.GetUtcNow());
        var homes = Enumerable.Range(0, states.Length)
            .Where(home => options.Units[board.Homes[home].UnitIndex].Id == unit.Value && UnitSituation.IsFresh(states[home], now, options.Stale) && states[home].IsAvailable
                && board.Homes[home].Home.HoldingSeconds >= count * _grid.LengthSeconds)
            .Select(home => (board.Homes[home].Home, State: Said(home, states[home], first, count, direction, now))).Where(home => home.State is not null).Select(home => (home.Home, State: home.State!.Value)).ToList();
        Declare(homes, first, count);
        var able = homes.Select(home => (
                home.Home, Watts: Able(home.Home, home.State, first, count, direction),
                Receipt: options.Policy.WithMargin(direction == RegulationDirection.Up ? home.State.UpAsk ?? home.Home.UpAsk : home.State.DownAsk ?? home.Home.DownAsk)))
            .Where(home => home.Watts > 0).OrderBy(home => home.Receipt).ThenBy(home => home.Home.Member).ToList();
        if (able.Count == 0 || wanted <= 0)
        {
            return null;
        }

        // The fewest of the cheapest homes that are firm for what is wanted; all of them where that is not reached.
        var (low, high) = (1, able.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Firm(middle) >= wanted ? (low, middle) : (middle + 1, high);
        }

        var watts = Math.Min(wanted, Firm(low));
        if (watts <= 0)
        {
            return null;
        }

        var dispatched = able.Take(low).Select(home => DispatchHome.Of(home.Home.Member, [new PowerStep(home.Watts, home.Receipt)])).ToList();
        // W times µEUR/kWh over a thousand hours; of each period a part of an hour.
        var cost = Disaggregation.Distribute(watts, dispatched).CostOf(dispatched) * count * _grid.LengthSeconds;
        return new GridHeadroom(watts, count, (cost + (cost > 0 ? 3_599_999 : 0)) / 3_600_000,
        [
            .. from home in able.Take(low)
               from at in Enumerable.Range(0, count)
               select ReservedEnergy.OfPower(new HeadroomKey(home.Home.Member, new Period(first.Index + at), direction), home.Watts, _grid),
        ]);

        long Firm(int count) => FirmPower.Of(
            [.. able.Take(count).Select(home => new UncertainPower(home.Watts, DeliveryRecord.Of([], options.Policy.PriorOrders, options.Policy.PriorPermille)))], options.Policy.ConfidencePermille);
    }

    // A home that says what lies ahead is taken at its word for a span around the run, at what its dearest step asks; one that was promised for another time of the
    // day is not: it states each span as if no other were called.
    private HomeState? Said(int home, HomeState state, Period first, int count, RegulationDirection direction, DateTimeOffset now)
    {
        if (board.Outlook(home) is not { } outlook)
        {
            return state;
        }

        var last = new Period(first.Index + count - 1);
        var day = MarketDay.Of(first, _grid);
        if (day.Periods(_grid).Any(period => (period < first || period > last) && reservations.Ledger.Account(new HeadroomKey(board.Homes[home].Home.Member, period, direction)) is { } account && account.Reserved > Energy.Zero))
        {
            return null;
        }

        var spans = outlook.Spans(board.Homes[home].Home.Pod, now).Where(span => span.Direction == direction && span.Check() is null && span.Covers(first) && span.Covers(last)).ToList();
        if (spans.Count == 0)
        {
            return null;
        }

        var (watts, ask) = (spans[0].Steps.Sum(step => step.Watts), spans[0].Receipt(spans[0].Steps[^1]));
        return direction == RegulationDirection.Up ? state with { UpWatts = watts, DownWatts = 0, UpAsk = ask } : state with { UpWatts = 0, DownWatts = watts, DownAsk = ask };
    }

    private long Able(HomeOptions home, HomeState state, Period first, int count, RegulationDirection direction)
    {
        var least = Math.Min(direction == RegulationDirection.Up ? state.UpWatts : state.DownWatts, direction == RegulationDirection.Up ? home.UpWatts : home.DownWatts);
        for (var period = first; period.Index < first.Index + count && least > 0; period = period.Next)
        {
            var free = reservations.Ledger.Account(new HeadroomKey(home.Member, period, direction))?.Free ?? Energy.Zero;
            least = Math.Min(Math.Min(least, free.WattHours * 3_600 / _grid.LengthSeconds), books.Portfolio.Allowed(books.Portfolio.Point(home.Pod)!, period, direction, options.Profile));
        }

        return least;
    }

    // What planning has said of a period stands; a period that it has not come to is said what homes say now.
    private void Declare(List<(HomeOptions Home, HomeState State)> homes, Period first, int count)
    {
        for (var period = first; period.Index < first.Index + count; period = period.Next)
        {
            var unknown = homes.Where(home => reservations.Ledger.Account(new HeadroomKey(home.Home.Member, period, RegulationDirection.Up)) is null).ToImmutableArray();
            if (!unknown.IsEmpty)
            {
                reservations.Declare([.. unknown.Select(home => new HomeCapability(
                    home.Home.Member, period, EnergyOf(Math.Min(home.State.UpWatts, home.Home.UpWatts)), EnergyOf(Math.Min(home.State.DownWatts, home.Home.DownWatts))))]);
            }
        }
    }

    private Energy EnergyOf(long watts) => new((Math.Max(0, watts) * _grid.LengthSeconds + 3_599) / 3_600);
}

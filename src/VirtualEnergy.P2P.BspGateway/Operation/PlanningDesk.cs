using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.BspGateway.Coordination;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>
/// The day before: baselines are frozen a while before their gate, and then every period of the day is offered both ways, each offer resting on
/// what the ledger set aside for it.
/// </summary>
/// <remarks>
/// A home behind a telecontrol unit is taken to be able tomorrow to do what it says that it can do today, bounded by what is certified: the
/// link of IEC 60870-5-104 carries no forecasts. Homes of a community say it themselves: their programs are the baseline, and each is offered in one span of its headroom.
/// </remarks>
internal sealed class PlanningDesk(GatewayOptions options, GatewayBooks books, OfferReservations reservations, HomeBoard board, UnitClaims claims, GatewayFeed feed, TimeProvider time, ILogger<PlanningDesk> logger)
{
    private readonly MarketProfile _profile = options.Profile;
    private readonly DeclarationBook _declarations = Declared(options, time.GetUtcNow());
    private readonly HashSet<(string Unit, MarketDay Day)> _done = [];
    private readonly Lock _lock = new();

    /// <summary>Plans what is due. Takes as long as it takes: not for the thread of the cycles.</summary>
    /// <returns>Whether anything was planned.</returns>
    public bool Run(DateTimeOffset now)
    {
        var tomorrow = MarketDay.Of(_profile.Grid.At(now), _profile.Grid).Before(-1);
        var gate = _profile.BaselineGate(tomorrow);
        reservations.Close(_profile.Grid.At(now));
        if (now < gate - options.PlanningLead || now >= gate)
        {
            return false;
        }

        lock (_lock)
        {
            var units = options.Units.Where(unit => _done.Add((unit.Id, tomorrow)) && books.Baseline(new UnitId(unit.Id), tomorrow) is null).ToList();
            foreach (var unit in units)
            {
                Plan(books.Portfolio.Unit(new UnitId(unit.Id))!, tomorrow, now);
            }

            if (units.Count > 0)
            {
                feed.OffersChanged();
            }

            return units.Count > 0;
        }
    }

    /// <summary>The operator's result of an offer.</summary>
    public ResultIntake Take(MarketResult result)
    {
        var intake = books.Take(result, time.GetUtcNow());
        if (intake is { Changed: true, Offer: { } offer })
        {
            reservations.Settle(offer);
            feed.OffersChanged();
        }

        return intake;
    }

    private static DeclarationBook Declared(GatewayOptions options, DateTimeOffset now)
    {
        var (book, grid) = (new DeclarationBook(options.Profile), options.Profile.Grid);
        var from = grid.At(now.AddSeconds(options.Profile.DeclarationLeadSeconds)).Next;
        var until = new Period(from.Index + options.Profile.DeclarationLongestSeconds / grid.LengthSeconds);
        foreach (var unit in options.Units)
        {
            book.Take(new TechnicalDeclaration(new UnitId(unit.Id), now.ToUnixTimeSeconds(), from, until, unit.MinimumWatts, unit.MaximumWatts, Unavailable: false), now);
        }

        return book;
    }

    private void Plan(VirtualUnit unit, MarketDay day, DateTimeOffset now)
    {
        var homes = Enumerable.Range(0, board.Homes.Length).Where(home => options.Units[board.Homes[home].UnitIndex].Id == unit.Id.Value).ToList();
        HomeForecasts.Propose(board, homes, day, books, now);
        // Frozen first: a unit that is too small for the system operator's market can serve a grid operator.
        if (books.Freeze(unit.Id, day, now) is { } refusal)
        {
            logger.NotFrozen(unit.Id.Value, day.ToString(), refusal.ToString());
            return;
        }

        if (Enablement.Check(unit, books.Portfolio, _profile) is { IsEmpty: false } objections)
        {
            logger.NotEnabled(unit.Id.Value, string.Join(" ", objections.Take(3)));
            return;
        }

        var ahead = HomeForecasts.Spans(board, homes, period => MarketDay.Of(period, _profile.Grid) == day && IsOffered(period), _profile, now);
        foreach (var period in day.Periods(_profile.Grid).Where(IsOffered))
        {
            claims.OfferToSystemOperator(unit.Id, period, () => Offer(unit, period, ahead, now));
        }
    }

    private bool IsOffered(Period period)
    {
        var (from, until) = options.OfferHours;
        return from == until || TimeOnly.FromDateTime(ItalianTime.Local(_profile.Grid.StartOf(period))).IsBetween(from, until);
    }

    /// <param name="ahead">Spans of the homes that say what lies ahead; of the others counts what they say today.</param>
    private void Offer(VirtualUnit unit, Period period, ImmutableDictionary<int, ImmutableArray<PointHeadroom>> ahead, DateTimeOffset now)
    {
        var states = board.Read();
        var homes = Enumerable.Range(0, states.Length).Where(home => options.Units[board.Homes[home].UnitIndex].Id == unit.Id.Value
            && (ahead.ContainsKey(home) || (UnitSituation.IsFresh(states[home], now, options.Stale) && states[home].IsAvailable))).ToList();
        reservations.Declare([.. homes.Select(home => new HomeCapability(
            board.Homes[home].Home.Member, period, EnergyOf(Watts(home, RegulationDirection.Up)), EnergyOf(Watts(home, RegulationDirection.Down))))]);
        var program = books.Baseline(unit.Id, MarketDay.Of(period, _profile.Grid))!.Sum(period, _profile.Grid).WattHours * 3_600 / _profile.Grid.LengthSeconds;
        foreach (var direction in (RegulationDirection[])[RegulationDirection.Up, RegulationDirection.Down])
        {
            var able = homes.Where(home => Watts(home, direction) > 0).ToList();
            var builder = new OfferBuilder(_profile, books.Portfolio, options.Policy, pod => DeliveryRecord.Of([], options.Policy.PriorOrders, options.Policy.PriorPermille));
            var built = builder.Build(unit, period, direction, able.Select(home => Headroom(home, period, direction)), _declarations.Find(unit.Id, period), program);
            if (built.Offer is not { } offer)
            {
                logger.NotOffered(unit.Id.Value, period.Index, direction.ToString(), $"{built.Refusal}");
                continue;
            }

            var id = new OfferId($"{unit.Id}-{period.Index}-{(direction == RegulationDirection.Up ? "up" : "down")}");
            if (reservations.Reserve(id, period, direction, [.. built.RestsOn.Select(point => (books.Portfolio.Point(point.Point)!.Member, point.Steps.Sum(step => step.Watts)))]) is { IsGranted: false } denied)
            {
                logger.NotOffered(unit.Id.Value, period.Index, direction.ToString(), denied.ToString());
            }
            else if (books.Offer(id, offer, now) is { } refusal)
            {
                reservations.Release(id);
                logger.NotOffered(unit.Id.Value, period.Index, direction.ToString(), refusal.ToString());
            }
        }

        long Watts(int home, RegulationDirection direction)
        {
            if (ahead.ContainsKey(home))
            {
                return Math.Min(Ahead(home, direction)?.Steps.Sum(step => step.Watts) ?? 0, direction == RegulationDirection.Up ? board.Homes[home].Home.UpWatts : board.Homes[home].Home.DownWatts);
            }

            var (said, certified) = direction == RegulationDirection.Up ? (states[home].UpWatts, board.Homes[home].Home.UpWatts) : (states[home].DownWatts, board.Homes[home].Home.DownWatts);
            return Math.Min(said, certified);
        }

        PointHeadroom? Ahead(int home, RegulationDirection direction) =>
            ahead.TryGetValue(home, out var spans) ? spans.FirstOrDefault(span => span.Direction == direction && span.Covers(period)) : null;

        PointHeadroom Headroom(int home, Period period, RegulationDirection direction)
        {
            if (Ahead(home, direction) is { } said)
            {
                return said;
            }

            var description = board.Homes[home].Home;
            return new PointHeadroom(
                description.Pod, period, description.HoldingSeconds / _profile.Grid.LengthSeconds, direction,
                [new AskedStep(Watts(home, direction), direction == RegulationDirection.Up ? description.UpAsk : description.DownAsk)]);
        }
    }

    private Energy EnergyOf(long watts) => new((watts * _profile.Grid.LengthSeconds + 3_599) / 3_600);
}

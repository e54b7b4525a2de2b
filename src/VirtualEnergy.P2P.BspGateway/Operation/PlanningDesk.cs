using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway.Coordination;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>
/// A while before each gate of the market: baselines are frozen before the first, and every period that the session takes is offered both ways, each offer resting on what the
/// ledger set aside for it. Later sessions put in order what has changed, and offer what is left.
/// </summary>
/// <remarks>
/// A session that is planned again, as after a stop in the middle of it, changes nothing that still holds. An offer that changes is taken back before another is made, so none ever stands
/// without its reservation. While its gate is open a session is planned again when more homes are heard than before, or when it could not be planned at all: programs may be late, links down.
/// </remarks>
internal sealed class PlanningDesk(
    GatewayOptions options, GatewayBooks books, OfferReservations reservations, HomeBoard board, UnitClaims claims, GatewayFeed feed, TimeProvider time, ILogger<PlanningDesk> logger)
{
    private static readonly RegulationDirection[] Directions = [RegulationDirection.Up, RegulationDirection.Down];
    private static readonly TimeSpan BetweenPlans = TimeSpan.FromMinutes(1);

    private readonly MarketProfile _profile = options.Profile;
    private readonly MarketSessions _sessions = new(options.Profile, options.PlanningLead);
    private readonly UnitOffering _offering = new(options, books, reservations, logger);
    private readonly ImmutableArray<HeadroomSource> _sources = [new TelecontrolHeadroom(options, board).Of, new CommunityHeadroom(options, board).Of];
    private readonly Dictionary<(string Unit, string Session, Period First), PlannedSession> _done = [];
    private readonly TimeSpan _longest = TimeSpan.FromSeconds(options.Units.SelectMany(unit => unit.Customers).SelectMany(customer => customer.Homes).Select(home => home.HoldingSeconds).DefaultIfEmpty().Max());
    private readonly Lock _lock = new();
    private MarketDay? _tidied;

    /// <summary>Plans what is due. Takes as long as it takes: not for the thread of the cycles.</summary>
    /// <returns>Whether anything was planned.</returns>
    public bool Run(DateTimeOffset now)
    {
        lock (_lock)
        {
            Tidy(now);
            reservations.Close(now, _longest);
            var planned = false;
            foreach (var session in _sessions.Due(now).Where(session => !session.Periods.IsEmpty))
            {
                foreach (var unit in options.Units)
                {
                    var key = (unit.Id, session.Name, session.Periods[0]);
                    var before = _done.GetValueOrDefault(key);
                    if (before is not null && now - before.At < BetweenPlans)
                    {
                        continue;
                    }

                    var heard = Heard(unit.Id, now);
                    if (before is null || before.Refusal is not null || heard > before.Homes)
                    {
                        var refusal = Plan(books.Portfolio.Unit(new UnitId(unit.Id))!, session, before?.Refusal, now);
                        _done[key] = new PlannedSession(session.Day, now, heard, refusal);
                        planned = true;
                    }
                }
            }

            if (planned)
            {
                feed.OffersChanged();
            }

            return planned;
        }
    }

    /// <summary>The operator's result of an offer.</summary>
    public ResultIntake Take(MarketResult result)
    {
        var intake = books.Take(result, time.GetUtcNow());
        if (intake is { Changed: true, Offer: { } offer })
        {
            Settle(offer);
            feed.OffersChanged();
        }

        return intake;
    }

    private void Settle(BookedOffer offer) =>
        _offering.Settle(offer, [.. _sources.SelectMany(source => source(offer.Offer.Unit, [offer.Offer.Period], _ => null, time.GetUtcNow()))]);

    private int Heard(string unit, DateTimeOffset now)
    {
        var (states, heard) = (board.Read(), 0);
        for (var home = 0; home < states.Length; home++)
        {
            heard += options.Units[board.Homes[home].UnitIndex].Id == unit && (board.Outlook(home) is not null || UnitSituation.IsFresh(states[home], now, options.Stale)) ? 1 : 0;
        }

        return heard;
    }

    /// <param name="said">The refusal of the last try, which is not logged twice.</param>
    /// <returns>Why nothing could be planned; null where it was.</returns>
    private string? Plan(VirtualUnit unit, DueSession session, string? said, DateTimeOffset now)
    {
        // Frozen first: a unit that is too small for the system operator's market can serve a grid operator.
        if (session.Freezes)
        {
            HomeForecasts.Propose(board, Enumerable.Range(0, board.Homes.Length).Where(home => options.Units[board.Homes[home].UnitIndex].Id == unit.Id.Value), session.Day, books, now);
        }

        if (session.Freezes && books.Baseline(unit.Id, session.Day) is null && books.Freeze(unit.Id, session.Day, now) is { } notFrozen)
        {
            return Once(notFrozen.ToString(), why => logger.NotFrozen(unit.Id.Value, session.Day.ToString(), why));
        }

        if (Enablement.Check(unit, books.Portfolio, _profile) is { IsEmpty: false } objections)
        {
            return Once(string.Join(" ", objections.Take(3)), why => logger.NotEnabled(unit.Id.Value, why));
        }

        ImmutableArray<Period> periods = [.. session.Periods.Where(IsOffered)];
        if (periods.IsEmpty || books.Baseline(unit.Id, session.Day) is not { } baseline)
        {
            return null;
        }

        // Within a day what was sold shortly before binds a home as what is to come does.
        var first = periods.Length > 1 ? session.Day.First(_profile.Grid) : new Period(periods[0].Index - (long)_longest.TotalSeconds / _profile.Grid.LengthSeconds);
        var day = Enumerable.Range(0, (int)(session.Day.Before(-1).First(_profile.Grid).Index - first.Index)).Select(index => new Period(first.Index + index))
            .Where(period => periods.Length > 1 || period != periods[0]).ToList();
        // Who stands in a later session's only period already is in its span.
        var stated = _sources.SelectMany(source => source(unit.Id, periods, home => periods.Length == 1 && reservations.IsBound(home, periods[0]) ? null : reservations.Bound(home, day), now));
        var chosen = SpanChoice.Of([.. stated], _offering.Expected(unit.Id, periods), _profile.Grid);
        var history = books.History();
        foreach (var period in periods)
        {
            claims.OfferToSystemOperator(unit.Id, period, () =>
            {
                foreach (var direction in Directions)
                {
                    _offering.Offer(new OfferCall(unit, period, direction, baseline.Sum(period, _profile.Grid).WattHours * 3_600 / _profile.Grid.LengthSeconds, chosen, history, now));
                }
            });
        }

        return null;

        string Once(string refusal, Action<string> log)
        {
            if (refusal != said)
            {
                log(refusal);
            }

            return refusal;
        }
    }

    private bool IsOffered(Period period)
    {
        var (from, until) = options.OfferHours;
        return from == until || TimeOnly.FromDateTime(ItalianTime.Local(_profile.Grid.StartOf(period))).IsBetween(from, until);
    }

    // At the start and once a day: books and ledger agree, and their logs are short.
    private void Tidy(DateTimeOffset now)
    {
        var today = MarketDay.Of(_profile.Grid.At(now), _profile.Grid);
        if (_tidied == today)
        {
            return;
        }

        if (_tidied is null)
        {
            _offering.Reconcile(now, Settle);
        }

        _tidied = today;
        foreach (var old in _done.Where(done => done.Value.Day.CompareTo(today) < 0).Select(done => done.Key).ToList())
        {
            _done.Remove(old);
        }

        _offering.Declare(now);
        try
        {
            reservations.Close(now, _longest);
            reservations.Compact();
            books.Compact(now);
        }
        catch (IOException failure)
        {
            // The long logs are as good.
            logger.NotCompacted(failure);
        }
    }

    /// <param name="Homes">That were heard when it was planned.</param>
    /// <param name="Refusal">Why it could not be; null where it was.</param>
    private sealed record PlannedSession(MarketDay Day, DateTimeOffset At, int Homes, string? Refusal);
}

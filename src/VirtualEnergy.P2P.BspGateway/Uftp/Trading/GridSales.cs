using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.BspGateway.Coordination;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Uftp.Trading;

/// <summary>What is offered and sold to grid operators, always through the one ledger, in the order that the scheme of coordination says.</summary>
internal sealed class GridSales
{
    private readonly UftpOptions _options;
    private readonly GridOffers _offers;
    private readonly ReservationLedger _ledger;
    private readonly UnitClaims _claims;
    private readonly GridSchedule _schedule;
    private readonly GatewayBooks _books;
    private readonly TimeProvider _time;
    private readonly PeriodGrid _grid;
    private readonly bool _holdsOffers;
    private readonly ImmutableArray<(AwardedCompetition Awarded, CompetitionContracts Contracts)> _contracts;
    private readonly HashSet<MarketDay> _kept = [];
    private readonly HashSet<Guid> _letGo = [];

    public GridSales(
        GatewayOptions gateway, UftpOptions options, GridOffers offers, ReservationLedger ledger, UnitClaims claims, GridSchedule schedule, GatewayBooks books, TimeProvider time)
    {
        (_options, _offers, _ledger, _claims, _schedule, _books, _time, _grid) = (options, offers, ledger, claims, schedule, books, time, gateway.Profile.Grid);
        _holdsOffers = gateway.Parties.Coordination.HoldsOffersToGridOperator;
        _contracts = [.. options.Contracts.Select(awarded => (awarded, new CompetitionContracts(awarded.Competition, awarded.Awards)))];
    }

    /// <summary>What is offered for a request; null where nothing can be, or not yet: without a frozen baseline nobody could say what was delivered.</summary>
    public FlexPlan? Plan(FlexRequest request)
    {
        if (Point(request.CongestionPoint, request.SenderDomain) is not { } point || _books.Baseline(new UnitId(point.Unit), new MarketDay(request.Period)) is null)
        {
            return null;
        }

        return _claims.ForGridOperator(() => Plan(request, new UnitId(point.Unit)));
    }

    /// <summary>Sells what was ordered; null when it is sold, else why it cannot be. The same order again is the same sale.</summary>
    public string? Reserve(FlexTrade trade, FlexOrder order) =>
        Point(order.CongestionPoint, order.SenderDomain) is { } point ? _claims.ForGridOperator(() => Sell(trade, order, new UnitId(point.Unit))) : "Invalid CongestionPoint";

    /// <summary>A grid operator gives back what a contract keeps.</summary>
    public string? Release(FlexReservationUpdate update)
    {
        if (_contracts.FirstOrDefault(one => one.Awarded.Awards.Any(award => award.WindowId == update.ContractId)) is not { Contracts: { } contracts } || Point(update.CongestionPoint, update.SenderDomain) is not { } point)
        {
            return "Unknown ContractID";
        }

        if (contracts.Release(update) is { } refusal)
        {
            return refusal;
        }

        if (Enumerable.Range(1, new Esmp.MarketDay(update.Period).Periods(TimeSpan.FromSeconds(_grid.LengthSeconds))).All(isp => contracts.Reserved(update.ContractId, update.Period, isp) == 0))
        {
            _ledger.Release(HoldOf(update.ContractId, update.Period));
        }

        foreach (var isp in update.Isps.Where(isp => isp.Power == 0).SelectMany(isp => Enumerable.Range(isp.Start, isp.Span.Count)))
        {
            _schedule.GiveBack(point.Unit, GridSchedule.At(update.Period, isp, _grid));
        }

        return null;
    }

    /// <summary>Sets aside what contracts promise for a day, as far as it is there. Again: no effect.</summary>
    public void KeepContracts(MarketDay day)
    {
        if (!_kept.Add(day))
        {
            return;
        }

        foreach (var (awarded, contracts) in _contracts)
        {
            foreach (var (area, window) in awarded.Competition.Windows.Where(pair => awarded.Awards.Any(award => award.WindowId == pair.Window.Id)))
            {
                if (Point(area.CongestionPoint, awarded.Competition.OperatorDomain) is { } point)
                {
                    _claims.ForGridOperator(() => Keep(window, contracts, day, new UnitId(point.Unit)));
                }
            }
        }
    }

    /// <summary>After a start: the periods of a day that contracts keep.</summary>
    public void Recall(MarketDay day)
    {
        foreach (var (awarded, contracts) in _contracts)
        {
            foreach (var (area, window) in awarded.Competition.Windows.Where(pair => _ledger.Find(HoldOf(pair.Window.Id, day.Date)) is { Stage: not ReservationStage.Released }))
            {
                foreach (var isp in window.PeriodsOf(day.Date).Where(isp => contracts.Reserved(window.Id, day.Date, isp) != 0))
                {
                    _schedule.Keep(_options.Points.First(point => point.Address == area.CongestionPoint).Unit, GridSchedule.At(day.Date, isp, _grid));
                }
            }
        }
    }

    /// <summary>What was held for offers that nobody ordered is free again.</summary>
    public void LetGo(IEnumerable<FlexTrade> trades)
    {
        foreach (var trade in trades.Where(trade => trade is { Request: not null, State: FlexTradeState.Expired or FlexTradeState.Rejected or FlexTradeState.Revoked }))
        {
            if (_letGo.Add(trade.Offer.MessageId))
            {
                _ledger.Release(HoldOf(trade.Request!));
            }
        }
    }

    /// <summary>The contracts with what they earned; for the gateway's views.</summary>
    public IEnumerable<(string Competition, string Window, CompetitionContracts Contracts)> Contracts =>
        from one in _contracts
        from award in one.Awarded.Awards
        select (one.Awarded.Competition.Id, award.WindowId, one.Contracts);

    private static string HoldOf(FlexRequest request) => $"uftp-{request.MessageId:N}";

    // Names of windows may have any characters, names in the ledger may not.
    private static string HoldOf(string window, DateOnly day) =>
        $"contract-{day:yyyyMMdd}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(window)))[..32]}";

    private CongestionPointOptions? Point(string address, string gridOperator) => _options.Points.FirstOrDefault(point => point.Address == address && point.Operator == gridOperator);

    private FlexPlan? Plan(FlexRequest request, UnitId unit)
    {
        var isContract = _contracts.FirstOrDefault(one => request.ContractId is not null && one.Contracts.Obligation(request).Count > 0) is { Contracts: not null };
        var runs = Runs(request, unit).ToList();
        var found = new List<(int Isp, RegulationDirection Direction, GridHeadroom Headroom)>();
        foreach (var run in runs)
        {
            if (Headroom(request, unit, run) is { } headroom)
            {
                found.Add((run.Isp, run.Direction, headroom));
            }
        }

        if (found.Count == 0)
        {
            return null;
        }

        var start = _grid.StartOf(GridSchedule.At(request.Period, found.Min(one => one.Isp), _grid));
        var expires = request.ExpiresAt < start ? request.ExpiresAt : start;
        if (_holdsOffers && !isContract && _ledger.Reserve(new ReservationRequest(
            HoldOf(request), ReservationChannel.GridOperator, expires.ToUnixTimeSeconds(), [.. found.SelectMany(one => one.Headroom.Rests)])) is { IsGranted: false })
        {
            return null;
        }

        var price = isContract ? UtilisationPrice(request, found) : (long)found.Aggregate(Int128.Zero, (sum, one) => sum + one.Headroom.MicroEur);
        return new FlexPlan(
            [new FlexPlanOption("A", price, 1, ValueList.From(found.Select(one => new IspPower(one.Direction == RegulationDirection.Up ? -one.Headroom.Watts : one.Headroom.Watts, one.Isp, one.Headroom.Periods))))],
            expires);
    }

    // Under a contract exactly what it obliges us to; it was set aside before.
    private GridHeadroom? Headroom(FlexRequest request, UnitId unit, (int Isp, int Count, RegulationDirection Direction, long Watts, bool IsContract) run) =>
        run.IsContract && _ledger.Find(HoldOf(request.ContractId!, request.Period)) is { Stage: not ReservationStage.Released } kept
        ? new GridHeadroom(Math.Min(run.Watts, PowerOf(kept, GridSchedule.At(request.Period, run.Isp, _grid))), run.Count, 0, [])
        : _offers.Best(unit, GridSchedule.At(request.Period, run.Isp, _grid), run.Count, run.Direction, run.Watts);

    private long PowerOf(Reservation kept, Period period) => kept.Lines.Where(line => line.Key.Period == period).Sum(line => line.Energy.WattHours) * 3_600 / _grid.LengthSeconds;

    private long UtilisationPrice(FlexRequest request, List<(int Isp, RegulationDirection Direction, GridHeadroom Headroom)> found)
    {
        var award = _contracts.SelectMany(one => one.Awarded.Awards).First(award => award.WindowId == request.ContractId);
        // W over quarters of an hour times µEUR/kWh: 4 quarters and 1,000 W, rounded up.
        return (long)((found.Aggregate(Int128.Zero, (sum, one) => sum + (Int128)one.Headroom.Watts * one.Headroom.Periods) * award.UtilisationPrice + 3_999) / 4_000);
    }

    // What is asked for, cut into runs of one power, without periods that have begun or that the system operator has.
    private IEnumerable<(int Isp, int Count, RegulationDirection Direction, long Watts, bool IsContract)> Runs(FlexRequest request, UnitId unit)
    {
        var obligations = _contracts.SelectMany(one => one.Contracts.Obligation(request)).ToDictionary(isp => isp.Start, isp => isp.Power);
        var wanted = request.Isps.Where(isp => isp.Disposition == FlexDisposition.Requested)
            .SelectMany(isp => Enumerable.Range(isp.Start, isp.Span.Count).Select(at => (Isp: at, Watts: obligations.Count > 0 ? obligations.GetValueOrDefault(at) : isp.MinPower < 0 ? isp.MinPower : isp.MaxPower)))
            .Where(isp => isp.Watts != 0 && GridSchedule.At(request.Period, isp.Isp, _grid) is var period && _grid.StartOf(period) > _time.GetUtcNow() && !_claims.IsOfferedToSystemOperator(unit, period))
            .OrderBy(isp => isp.Isp).ToList();
        for (var at = 0; at < wanted.Count;)
        {
            var count = 1;
            while (at + count < wanted.Count && wanted[at + count] == (wanted[at].Isp + count, wanted[at].Watts))
            {
                count++;
            }

            yield return (wanted[at].Isp, count, wanted[at].Watts < 0 ? RegulationDirection.Up : RegulationDirection.Down, Math.Abs(wanted[at].Watts), obligations.Count > 0);
            at += count;
        }
    }

    private string? Sell(FlexTrade trade, FlexOrder order, UnitId unit)
    {
        var sale = $"uftp-order-{order.MessageId:N}";
        if (_ledger.Find(sale) is { Stage: ReservationStage.Confirmed } || (trade.Request is { } before && _ledger.Find(HoldOf(before)) is { Stage: ReservationStage.Confirmed }))
        {
            return null;
        }

        if (order.Isps.SelectMany(isp => Enumerable.Range(isp.Start, isp.Span.Count)).Any(isp => _claims.IsOfferedToSystemOperator(unit, GridSchedule.At(order.Period, isp, _grid))))
        {
            return UftpReasons.Procured;
        }

        // The contract's own reservation stands for it, and is sold with the first order.
        if (trade.Request is { } request && _contracts.Any(one => one.Contracts.Obligation(request).Count > 0) && _ledger.Find(HoldOf(order.ContractId ?? "", order.Period)) is { Stage: not ReservationStage.Released })
        {
            return _ledger.Confirm(HoldOf(order.ContractId!, order.Period)).IsGranted ? null : UftpReasons.Procured;
        }

        // What was held for the offer, each home's part in the same proportion, rounded up; the rest is free again.
        if (trade.Request is { } asked && _ledger.Find(HoldOf(asked)) is { Stage: ReservationStage.Held } held)
        {
            var factor = order.ActivationFactor ?? 1m;
            return _ledger.Confirm(HoldOf(asked), [.. held.Lines.Select(line => line with { Energy = new Energy((long)Math.Ceiling(line.Energy.WattHours * factor)) })]).IsGranted ? null : UftpReasons.Procured;
        }

        var lines = new List<ReservedEnergy>();
        foreach (var isp in order.Isps.Where(isp => isp.Power != 0))
        {
            var watts = Math.Abs(isp.Power);
            if (_offers.Over(unit, GridSchedule.At(order.Period, isp.Start, _grid), isp.Span.Count, isp.Power < 0 ? RegulationDirection.Up : RegulationDirection.Down, watts) is not { } headroom || headroom.Watts < watts)
            {
                return UftpReasons.Procured;
            }

            lines.AddRange(headroom.Rests);
        }

        return _ledger.Reserve(new ReservationRequest(sale, ReservationChannel.GridOperator, _time.GetUtcNow().ToUnixTimeSeconds(), [.. lines])).IsGranted && _ledger.Confirm(sale).IsGranted
            ? null : UftpReasons.Procured;
    }

    private bool Keep(ServiceWindow window, CompetitionContracts contracts, MarketDay day, UnitId unit)
    {
        var kept = false;
        var isps = window.PeriodsOf(day.Date).Where(isp => contracts.Reserved(window.Id, day.Date, isp) != 0).ToList();
        if (isps.Count == 0)
        {
            return kept;
        }

        var watts = isps.Max(isp => Math.Abs(contracts.Reserved(window.Id, day.Date, isp)));
        if (_ledger.Find(HoldOf(window.Id, day.Date)) is null
            && _offers.Over(unit, GridSchedule.At(day.Date, isps[0], _grid), isps[^1] - isps[0] + 1, window.Direction, watts) is { } headroom)
        {
            kept = _ledger.Reserve(new ReservationRequest(
                HoldOf(window.Id, day.Date), ReservationChannel.GridOperator, _grid.StartOf(GridSchedule.At(day.Date, isps[^1], _grid).Next).ToUnixTimeSeconds(), headroom.Rests)).IsGranted;
        }

        foreach (var isp in isps)
        {
            _schedule.Keep(unit.Value, GridSchedule.At(day.Date, isp, _grid));
        }

        return kept;
    }
}

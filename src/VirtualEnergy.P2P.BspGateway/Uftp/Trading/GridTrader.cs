using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.BspGateway.Coordination;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Uftp.Trading;

/// <summary>
/// The gateway's trade with grid operators: messages come in and are answered, what is ordered is what units owe, what is measured settles it.
/// Every message has its effects once: what it did is one line of the journal, written before its sender is told that it came.
/// </summary>
internal sealed class GridTrader : IAsyncDisposable
{
    private readonly UftpOptions _options;
    private readonly GatewayBooks _books;
    private readonly HomeBoard _board;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PeriodGrid _grid;
    private readonly GridJournal _journal;
    private readonly GridSchedule _schedule;
    private readonly GridSales _sales;
    private readonly AggregatorDesk _desk;
    private readonly UftpOutbox _outbox;
    private readonly ImmutableArray<(CongestionPointOptions Point, GridMeter Meter, int First, int Homes)> _meters;
    private readonly Lock _gate = new();
    private readonly List<FlexTrade> _changed = [];
    private Period _period;

    /// <exception cref="GatewayStartException">The journal cannot be used.</exception>
    public GridTrader(GatewayOptions gateway, UftpOptions options, GatewayBooks books, OfferReservations reservations, UnitClaims claims, HomeBoard board, HttpClient http, TimeProvider time, TimeProvider machine, ILogger<GridTrader> logger)
    {
        (_options, _books, _board, _time, _logger, _grid) = (options, books, board, time, logger, gateway.Profile.Grid);
        var rules = gateway.Parties.Coordination;
        _journal = new GridJournal(gateway.DataFolder, time.GetUtcNow());
        Mailbox = new UftpMailbox(options.Profile, [.. options.SigningKey], _journal.Known);
        _schedule = new GridSchedule(address => options.Points.FirstOrDefault(point => point.Address == address)?.Unit, _grid, rules.HoldsOffersToGridOperator, time);
        _sales = new GridSales(gateway, options, new GridOffers(gateway, books, reservations, board, time), reservations.Ledger, claims, _schedule, books, time);
        foreach (var update in _journal.Exchanged.OfType<FlexReservationUpdate>())
        {
            _sales.Release(update);
        }

        var today = MarketDay.Of(_grid.At(time.GetUtcNow()), _grid);
        _sales.Recall(today);
        _sales.Recall(today.Before(-1));
        _desk = new AggregatorDesk(
            options.Profile,
            new AggregatorDecisions
            {
                Plan = _sales.Plan, Reserve = _sales.Reserve, Release = _sales.Release, Measured = Measured, Agreed = Share, Keep = _changed.Add, ToleranceWatts = options.ToleranceWatts,
            },
            time, Guid.NewGuid, _journal.Trades, _journal.Exchanged);
        foreach (var trade in _journal.Trades)
        {
            _schedule.Put(trade);
        }

        claims.Ask(_schedule.IsTaken);
        _outbox = new UftpOutbox(new UftpClient(http, options.Profile, Mailbox, machine) { Patience = options.Patience }, machine, Delivered);
        _meters = [.. options.Points.Select(point =>
        {
            var unit = gateway.Units.Select((unit, index) => (unit.Id, index)).First(unit => unit.Id == point.Unit).index;
            var homes = Enumerable.Range(0, board.Homes.Length).Where(home => board.Homes[home].UnitIndex == unit).ToList();
            return (point, new GridMeter(point.Unit, homes.Count, gateway.Stale, _grid), homes[0], homes.Count);
        })];
    }

    /// <summary>Opens what comes.</summary>
    public UftpMailbox Mailbox { get; }

    public IReadOnlyList<FlexTrade> Trades => _desk.Trades;

    /// <summary>How many messages wait to be delivered.</summary>
    public int Undelivered => _outbox.Waiting;

    /// <summary>What our contracts have reserved of a day, and who may answer for it.</summary>
    public GridSales Sales => _sales;

    public MeasuredLine? MeasuredIn(string unit, Period period) => _journal.Measured(unit, period);

    /// <summary>Sends what was not delivered before the last stop.</summary>
    public void Start()
    {
        foreach (var message in _journal.Waiting)
        {
            _outbox.Send(message);
        }
    }

    /// <summary>Takes a message; what is to be answered is on its way when this returns.</summary>
    /// <exception cref="IOException">Its effects are not on the disk: it must be sent again.</exception>
    public IReadOnlyList<UftpMessage> Receive(UftpArrival arrival)
    {
        try
        {
            Do(() => _desk.Receive(arrival), arrival.Known, arrival is { Rejection: null, Message: FlexRequest or FlexReservationUpdate } ? [arrival.Message] : []);
        }
        catch
        {
            if (arrival.Known is { } known)
            {
                Mailbox.Forget(known);
            }

            throw;
        }

        return [];
    }

    /// <summary>What a unit owes grid operators now, W against its program.</summary>
    public long ShiftAt(UnitId unit, DateTimeOffset now) => _schedule.ShiftIn(unit.Value, _grid.At(now));

    /// <summary>A cycle: measures.</summary>
    public void Cycle(DateTimeOffset now)
    {
        foreach (var (_, meter, first, homes) in _meters)
        {
            if (meter.Add(now, _board.Read(first, homes)) is { } measured)
            {
                _journal.Append(new GridLine(now, Measured: measured));
            }
        }
    }

    /// <summary>What contracts promise for tomorrow is set aside; before offers to the system operator are made.</summary>
    public void Prepare(DateTimeOffset now) => _sales.KeepContracts(MarketDay.Of(_grid.At(now), _grid).Before(-1));

    /// <summary>Once in each period, and when baselines were frozen: they are told, open requests looked at again, and days that are over metered.</summary>
    public void Advance(DateTimeOffset now, bool isPlanned)
    {
        if (_grid.At(now) is var period && period == _period && !isPlanned)
        {
            return;
        }

        _period = period;
        _schedule.Forget(new Period(period.Index - 200));
        var today = MarketDay.Of(period, _grid);
        foreach (var (point, _, _, _) in _meters)
        {
            Meter(point, today.Before(1));
            Prognose(point, today);
            Prognose(point, today.Before(-1));
        }

        Do(_desk.Reconsider, null, []);
        _sales.LetGo(_desk.Trades);
    }

    public async ValueTask DisposeAsync()
    {
        await _outbox.DisposeAsync().ConfigureAwait(false);
        _journal.Dispose();
    }

    // One thing at a time: what it changed and what it sends is one line.
    private void Do(Func<IReadOnlyList<UftpMessage>> act, KnownMessage? known, ImmutableArray<UftpMessage> exchanged)
    {
        IReadOnlyList<UftpMessage> answers;
        lock (_gate)
        {
            _changed.Clear();
            answers = act();
            ImmutableArray<UftpMessage> kept = [.. exchanged, .. answers.Where(answer => answer is DPrognosis or Metering or FlexOfferRevocation)];
            if (known is not null || answers.Count > 0 || _changed.Count > 0)
            {
                _journal.Append(new GridLine(
                    _time.GetUtcNow(), known is { } message ? new KnownLine(message.Domain, message.Id, message.Hash.ToString()) : null, Texts(kept),
                    _changed.Count == 0 ? null : [.. _changed.Select(FlexTradeLine.Write)], Texts([.. answers])));
            }

            foreach (var trade in _changed)
            {
                _schedule.Put(trade);
            }

            foreach (var answer in answers)
            {
                _outbox.Send(answer);
            }
        }
    }

    private static ImmutableArray<string>? Texts(ImmutableArray<UftpMessage> messages) => messages.IsEmpty ? null : [.. messages.Select(GridJournal.Text)];

    private void Delivered(UftpMessage message, string? problem)
    {
        if (problem is not null)
        {
            _logger.NotDelivered(message.GetType().Name, message.RecipientDomain, problem);
        }

        try
        {
            _journal.Append(new GridLine(_time.GetUtcNow(), Done: message.MessageId));
        }
        catch (IOException failure)
        {
            // It is delivered again after the next start, and known there.
            _logger.NotDelivered(message.GetType().Name, message.RecipientDomain, failure.Message);
        }
    }

    private void Prognose(CongestionPointOptions point, MarketDay day)
    {
        if (_books.Baseline(new UnitId(point.Unit), day) is { } frozen && !_journal.Exchanged.OfType<DPrognosis>().Any(told => told.CongestionPoint == point.Address && told.Period == day.Date))
        {
            Do(() => [_desk.Prognose(point.Operator, point.Address, day.Date, [.. day.Periods(_grid).Select(period => frozen.Sum(period, _grid).WattHours * 3_600 / _grid.LengthSeconds)])], null, []);
        }
    }

    private void Meter(CongestionPointOptions point, MarketDay day)
    {
        if (point.Meter is not { } meter || _journal.Exchanged.OfType<Metering>().Any(told => told.Meter == meter && told.Period == day.Date))
        {
            return;
        }

        var measured = day.Periods(_grid).Select((period, at) => (Isp: at + 1, Line: _journal.Measured(point.Unit, period))).Where(one => one.Line is { Complete: true })
            .Select(one => (one.Isp, one.Line!.WattHours * 3_600 / _grid.LengthSeconds)).ToList();
        if (measured.Count > 0)
        {
            Do(() => [_desk.Meter(point.Operator, meter, day.Date, measured)], null, []);
        }
    }

    // What is agreed is shared out as the system operator's cash is: by what each home was told and delivered.
    private void Share(FlexOrder order, FlexOrderSettlement agreed)
    {
        if (_options.Points.FirstOrDefault(point => point.Address == order.CongestionPoint) is not { } point)
        {
            return;
        }

        var unit = new UnitId(point.Unit);
        var ordered = order.Isps.Where(isp => isp.Power != 0).SelectMany(isp => Enumerable.Range(isp.Start, isp.Span.Count).Select(at => KeyValuePair.Create(GridSchedule.At(order.Period, at, _grid), isp.Power)));
        foreach (var period in new GridOrder(unit, ordered.ToImmutableSortedDictionary(), MicroEur(agreed.Price), MicroEur(agreed.Penalty ?? 0)).Periods(_grid, (period, direction) => _books.ForGrid(unit, period, direction)))
        {
            _books.Deliver(period, _time.GetUtcNow());
        }
    }

    // Four places after the point at most, so that nothing is lost.
    private static Money MicroEur(decimal euros) => new((long)(euros * 1_000_000m));

    private long? Measured(FlexOrder order, int isp) =>
        _options.Points.FirstOrDefault(point => point.Address == order.CongestionPoint) is { } point
        && _journal.Measured(point.Unit, GridSchedule.At(order.Period, isp, _grid)) is { Complete: true } measured
            ? measured.WattHours * 3_600 / _grid.LengthSeconds : null;
}

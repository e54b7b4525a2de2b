using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.BspGateway.Community;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.BspGateway.Payments;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.BspGateway.Live;

/// <summary>A home that is asked to move. Regulations in W against its program, upward negative.</summary>
public sealed record MoverView(string Home, string Name, string Customer, long AskedWatts, long? ConfirmedWatts, long DeliveredWatts, long CostMicroEurPerKWh);

/// <summary>What a home moved for orders since the gateway's start, against its program: upward is negative.</summary>
/// <param name="Watts">Now; 0 while it is asked for nothing.</param>
/// <param name="WattHours">So far. As measured every cycle, for people: what is paid for is settled by the period.</param>
public sealed record MovedView(string Home, string Name, long Watts, long WattHours);

/// <summary>A home as its customer's page shows it. Powers in W, + consumption.</summary>
/// <param name="SetPointWatts">The regulation that it confirmed; null before the first.</param>
public sealed record HomeView(string Id, string Name, long MeasuredWatts, long BaselineWatts, long? SetPointWatts, long UpWatts, long DownWatts, bool IsAvailable, bool IsFresh)
{
    /// <summary>It has said its program and what it can change of it.</summary>
    public bool HasOutlook { get; init; }

    /// <summary>It keeps something free that was sold.</summary>
    public bool HasPromised { get; init; }
}

/// <summary>A customer with its homes.</summary>
public sealed record CustomerView(string Id, string Unit, DateTimeOffset Time, bool IsUp, int OpenSetPoints, long LeftOut, ImmutableArray<HomeView> Homes);

/// <summary>Money of the settled periods that are kept, µEUR: what operators paid, and how much of it goes to homes.</summary>
public sealed record MoneyView(long CashMicroEur, long MembersMicroEur)
{
    /// <summary>What homes have in their escrow balances, by the chain's receipts; null where the gateway pays nobody.</summary>
    public long? PaidMicroEur { get; init; }

    /// <summary>What the system operator is due by statements, as for energy down, and was not paid by the gateway; null where the gateway pays nobody.</summary>
    public long? OperatorDueMicroEur { get; init; }

    /// <summary>In so many transactions.</summary>
    public int Payments { get; init; }

    /// <summary>The last of them.</summary>
    public string? Transaction { get; init; }
}

/// <summary>Everything that the aggregator's page shows, at once.</summary>
/// <param name="Profile">The market's rules: the profile's name.</param>
public sealed record SnapshotView(
    string Name, string Profile, DateTimeOffset Time, double CycleSeconds, ImmutableArray<UnitView> Units, ImmutableArray<OrderView> Orders, ImmutableArray<MoverView> Movers, ImmutableArray<MovedView> Moved,
    ImmutableArray<OfferView> Offers, ImmutableArray<StatementRowView> Statements, MoneyView Money, ImmutableArray<LinkView> Links);

/// <summary>A step that was offered. Power in W, an amount.</summary>
/// <param name="AcceptedWatts">Null while the result is not known.</param>
/// <param name="ReservedWh">What the reservation ledger keeps for the whole offer, beside its first step; else null.</param>
/// <param name="Id">The offer's name; with it and <paramref name="Step"/> the operator answers.</param>
public sealed record OfferView(string Id, string Unit, int Step, DateTimeOffset Start, string Direction, long Watts, long PriceMicroEurPerKWh, long? AcceptedWatts, long? ReservedWh);

/// <summary>A settled period of a unit: energies in Wh, money in µEUR.</summary>
/// <param name="UnmeasuredSeconds">For so much of it nothing was measured.</param>
public sealed record StatementRowView(
    string Unit, long Period, DateTimeOffset Start, long OrderedWh, long DeliveredWh, long CashMicroEur, long MembersMicroEur, int Homes, double UnmeasuredSeconds = 0);

/// <summary>Reads the parts of the gateway as pages and API show them.</summary>
public sealed class GatewayViews
{
    private const int MostMovers = 100;

    private readonly GatewayOptions _options;
    private readonly GatewayParts _parts;

    internal GatewayViews(GatewayOptions options, GatewayParts parts) => (_options, _parts) = (options, parts);

    public SnapshotView Snapshot() => new(
        _options.Name, _options.Profile.Name, _parts.Time.GetUtcNow(), _options.Cycle.TotalSeconds, [.. _parts.Units.Select(unit => new UnitView(unit.Now, unit.Curve.Read()))],
        Orders(), Movers(), _parts.Moved.Read(), Offers(), Statements(), Money(), Links());

    public ImmutableArray<MovedView> Moved() => _parts.Moved.Read();

    public ImmutableArray<UnitNow> Units() => [.. _parts.Units.Select(unit => unit.Now)];

    public ImmutableArray<OrderView> Orders() => _parts.Orders.Read();

    /// <summary>Steps of the offers for the periods from now on, two days at most.</summary>
    public ImmutableArray<OfferView> Offers()
    {
        var (grid, offers) = (_options.Profile.Grid, ImmutableArray.CreateBuilder<OfferView>());
        var first = grid.At(_parts.Time.GetUtcNow());
        foreach (var unit in _options.Units)
        {
            for (var period = first; grid.StartOf(period) < _parts.Time.GetUtcNow().AddDays(2); period = period.Next)
            {
                foreach (var direction in (RegulationDirection[])[RegulationDirection.Up, RegulationDirection.Down])
                {
                    foreach (var offer in _parts.Books.Made(new UnitId(unit.Id), period, direction).Where(offer => offer.Status is not (OfferStatus.Replaced or OfferStatus.Withdrawn)))
                    {
                        offers.AddRange(offer.Offer.Steps.Select((step, index) => View(offer, index, grid.StartOf(period))));
                    }
                }
            }
        }

        return offers.ToImmutable();
    }

    /// <summary>Settled periods, newest first.</summary>
    public ImmutableArray<StatementRowView> Statements() =>
    [
        .. _parts.Books.Settled.Reverse().Select(settled => new StatementRowView(
            settled.Unit.Value, settled.Period.Index, _options.Profile.Grid.StartOf(settled.Period), settled.Figures.Ordered.WattHours, settled.Figures.Delivered.WattHours,
            settled.Cash.Net.MicroEur, settled.Points.Sum(point => point.Net.MicroEur), settled.Points.Count(point => point.Delivered > Energy.Zero && point.Assigned > Energy.Zero),
            _parts.Books.Unmeasured(settled).TotalSeconds)),
    ];

    public MoneyView Money()
    {
        var settled = _parts.Books.Settled;
        var paid = _parts.Payments?.Book.Payments.Where(payment => !payment.IsOperators).Select(payment => payment.Paid).OfType<(Hash256 Transaction, long Block, Money Received)>().ToList();
        return new MoneyView(settled.Sum(period => period.Cash.Net.MicroEur), settled.Sum(period => period.Points.Sum(point => point.Net.MicroEur)))
        {
            OperatorDueMicroEur = _parts.Payments is null ? null : Owed(_parts.Payments.Book),
            PaidMicroEur = paid?.Sum(payment => payment.Received.MicroEur),
            Payments = paid?.Count ?? 0,
            Transaction = paid is [.., var last] ? last.Transaction.ToString() : null,
        };
    }

    // Who is paid by hand is not known to be paid.
    private static long Owed(PaymentBook book)
    {
        var paid = book.Payments.Where(payment => payment.IsOperators && payment.Paid is not null).Select(payment => payment.Statement).ToHashSet();
        return book.Statements.Where(statement => !paid.Contains(statement.Number)).Sum(statement => statement.OperatorDue);
    }

    /// <summary>All settled periods of a unit with every member's part; null when there is no such unit.</summary>
    public SettlementStatement? Statement(string unit) => _options.Units.Any(candidate => candidate.Id == unit)
        ? SettlementStatement.Of(new UnitId(unit), _parts.Books.Settled.Where(settled => settled.Unit.Value == unit)) : null;

    /// <summary>The homes that most is asked of, most first.</summary>
    public ImmutableArray<MoverView> Movers()
    {
        var states = _parts.Board.Read();
        return
        [
            .. _parts.Units.SelectMany(unit => unit.Asked())
                .OrderByDescending(asked => Math.Abs(asked.Watts)).ThenBy(asked => asked.Home).Take(MostMovers)
                .Select(asked => View(_parts.Board.Homes[asked.Home], states[asked.Home], asked.Watts)),
        ];
    }

    public ImmutableArray<LinkView> Links() =>
    [
        new LinkView("System operator", _parts.Tso.IsUp, $"IEC 60870-5-104, controlled station on {_parts.Tso.EndPoint}"),
        .. _parts.Customers.Select(customer => new LinkView(
            customer.Customer, customer.IsUp, $"{customer.Protocol}, {customer.OpenSetPoints} set-points open, {customer.LeftOut} values left out", $"/customer.html#{Uri.EscapeDataString(customer.Customer)}")),
        .. PartiesViews.Links(_options, _parts.Parties),
    ];

    public ImmutableArray<LinkView> Customers() => [.. Links().Skip(1).Take(_parts.Customers.Length)];

    /// <returns>Null when there is no such customer.</returns>
    public CustomerView? Customer(string id)
    {
        if (_parts.Customers.FirstOrDefault(customer => customer.Customer == id) is not { } link)
        {
            return null;
        }

        var (states, now) = (_parts.Board.Read(), _parts.Time.GetUtcNow());
        var unit = _options.Units.First(candidate => candidate.Customers.Any(customer => customer.Id == id));
        return new CustomerView(id, unit.Id, now, link.IsUp, link.OpenSetPoints, link.LeftOut,
        [
            .. Enumerable.Range(link.First, link.Homes).Select(home => new HomeView(
                _parts.Board.Homes[home].Home.Pod.Value, _parts.Board.Homes[home].Home.Name, states[home].PowerWatts, states[home].BaselineWatts, states[home].ConfirmedWatts,
                states[home].UpWatts, states[home].DownWatts, states[home].IsAvailable, UnitSituation.IsFresh(states[home], now, _options.Stale))
            {
                HasOutlook = _parts.Board.Outlook(home)?.Headroom is not null,
                HasPromised = (link as CommunityLink)?.HasPromised(home - link.First) ?? false,
            }),
        ]);
    }

    private OfferView View(BookedOffer offer, int index, DateTimeOffset start)
    {
        var step = offer.Offer.Steps[index];
        long? accepted = offer.Status == OfferStatus.Submitted ? null : offer.Accepted.Where(taken => taken.Step == index).Sum(taken => taken.Watts);
        return new OfferView(
            offer.Id.Value, offer.Offer.Unit.Value, index, start, offer.Offer.Direction == RegulationDirection.Up ? "up" : "down", step.Watts, step.Price.MicroEurPerKWh, accepted,
            index == 0 ? _parts.Reservations.ReservedWattHours(offer.Id) : null);
    }

    private static MoverView View(HomeDescription home, HomeState state, long asked) => new(
        home.Home.Pod.Value, home.Home.Name, home.Customer, asked, state.ConfirmedWatts, state.PowerWatts - state.BaselineWatts,
        (asked < 0 ? state.UpAsk ?? home.Home.UpAsk : state.DownAsk ?? home.Home.DownAsk).MicroEurPerKWh);
}

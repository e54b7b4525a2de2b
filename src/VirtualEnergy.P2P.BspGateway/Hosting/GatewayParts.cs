using System.Collections.Immutable;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.BspGateway.Payments;
using VirtualEnergy.P2P.BspGateway.Telecontrol;

namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>What a gateway is made of, joined: customers' links write the board, units read it every cycle, the operator's station and the pages show what comes of it.</summary>
internal sealed class GatewayParts : IAsyncDisposable
{
    private readonly GatewayFeed _feed;
    private readonly ILogger _logger;
    private Task _planning = Task.CompletedTask;
    private int _settled;

    public GatewayParts(GatewayOptions options, TimeProvider time, GatewayFeed feed, ILoggerFactory logging)
    {
        (_feed, _logger, Time) = (feed, logging.CreateLogger<GatewayParts>(), time);
        Books = new GatewayBooks(options);
        Reservations = new OfferReservations(options.DataFolder, options.Profile.Grid);
        Board = new HomeBoard([.. options.Units.SelectMany((unit, index) => unit.Customers.SelectMany(customer => customer.Homes.Select(home => new HomeDescription(home, customer.Id, index))))]);
        var (customers, units, first) = (ImmutableArray.CreateBuilder<CustomerLink>(), ImmutableArray.CreateBuilder<UnitOperation>(), 0);
        foreach (var unit in options.Units)
        {
            var (unitFirst, links) = (first, ImmutableArray.CreateBuilder<CustomerLink>());
            foreach (var customer in unit.Customers)
            {
                links.Add(new CustomerLink(customer, Board, first, time, logging.CreateLogger<CustomerLink>()));
                first += customer.Homes.Length;
            }

            customers.AddRange(links);
            units.Add(new UnitOperation(options, unit, Books, Board, unitFirst, first - unitFirst, links.ToImmutable(), time));
        }

        (Customers, Units) = (customers.ToImmutable(), units.ToImmutable());
        Orders = new OrderIntake(options, Books, Units, feed, time);
        Planning = new PlanningDesk(options, Books, Reservations, Board, feed, time, logging.CreateLogger<PlanningDesk>());
        Esmp = options.Esmp is { } esmp ? new EsmpDesk(esmp, Books, Orders, Planning, time) : null;
        Payments = options.Payments is { } payments
            ? new PaymentRunner(payments, options.DataFolder, () => Books.Settled, options.Profile.Grid, time, logging.CreateLogger<PaymentRunner>()) : null;
        Tso = new TsoStation(options.Tso, options.Units, Orders.Decide, time, logging.CreateLogger<TsoStation>());
        Clock = new OperationClock(options.Cycle, time, Cycle, logging.CreateLogger<OperationClock>());
    }

    public TimeProvider Time { get; }

    public HomeBoard Board { get; }

    public ImmutableArray<CustomerLink> Customers { get; }

    public ImmutableArray<UnitOperation> Units { get; }

    public GatewayBooks Books { get; }

    public OfferReservations Reservations { get; }

    public OrderIntake Orders { get; }

    public PlanningDesk Planning { get; }

    /// <summary>Null where no ESMP documents are exchanged.</summary>
    public EsmpDesk? Esmp { get; }

    /// <summary>Null where members are not paid.</summary>
    public PaymentRunner? Payments { get; }

    public TsoStation Tso { get; }

    public OperationClock Clock { get; }

    public async ValueTask DisposeAsync()
    {
        foreach (var customer in Customers)
        {
            await customer.DisposeAsync();
        }

        await Tso.DisposeAsync();
        await _planning;
        Payments?.Dispose();
        Reservations.Dispose();
        Books.Dispose();
    }

    // Powers first, then the pages: what the system operator is promised every cycle waits for nobody.
    private void Cycle(DateTimeOffset now)
    {
        var ticks = ImmutableArray.CreateBuilder<UnitTick>(Units.Length);
        for (var unit = 0; unit < Units.Length; unit++)
        {
            var values = Units[unit].Cycle(now);
            Tso.Show(unit, values);
            ticks.Add(new UnitTick(Units[unit].Id, Units[unit].Curve.Add(values), Units[unit].Now));
        }

        _feed.Cycled(ticks.MoveToImmutable());
        if (Books.Advance(now))
        {
            _feed.OrdersChanged();
        }

        if (Books.Settled.Length is var settled && settled != _settled)
        {
            _settled = settled;
            _feed.StatementsChanged();
        }

        if (_planning.IsCompleted)
        {
            _planning = Task.Run(() => Plan(now));
        }
    }

    private void Plan(DateTimeOffset now)
    {
        try
        {
            Planning.Run(now);
        }
        catch (Exception failure)
        {
            // Offers can be made again tomorrow; the cycles go on.
            _logger.PlanningFailed(failure);
        }
    }
}

using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway.Community;
using VirtualEnergy.P2P.BspGateway.Coordination;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Flexibility;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.BspGateway.Payments;
using VirtualEnergy.P2P.BspGateway.Telecontrol;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>What a gateway is made of, joined: customers' links write the board, units read it every cycle, the operator's station and the pages show what comes of it.</summary>
internal sealed class GatewayParts : IAsyncDisposable
{
    private readonly GatewayOptions _options;
    private readonly GatewayFeed _feed;
    private readonly ILogger _logger;
    private readonly UnitRosters _rosters;
    private Task _planning = Task.CompletedTask;
    private long _cycled;
    private int _settled;

    /// <param name="time">The market's clock: cycles, orders, measurements.</param>
    /// <param name="links">The machine's: time-outs of links. The same where no time is simulated.</param>
    public GatewayParts(GatewayOptions options, TimeProvider time, GatewayFeed feed, ILoggerFactory logging, TimeProvider? links = null)
    {
        var machine = links ?? time;
        (_options, _feed, _logger, Time) = (options, feed, logging.CreateLogger<GatewayParts>(), time);
        Books = new GatewayBooks(options);
        _rosters = new UnitRosters(options, Books);
        Reservations = new OfferReservations(options.DataFolder, options.Profile.Grid);
        Board = new HomeBoard([.. options.Units.SelectMany((unit, index) => unit.Customers.SelectMany(customer => customer.Homes.Select(home => new HomeDescription(home, customer.Id, index))))]);
        Claims = new UnitClaims(options.Parties.Coordination, Books);
        Parties = new PartiesParts(options, Books, Reservations, Claims, Board, time, machine, logging);
        Books.Beside = Parties.ShiftAt;
        var (customers, units, first) = (ImmutableArray.CreateBuilder<IHomeLink>(), ImmutableArray.CreateBuilder<UnitOperation>(), 0);
        foreach (var unit in options.Units)
        {
            var (unitFirst, homes) = (first, ImmutableArray.CreateBuilder<IHomeLink>());
            foreach (var customer in unit.Customers)
            {
                homes.Add(customer.Community is not null ? new CommunityLink(customer, Board, first, options.Profile.Grid, options.DataFolder, time, machine, logging.CreateLogger<CommunityLink>())
                    : customer.IsOpenAdr ? new VenLink(customer, Parties.Vtn!, Board, first, time)
                    : new CustomerLink(customer, Board, first, time, machine, logging.CreateLogger<CustomerLink>()));
                first += customer.Homes.Length;
            }

            customers.AddRange(homes);
            units.Add(new UnitOperation(options, unit, Books, Board, unitFirst, first - unitFirst, homes.ToImmutable(), machine));
        }

        (Customers, Units) = (customers.ToImmutable(), units.ToImmutable());
        Moved = new MovedEnergy(Board, options.Stale);
        Orders = new OrderIntake(options, Books, Units, feed, time);
        Planning = new PlanningDesk(options, Books, Reservations, Board, Claims, feed, time, logging.CreateLogger<PlanningDesk>());
        Esmp = options.Esmp is { } esmp ? new EsmpDesk(esmp, Books, Orders, Planning, time) : null;
        Payments = options.Payments is { } payments
            ? new PaymentRunner(payments, options.DataFolder, () => Books.Settled, options.Profile.Grid, time, feed.StatementsChanged, logging.CreateLogger<PaymentRunner>()) : null;
        Tso = new TsoStation(options.Tso, options.Units, Orders.Decide, time, machine, logging.CreateLogger<TsoStation>());
        Clock = new OperationClock(options.Cycle, time, Cycle, logging.CreateLogger<OperationClock>());
    }

    public TimeProvider Time { get; }

    public HomeBoard Board { get; }

    public ImmutableArray<IHomeLink> Customers { get; }

    public ImmutableArray<UnitOperation> Units { get; }

    public GatewayBooks Books { get; }

    public OfferReservations Reservations { get; }

    public OrderIntake Orders { get; }

    public PlanningDesk Planning { get; }

    /// <summary>Null where no ESMP documents are exchanged.</summary>
    public EsmpDesk? Esmp { get; }

    /// <summary>Which operator a unit serves in a period.</summary>
    public UnitClaims Claims { get; }

    /// <summary>Grid operators and virtual end nodes.</summary>
    public PartiesParts Parties { get; }

    /// <summary>Null where members are not paid.</summary>
    public PaymentRunner? Payments { get; }

    public TsoStation Tso { get; }

    public OperationClock Clock { get; }

    /// <summary>For pages.</summary>
    public MovedEnergy Moved { get; }

    /// <summary>Whether the cycle of an instant is over, with all that was planned in it, and homes have answered what they were told: whoever drives the market's clock waits for it.</summary>
    public bool IsDone(DateTimeOffset instant) =>
        Volatile.Read(ref _cycled) >= instant.UtcTicks && _planning.IsCompleted && Customers.All(link => link is CommunityLink community ? community.IsAnswered : link.IsEmpty);

    public async ValueTask DisposeAsync()
    {
        foreach (var customer in Customers)
        {
            await customer.DisposeAsync();
        }

        await Tso.DisposeAsync();
        await _planning;
        await Parties.DisposeAsync();
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

        Moved.Add(now, Units.SelectMany(unit => unit.Asked()));
        Parties.Cycle(now);
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

        Volatile.Write(ref _cycled, now.UtcTicks);
    }

    private void Plan(DateTimeOffset now)
    {
        try
        {
            Parties.Prepare(now);
            Parties.Advance(now, Planning.Run(now));
            Promise(now);
        }
        catch (Exception failure)
        {
            // Offers can be made again tomorrow; the cycles go on.
            _logger.PlanningFailed(failure);
        }
    }

    // What the operator pays, or is paid, for the last step that it took; what was sold to others goes as far as the market's bounds.
    private Func<Period, RegulationDirection, Price> Worth(UnitId unit) => (period, direction) => Books.Accepted(unit, period, direction) is [.., var last] ? last.Price
        : direction == RegulationDirection.Up ? Books.Profile.PriceCap : Books.Profile.PriceFloor;

    // What is sold of homes of communities they are asked to promise.
    private void Promise(DateTimeOffset now)
    {
        var communities = Customers.OfType<CommunityLink>().ToList();
        if (communities.Count > 0)
        {
            var sold = Reservations.Ledger.Sold(Books.Profile.Grid.At(now));
            _rosters.Run(sold, now);
            communities.ForEach(community => community.Promise(sold, Worth(new UnitId(_options.Units[Board.Homes[community.First].UnitIndex].Id)), now));
        }
    }
}

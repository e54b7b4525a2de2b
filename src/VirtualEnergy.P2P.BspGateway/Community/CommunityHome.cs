using System.Collections.Immutable;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.BspGateway.Community;

/// <summary>What a home of a community has said, and what it was ordered. Only what was checked comes here. Safe to use from any thread.</summary>
/// <param name="options">How it is described in the portfolio; its member is its address.</param>
/// <param name="grid">The market's periods.</param>
/// <param name="time">The market's clock.</param>
internal sealed class CommunityHome(HomeOptions options, PeriodGrid grid, TimeProvider time)
{
    /// <summary>Nothing that a home says is of a time further off: what it plans reaches three days.</summary>
    private static readonly TimeSpan Reach = TimeSpan.FromDays(4);

    /// <summary>As many offers as a home itself remembers: orders may go by any of them that has not expired.</summary>
    private const int OffersKept = 8;

    /// <summary>A jump in a session is a hash for each sample between, on this side: an hour's are taken, then the home must begin anew.</summary>
    private const int LongestGap = 900;

    private const int OrdersKept = 16;

    private readonly Lock _lock = new();
    private readonly List<HomeHeadroomOffer> _offers = [];
    private readonly List<HomeOrder> _orders = [];
    private NetProgram? _program;
    private TelemetrySession? _session;
    private TelemetryCheck? _check;
    private Period _now;
    private long _number;

    public MemberId Member => options.Member;

    /// <summary>One exchange of order and answer at a time, so that numbers arrive in their order.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>Its orders that are not long over, oldest first.</summary>
    public ImmutableArray<HomeOrder> Orders
    {
        get
        {
            lock (_lock)
            {
                return [.. _orders];
            }
        }
    }

    /// <summary>Its offers that can still be ordered from, newest first.</summary>
    public ImmutableArray<HomeHeadroomOffer> Offers(DateTimeOffset now)
    {
        lock (_lock)
        {
            return [.. _offers.Where(offer => offer.ExpiresAt > now.ToUnixTimeMilliseconds()).Reverse()];
        }
    }

    /// <returns>Null where it counts; else why not.</returns>
    public string? Take(NetProgram program)
    {
        lock (_lock)
        {
            if (!IsInReach(program.First) || program.Energies.Any(energy => Math.Abs(energy.WattHours) * 3_600 > options.ConnectionWatts * grid.LengthSeconds))
            {
                return IntakeCode.Impossible;
            }

            if (_program is { } known && program.Number <= known.Number)
            {
                return IntakeCode.Old;
            }

            _program = program;
            return null;
        }
    }

    /// <inheritdoc cref="Take(NetProgram)"/>
    public string? Take(HomeHeadroomOffer offer)
    {
        lock (_lock)
        {
            if (!offer.Spans.All(span => IsInReach(span.First)))
            {
                return IntakeCode.Impossible;
            }

            if (_offers.Count > 0 && offer.Number <= _offers[^1].Number)
            {
                return IntakeCode.Old;
            }

            _offers.Add(offer);
            if (_offers.Count > OffersKept)
            {
                _offers.RemoveAt(0);
            }

            return null;
        }
    }

    /// <inheritdoc cref="Take(NetProgram)"/>
    public string? Take(TelemetrySession session)
    {
        lock (_lock)
        {
            if (_session is { } known && session.Session <= known.Session)
            {
                return IntakeCode.Old;
            }

            (_session, _check) = (session, new TelemetryCheck(session));
            return null;
        }
    }

    /// <summary>A sample: nothing proves its power but the broker's good order, so only what can be is taken.</summary>
    /// <param name="latest">No sample says that it is later.</param>
    /// <inheritdoc cref="Take(NetProgram)"/>
    public string? Take(TelemetrySample sample, DateTimeOffset latest)
    {
        lock (_lock)
        {
            return _check is null || sample.Sequence - _check.Sequence > LongestGap || !_check.Takes(sample) ? IntakeCode.Chain
                : sample.Quality is TelemetryQuality.Stale or TelemetryQuality.Invalid ? IntakeCode.NotMeasured
                : Math.Abs(sample.Watts) > options.ConnectionWatts || sample.At > latest.ToUnixTimeMilliseconds() ? IntakeCode.Impossible
                : null;
        }
    }

    /// <summary>An answer of the home.</summary>
    /// <param name="accepted">The order that is accepted by it for the first time; null for none.</param>
    /// <inheritdoc cref="Take(NetProgram)"/>
    public string? Take(FlexibilityReply reply, out HomeOrder? accepted)
    {
        lock (_lock)
        {
            var order = _orders.Find(order => order.First.Id == reply.Id);
            accepted = order is not null && order.Heard(reply, _now) ? order : null;
            return order is null ? IntakeCode.Old : null;
        }
    }

    /// <summary>What the exchange says of a promise of the home.</summary>
    /// <remarks>Nobody signs it. A broker that lies can make a home useless, as by losing what it says, and can make nobody owe anything.</remarks>
    /// <inheritdoc cref="Take(NetProgram)"/>
    public string? Take(ReservationAnswer answer)
    {
        lock (_lock)
        {
            if (_orders.Find(order => order.First.Id == answer.Id) is not { } order)
            {
                return IntakeCode.Old;
            }

            order.Kept(answer.Accepted);
            return null;
        }
    }

    /// <summary>What the home says of the time ahead; null before it has said its program.</summary>
    public HomeOutlook? Outlook()
    {
        lock (_lock)
        {
            return _program is { } program ? new HomeOutlook(program, _offers.Find(offer => offer.Number == program.Number)) : null;
        }
    }

    /// <summary>An order to it was written down: its first message, or a further one.</summary>
    public void Said(FlexibilityOrder message)
    {
        lock (_lock)
        {
            _number = Math.Max(_number, message.Number);
            if (_orders.Find(order => order.First.Id == message.Id) is { } known)
            {
                known.Said(message);
                return;
            }

            _orders.Add(new HomeOrder(message));
            if (_orders.Count > OrdersKept)
            {
                _orders.Remove(_orders.Find(order => !order.IsLive || order.First.End <= _now) ?? _orders[0]);
            }
        }
    }

    /// <summary>Whether the order was written down before, so that it is only repeated.</summary>
    public bool HasSaid(FlexibilityOrder message)
    {
        lock (_lock)
        {
            return message.Number <= _number;
        }
    }

    /// <summary>The home's state as an instant has it; what was measured and confirmed stays as it is.</summary>
    public HomeState At(DateTimeOffset now, in HomeState before)
    {
        lock (_lock)
        {
            _now = grid.At(now);
            var program = _program is { } known && _now.Index - known.First.Index is var at && at >= 0 && at < known.Energies.Length ? known.Energies[(int)at] : (Energy?)null;
            var (up, down) = (Standing(_now, isUp: true), Standing(_now, isUp: false));
            return before with
            {
                BaselineWatts = program is { } energy ? energy.WattHours * 3_600 / grid.LengthSeconds : before.BaselineWatts,
                IsAvailable = program is not null,
                UpWatts = up?.Reliable(_now) ?? 0,
                DownWatts = down?.Reliable(_now) ?? 0,
                UpAsk = up?.First.Price,
                DownAsk = down is null ? null : new Price(-down.First.Price.MicroEurPerKWh),
            };
        }
    }

    /// <summary>What the home is to be told so that it gives this regulation from now on.</summary>
    /// <param name="watts">W against its program, with sign.</param>
    /// <param name="bsp">The provider.</param>
    /// <param name="number">Gives the number of a new message.</param>
    /// <returns>
    /// The message, or the last one again where it says the same and was not answered, or where nothing is known since the link came up: then it has no second effect. Null where there is
    /// nothing to be said: the home is under no order that could be called.
    /// </returns>
    public FlexibilityOrder? Call(long watts, MemberId bsp, Func<long> number)
    {
        lock (_lock)
        {
            var order = watts == 0 ? _orders.Find(order => order.State == HomeOrderState.Accepted && order.Covers(_now)) : Standing(_now, isUp: watts < 0);
            if (order is null || (watts == 0 && order.Last.Kind == FlexibilityOrderKind.Reserve))
            {
                return null;
            }

            var most = Math.Abs(order.First.ChangeWatts);
            watts = Math.Clamp(watts, -most, most);
            // A message that another one followed would be refused as old: then it is said under a new number.
            return order.Last.Kind == FlexibilityOrderKind.Activate && order.Last.ChangeWatts == watts && order.Last.Number == _number ? order.Last
                : new FlexibilityOrder(bsp, Member, number(), order.First.Id, FlexibilityOrderKind.Activate, order.First.Offer, _now, (int)(order.First.End.Index - _now.Index), watts, order.First.Price);
        }
    }

    private bool IsInReach(Period period) =>
        Math.Abs(period.Index - grid.At(time.GetUtcNow()).Index) <= (long)Reach.TotalSeconds / grid.LengthSeconds;

    private HomeOrder? Standing(Period period, bool isUp) =>
        _orders.Find(order => order.State == HomeOrderState.Accepted && order.Covers(period) && order.First.ChangeWatts < 0 == isUp);
}

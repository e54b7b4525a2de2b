using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>A period of a unit that is to be offered one way.</summary>
/// <param name="Program">W, + consumption.</param>
/// <param name="Headrooms">Of the unit's homes, each in one span.</param>
/// <param name="History">What points delivered so far.</param>
internal sealed record OfferCall(
    VirtualUnit Unit, Period Period, RegulationDirection Direction, long Program, ImmutableArray<PointHeadroom> Headrooms, IReadOnlyDictionary<PodCode, IReadOnlyList<int>> History, DateTimeOffset Now);

/// <summary>Makes, changes and takes back offers, with books and ledger in step.</summary>
internal sealed class UnitOffering(GatewayOptions options, GatewayBooks books, OfferReservations reservations, ILogger logger)
{
    private const int ExpectedFromDays = 2;

    private readonly DeclarationBook _declarations = new(options.Profile);

    /// <summary>The units' bounds are declared anew, for as long as the market takes.</summary>
    public void Declare(DateTimeOffset now)
    {
        var grid = options.Profile.Grid;
        var from = grid.At(now.AddSeconds(options.Profile.DeclarationLeadSeconds).AddTicks(-1)).Next;
        var until = new Period(from.Index + options.Profile.DeclarationLongestSeconds / grid.LengthSeconds);
        foreach (var unit in options.Units)
        {
            _declarations.Take(new TechnicalDeclaration(new UnitId(unit.Id), now.ToUnixTimeSeconds(), from, until, unit.MinimumWatts, unit.MaximumWatts, Unavailable: false), now);
        }
    }

    /// <summary>
    /// What the market is expected to pay: the dearest step that it took at the same time of the last days, and nothing where it took none. Where it took nothing at all no price is foreseen: every
    /// step that its bounds let in counts alike. Periods that are not offered earn nothing.
    /// </summary>
    public Func<Period, RegulationDirection, Price> Expected(UnitId unit, IReadOnlyList<Period> offered)
    {
        var day = 86_400 / options.Profile.Grid.LengthSeconds;
        var paid = (from period in offered
                    from direction in (RegulationDirection[])[RegulationDirection.Up, RegulationDirection.Down]
                    let price = Enumerable.Range(1, ExpectedFromDays).Select(days => books.Accepted(unit, new Period(period.Index - days * day), direction)).FirstOrDefault(accepted => !accepted.IsEmpty, [])
                    where !price.IsEmpty
                    select ((period, direction), price[^1].Price)).ToDictionary();
        var (best, worst, known) = (options.Profile.PriceCap, options.Profile.PriceFloor, offered.ToHashSet());
        return (period, direction) => paid.TryGetValue((period, direction), out var price) ? price
            : (paid.Count == 0 && known.Contains(period)) == (direction == RegulationDirection.Up) ? best : worst;
    }

    /// <summary>Offers what homes can do beside what was sold. An offer without a result is left as it is, changed, or taken back.</summary>
    public void Offer(OfferCall call)
    {
        var made = books.Made(call.Unit.Id, call.Period, call.Direction);
        var standing = made.LastOrDefault() is { Status: OfferStatus.Submitted } submitted ? submitted : null;
        var session = options.Profile.SessionAt(call.Period, call.Now);
        if (session is null || made.Any(offer => offer.Status is not (OfferStatus.Submitted or OfferStatus.Withdrawn or OfferStatus.Replaced) && options.Profile.SessionAt(call.Period, offer.SubmittedAt) == session))
        {
            return;
        }

        var covering = call.Headrooms.Where(headroom => headroom.Covers(call.Period)).ToList();
        reservations.Declare([.. covering.GroupBy(headroom => books.Portfolio.Point(headroom.Point)!.Member).Select(home => new HomeCapability(
            home.Key, call.Period, EnergyOf(home, call.Period, RegulationDirection.Up), EnergyOf(home, call.Period, RegulationDirection.Down)))]);
        var built = Build(call, covering, made.Sum(offer => offer.AcceptedWatts), standing?.Id);
        if (standing is not null && built.Offer is { } same && same.Steps.SequenceEqual(standing.Offer.Steps) && !reservations.IsShort(standing.Id))
        {
            return;
        }

        if (standing is not null && books.Withdraw(standing.Id, call.Now) is { } kept)
        {
            NotOffered(call, kept.ToString());
            return;
        }

        if (built.Offer is { } offer)
        {
            Make(call, offer, built.RestsOn, standing?.Id);
        }
        else
        {
            NotOffered(call, $"{built.Refusal}");
        }

        if (standing is not null)
        {
            reservations.Release(standing.Id);
        }
    }

    /// <summary>The operator has spoken: what it took is sold, from the homes that ask least.</summary>
    /// <param name="headrooms">What homes want now; one of which nothing is known comes last.</param>
    public void Settle(BookedOffer offer, IReadOnlyCollection<PointHeadroom> headrooms)
    {
        var asks = headrooms.Where(headroom => headroom.Covers(offer.Offer.Period) && headroom.Direction == offer.Offer.Direction && headroom.Check() is null)
            .GroupBy(headroom => books.Portfolio.Point(headroom.Point)!.Member).ToDictionary(home => home.Key, home => home.Min(headroom => headroom.Receipt(headroom.Steps[^1])));
        reservations.Settle(offer, home => asks.GetValueOrDefault(home, new Price(long.MaxValue)));
    }

    /// <summary>After a stop: a reservation whose offer was never made, or is no more, is given back, and one whose result came is settled. An offer that nothing is reserved for is taken back.</summary>
    public void Reconcile(DateTimeOffset now, Action<BookedOffer> settle)
    {
        var offers = books.Offers.ToDictionary(offer => offer.Id);
        foreach (var held in reservations.Open())
        {
            if (!offers.TryGetValue(held, out var offer) || offer.Status is OfferStatus.Replaced or OfferStatus.Withdrawn)
            {
                reservations.Release(held);
            }
            else if (offer.Status != OfferStatus.Submitted)
            {
                settle(offer);
            }
        }

        foreach (var offer in offers.Values.Where(offer => offer.Status == OfferStatus.Submitted && offer.Offer.Period > options.Profile.Grid.At(now) && reservations.ReservedWattHours(offer.Id) is null))
        {
            books.Withdraw(offer.Id, now);
        }
    }

    private BuiltOffer Build(OfferCall call, List<PointHeadroom> covering, long sold, OfferId? standing)
    {
        var free = reservations.Free(call.Period, call.Direction, standing);
        var homes = covering.Where(headroom => headroom.Direction == call.Direction)
            .Select(headroom => headroom with { Steps = Cut(headroom.Steps, free(books.Portfolio.Point(headroom.Point)!.Member)) }).Where(headroom => !headroom.Steps.IsEmpty);
        var builder = new OfferBuilder(options.Profile, books.Portfolio, options.Policy, pod => DeliveryRecord.Of(
            call.History.GetValueOrDefault(pod) ?? [], options.Policy.PriorOrders, options.Policy.PriorPermille));
        // What was sold has used its part of the declared room.
        var program = call.Direction == RegulationDirection.Up ? call.Program - sold : call.Program + sold;
        return builder.Build(call.Unit, call.Period, call.Direction, homes, _declarations.Find(call.Unit.Id, call.Period), program);
    }

    private void Make(OfferCall call, UnitOffer offer, ImmutableArray<PointHeadroom> restsOn, OfferId? replaced)
    {
        var id = NewId(call);
        ImmutableArray<(MemberId, long)> powers = [.. restsOn.Select(point => (books.Portfolio.Point(point.Point)!.Member, point.Steps.Sum(step => step.Watts)))];
        if (reservations.Reserve(id, call.Period, call.Direction, powers, replaced) is { IsGranted: false } denied)
        {
            NotOffered(call, denied.ToString());
        }
        else if (books.Offer(id, offer, call.Now) is { } refusal)
        {
            reservations.Release(id);
            NotOffered(call, refusal.ToString());
        }
    }

    private OfferId NewId(OfferCall call)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{call.Unit.Id}-{call.Period.Index}-{(call.Direction == RegulationDirection.Up ? "up" : "down")}");
        var id = new OfferId(name);
        for (var number = 2; books.Offer(id) is not null || !reservations.IsNew(id); number++)
        {
            id = new OfferId(string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"));
        }

        return id;
    }

    private static ImmutableArray<AskedStep> Cut(ImmutableArray<AskedStep> steps, long watts)
    {
        var cut = ImmutableArray.CreateBuilder<AskedStep>();
        foreach (var step in steps.TakeWhile(_ => watts > 0))
        {
            cut.Add(step with { Watts = Math.Min(step.Watts, watts) });
            watts -= step.Watts;
        }

        return cut.ToImmutable();
    }

    private Energy EnergyOf(IEnumerable<PointHeadroom> home, Period period, RegulationDirection direction)
    {
        var watts = home.Where(headroom => headroom.Direction == direction).Take(1)
            .Sum(headroom => Math.Min(headroom.Steps.Sum(step => step.Watts), books.Portfolio.Allowed(books.Portfolio.Point(headroom.Point)!, period, direction, options.Profile)));
        return new Energy((watts * options.Profile.Grid.LengthSeconds + 3_599) / 3_600);
    }

    private void NotOffered(OfferCall call, string why) => logger.NotOffered(call.Unit.Id.Value, call.Period.Index, call.Direction.ToString(), why);
}

using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Offers;

/// <summary>Makes a unit's offer from the headroom of its homes.</summary>
/// <param name="profile">The market's rules.</param>
/// <param name="portfolio">Points, units and vetoes.</param>
/// <param name="policy">What the provider chose.</param>
/// <param name="recordOf">How surely a point delivers.</param>
public sealed class OfferBuilder(MarketProfile profile, UnitPortfolio portfolio, OfferPolicy policy, Func<PodCode, DeliveryRecord> recordOf)
{
    /// <summary>The offer of a unit for a period, one way.</summary>
    /// <param name="unit">An enabled unit.</param>
    /// <param name="period">The period.</param>
    /// <param name="direction">Up or down.</param>
    /// <param name="headrooms">Of homes, each in one span (<see cref="SpanChoice"/>); what is not of this unit, period and direction is not looked at.</param>
    /// <param name="declaration">The declaration that counts in the period; without one there is no offer.</param>
    /// <param name="program">The unit's baseline in the period, in W, + consumption.</param>
    public BuiltOffer Build(
        VirtualUnit unit, Period period, RegulationDirection direction, IEnumerable<PointHeadroom> headrooms, TechnicalDeclaration? declaration, long program)
    {
        if (declaration is null)
        {
            return new BuiltOffer(null, new("no-declaration", $"No technical declaration of {unit.Id} holds in period {period}."), [], []);
        }

        var leftOut = ImmutableArray.CreateBuilder<Objection>();
        var homes = Usable(unit, period, direction, headrooms, leftOut);
        var steps = Merge(Levels(homes, direction).Select(price => (price, Firm(homes, direction, price))), declaration.Room(direction, program), direction);
        return steps.IsEmpty
            ? new BuiltOffer(null, Below(homes, declaration.Room(direction, program)), leftOut.DrainToImmutable(), [])
            : new BuiltOffer(new UnitOffer(unit.Id, period, direction, steps), null, leftOut.DrainToImmutable(), RestsOn(homes, direction, steps[^1].Price));
    }

    private ImmutableArray<PointHeadroom> RestsOn(List<UsableHome> homes, RegulationDirection direction, Price last) =>
        [.. homes.Select(home => home.Headroom with { Steps = [.. PaidBy(last, home, direction)] }).Where(headroom => !headroom.Steps.IsEmpty)];

    /// <summary>What comes in from a step's market price in terms of receipts: up it is earned, down it is paid.</summary>
    private static long Receipt(Price market, RegulationDirection direction) =>
        direction == RegulationDirection.Up ? market.MicroEurPerKWh : -market.MicroEurPerKWh;

    private List<UsableHome> Usable(
        VirtualUnit unit, Period period, RegulationDirection direction, IEnumerable<PointHeadroom> headrooms, ImmutableArray<Objection>.Builder leftOut)
    {
        var points = portfolio.PointsOf(unit).DistinctBy(point => point.Code).ToDictionary(point => point.Code);
        var homes = new Dictionary<PodCode, UsableHome>();
        foreach (var headroom in headrooms.Where(headroom => headroom.Covers(period) && headroom.Direction == direction && points.ContainsKey(headroom.Point)))
        {
            if (headroom.Check() is { } malformed)
            {
                leftOut.Add(malformed);
            }
            else if (headroom.Count * profile.Grid.LengthSeconds < profile.HoldingSeconds)
            {
                leftOut.Add(new("holds-too-short", string.Create(
                    CultureInfo.InvariantCulture, $"{headroom.Point} holds {headroom.Count * profile.Grid.LengthSeconds} s of {profile.HoldingSeconds} s.")));
            }
            else if (portfolio.Allowed(points[headroom.Point], period, direction, profile) is var allowed && allowed == 0)
            {
                leftOut.Add(new("not-allowed", $"{headroom.Point} may not be moved: nothing enabled, or the grid operator's veto."));
            }
            else if (!homes.TryAdd(headroom.Point, new UsableHome(headroom, allowed, recordOf(headroom.Point))))
            {
                leftOut.Add(new("headroom-twice", $"{headroom.Point} states two headrooms for period {period}; the first counts."));
            }
        }

        // In the order of the codes: the order of arrival must not matter.
        return [.. homes.Values.OrderBy(home => home.Headroom.Point)];
    }

    /// <summary>The market price at which a step's receipt and margin come in; null where the market's bounds do not let it.</summary>
    private Price? MarketPrice(Price receipt, RegulationDirection direction)
    {
        var (tick, floor, cap) = (profile.PriceTick.MicroEurPerKWh, profile.PriceFloor.MicroEurPerKWh, profile.PriceCap.MicroEurPerKWh);
        var wanted = policy.WithMargin(receipt).MicroEurPerKWh;
        if (direction == RegulationDirection.Up)
        {
            var price = (long)Rounding.Ceiling(wanted, tick) * tick;
            return price > cap ? null : new Price(Math.Max(price, floor));
        }

        var bid = (long)Rounding.Floor(-wanted, tick) * tick;
        return bid < floor ? null : new Price(Math.Min(bid, cap));
    }

    /// <summary>Prices at which power is offered, best for the operator first: each that occurs, or those that part the power evenly.</summary>
    private List<Price> Levels(List<UsableHome> homes, RegulationDirection direction)
    {
        var powers = homes.SelectMany(home => home.Steps().Select(step => (Price: MarketPrice(home.Headroom.Receipt(step), direction), step.Watts)))
            .Where(step => step.Price is not null)
            .GroupBy(step => step.Price!.Value).Select(group => (Price: group.Key, Watts: group.Sum(step => step.Watts)))
            .OrderBy(level => Receipt(level.Price, direction)).ToList();
        if (powers.Count <= profile.MostSteps)
        {
            return [.. powers.Select(level => level.Price)];
        }

        var total = powers.Sum(level => level.Watts);
        var (levels, sum) = (new List<Price>(), 0L);
        foreach (var (price, watts) in powers)
        {
            sum += watts;
            if ((Int128)sum * profile.MostSteps >= (Int128)total * (levels.Count + 1))
            {
                levels.Add(price);
            }
        }

        return levels;
    }

    /// <summary>The firm power of all steps that a market price pays for.</summary>
    private long Firm(List<UsableHome> homes, RegulationDirection direction, Price price) => FirmPower.Of(
        [.. homes.Select(home => new UncertainPower(PaidBy(price, home, direction).Sum(step => step.Watts), home.Record))], policy.ConfidencePermille);

    private IEnumerable<AskedStep> PaidBy(Price price, UsableHome home, RegulationDirection direction) => home.Steps().Where(step =>
        MarketPrice(home.Headroom.Receipt(step), direction) is { } needed && Receipt(needed, direction) <= Receipt(price, direction));

    /// <summary>Steps from the powers up to each level: within the room, in whole size steps, none below the least size.</summary>
    private ImmutableArray<OfferStep> Merge(IEnumerable<(Price Price, long Watts)> levels, long room, RegulationDirection direction)
    {
        var steps = ImmutableArray.CreateBuilder<OfferStep>();
        var offered = 0L;
        foreach (var (price, watts) in levels.OrderBy(level => Receipt(level.Price, direction)))
        {
            var reached = Math.Min(watts, room) / profile.SizeStep * profile.SizeStep;
            if (reached >= profile.MinimumSize && reached > offered)
            {
                steps.Add(new OfferStep(reached - offered, price));
                offered = reached;
            }
        }

        return steps.DrainToImmutable();
    }

    private Objection Below(List<UsableHome> homes, long room) => new("below-minimum-size", string.Create(
        CultureInfo.InvariantCulture,
        $"{homes.Count} homes state {homes.Sum(home => home.Steps().Sum(step => step.Watts))} W; at {policy.ConfidencePermille} ‰ confidence, within {room} W of declared room and the price bounds, less than {profile.MinimumSize} W is left."));

    /// <summary>A home's headroom, cut to what it may be moved by.</summary>
    private sealed record UsableHome(PointHeadroom Headroom, long Allowed, DeliveryRecord Record)
    {
        public IEnumerable<AskedStep> Steps()
        {
            var left = Allowed;
            foreach (var step in Headroom.Steps)
            {
                if (left <= 0)
                {
                    yield break;
                }

                yield return step with { Watts = Math.Min(step.Watts, left) };
                left -= step.Watts;
            }
        }
    }
}

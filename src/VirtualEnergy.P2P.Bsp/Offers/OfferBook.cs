using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Offers;

/// <summary>The name of an offer at the operator: 1 to 60 characters without blanks, chosen by the provider, never used twice.</summary>
public readonly record struct OfferId(string Value)
{
    public bool IsWellFormed => Value is { Length: > 0 and <= 60 } && !Value.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));

    public override string ToString() => Value;
}

/// <summary>What became of an offer.</summary>
public enum OfferStatus
{
    /// <summary>Sent; no result yet.</summary>
    Submitted,

    /// <summary>Replaced by a later offer for the same unit, period and direction before its gate.</summary>
    Replaced,

    Accepted,

    PartlyAccepted,

    Refused,

    /// <summary>Taken back by the provider before its gate.</summary>
    Withdrawn,
}

/// <summary>A step as the operator took it.</summary>
/// <param name="Step">Its place in the offer, from 0.</param>
/// <param name="Watts">0 up to the step's power.</param>
/// <param name="Price">What is paid for it: the step's own, or with marginal pricing one that is not worse.</param>
public readonly record struct AcceptedStep(int Step, long Watts, Price Price);

/// <summary>The operator's result for an offer.</summary>
/// <param name="Id">The result's own name, by which a second copy is known.</param>
/// <param name="Offer">Which offer.</param>
/// <param name="Steps">What is taken; a step that is not named is not. Empty: refused.</param>
public sealed record MarketResult(string Id, OfferId Offer, ImmutableArray<AcceptedStep> Steps);

/// <summary>An offer and what became of it.</summary>
public sealed record BookedOffer(OfferId Id, UnitOffer Offer, DateTimeOffset SubmittedAt, OfferStatus Status, ImmutableArray<AcceptedStep> Accepted)
{
    /// <summary>What the operator took, in W.</summary>
    public long AcceptedWatts => Accepted.Sum(step => step.Watts);
}

/// <summary>What a result did.</summary>
/// <param name="Offer">The offer after it; null where it is unknown.</param>
/// <param name="Refusal">Null where the result took effect, or is a copy of one that did.</param>
/// <param name="Changed">Whether it changed anything.</param>
public readonly record struct ResultIntake(BookedOffer? Offer, Objection? Refusal, bool Changed);

/// <summary>Offers that were made, and the operator's results. What is unknown, late, repeated or beyond the offer has no effect.</summary>
/// <remarks>
/// What a session decided stands: a later session of the market takes another offer beside it, for what is left. Knows no clock: a host that kept what it handed in, with the times, has the same book again by handing it in again.
/// </remarks>
public sealed class OfferBook(MarketProfile profile)
{
    private const int LongestResultId = 60;

    private readonly Dictionary<OfferId, BookedOffer> _offers = [];
    private readonly Dictionary<(UnitId Unit, Period Period, RegulationDirection Direction), List<OfferId>> _made = [];
    private readonly Dictionary<string, MarketResult> _results = [];

    /// <summary>Books an offer; it replaces one for the same unit, period and direction that has no result yet, and stands beside one that an earlier session decided.</summary>
    /// <returns>Null if it stands; otherwise why not.</returns>
    public Objection? Submit(OfferId id, UnitOffer offer, DateTimeOffset now)
    {
        if (!id.IsWellFormed)
        {
            return new("offer-name", "An offer's name is 1 to 60 characters without blanks.");
        }

        if (_offers.ContainsKey(id))
        {
            return new("offer-twice", $"There is an offer {id} already.");
        }

        if (profile.LastGate(offer.Period) is var gate && now >= gate)
        {
            return new("gate-closed", string.Create(CultureInfo.InvariantCulture, $"The last gate for period {offer.Period} closed at {gate:u}."));
        }

        if (OfferRules.Check(offer, profile) is { } wrong)
        {
            return wrong;
        }

        if (Current(offer.Unit, offer.Period, offer.Direction) is { } before)
        {
            if (before.Status is not (OfferStatus.Submitted or OfferStatus.Withdrawn) && profile.SessionAt(offer.Period, before.SubmittedAt) == profile.SessionAt(offer.Period, now))
            {
                return new("offer-decided", $"Offer {before.Id} for the same unit, period and direction has its result in this session.");
            }

            _offers[before.Id] = before.Status == OfferStatus.Submitted ? before with { Status = OfferStatus.Replaced } : before;
        }

        var key = (offer.Unit, offer.Period, offer.Direction);
        (_made.TryGetValue(key, out var made) ? made : _made[key] = []).Add(id);
        _offers[id] = new BookedOffer(id, offer, now, OfferStatus.Submitted, []);
        return null;
    }

    /// <summary>Takes back an offer that has no result yet, before the last gate.</summary>
    /// <returns>Null if it is taken back; otherwise why not.</returns>
    public Objection? Withdraw(OfferId id, DateTimeOffset now)
    {
        if (!_offers.TryGetValue(id, out var offer))
        {
            return new("unknown-offer", $"There is no offer {id}.");
        }

        if (offer.Status != OfferStatus.Submitted)
        {
            return new("offer-decided", $"Offer {id} is {offer.Status.ToString().ToLowerInvariant()} already.");
        }

        if (profile.LastGate(offer.Offer.Period) is var gate && now >= gate)
        {
            return new("gate-closed", string.Create(CultureInfo.InvariantCulture, $"The last gate for period {offer.Offer.Period} closed at {gate:u}."));
        }

        _offers[id] = offer with { Status = OfferStatus.Withdrawn };
        return null;
    }

    /// <summary>Takes a result of the operator.</summary>
    /// <param name="result">From outside; nothing about it is believed.</param>
    /// <param name="now">When it came. After the period has begun it is too late to have any effect.</param>
    public ResultIntake Take(MarketResult result, DateTimeOffset now)
    {
        if (result.Id is not { Length: > 0 and <= LongestResultId } || !result.Offer.IsWellFormed || result.Steps.IsDefault)
        {
            return new(null, new("malformed", "A result has a name of 1 to 60 characters, an offer and a list of steps."), false);
        }

        if (_results.TryGetValue(result.Id, out var before))
        {
            var same = before.Offer == result.Offer && before.Steps.SequenceEqual(result.Steps);
            return new(_offers.GetValueOrDefault(result.Offer), same ? null : new("result-twice", $"Result {result.Id} was something else before."), false);
        }

        if (!_offers.TryGetValue(result.Offer, out var offer))
        {
            return new(null, new("unknown-offer", $"There is no offer {result.Offer}."), false);
        }

        if (Refuse(result, offer, now) is { } refusal)
        {
            return new(offer, refusal, false);
        }

        ImmutableArray<AcceptedStep> accepted = [.. result.Steps.Where(step => step.Watts > 0).OrderBy(step => step.Step)];
        var watts = accepted.Sum(step => step.Watts);
        var status = watts == 0 ? OfferStatus.Refused : watts == offer.Offer.Watts ? OfferStatus.Accepted : OfferStatus.PartlyAccepted;
        _results[result.Id] = result;
        return new(_offers[offer.Id] = offer with { Status = status, Accepted = accepted }, null, true);
    }

    public BookedOffer? Find(OfferId id) => _offers.GetValueOrDefault(id);

    /// <summary>All offers that are kept, by name.</summary>
    public IEnumerable<BookedOffer> All => _offers.Values.OrderBy(offer => offer.Id.Value, StringComparer.Ordinal);

    /// <summary>The latest offer for a unit, period and direction; null if there is none.</summary>
    public BookedOffer? Current(UnitId unit, Period period, RegulationDirection direction) => Made(unit, period, direction).LastOrDefault();

    /// <summary>All offers for a unit, period and direction, in the order in which they were made.</summary>
    public IEnumerable<BookedOffer> Made(UnitId unit, Period period, RegulationDirection direction) =>
        _made.TryGetValue((unit, period, direction), out var ids) ? ids.Select(id => _offers[id]) : [];

    /// <summary>What all sessions together took, in W.</summary>
    public long AcceptedWatts(UnitId unit, Period period, RegulationDirection direction) => Made(unit, period, direction).Sum(offer => offer.AcceptedWatts);

    /// <summary>The steps that all sessions together took, best for the operator first.</summary>
    public ImmutableArray<AcceptedStep> Accepted(UnitId unit, Period period, RegulationDirection direction)
    {
        var accepted = Made(unit, period, direction).SelectMany(offer => offer.Accepted);
        return [.. direction == RegulationDirection.Up ? accepted.OrderBy(step => step.Price) : accepted.OrderByDescending(step => step.Price)];
    }

    /// <summary>Forgets what was for periods before this one.</summary>
    public void Forget(Period before)
    {
        foreach (var old in _offers.Values.Where(offer => offer.Offer.Period < before).ToList())
        {
            _offers.Remove(old.Id);
            _made.Remove((old.Offer.Unit, old.Offer.Period, old.Offer.Direction));
        }

        foreach (var result in _results.Where(result => !_offers.ContainsKey(result.Value.Offer)).ToList())
        {
            _results.Remove(result.Key);
        }
    }

    private Objection? Refuse(MarketResult result, BookedOffer offer, DateTimeOffset now)
    {
        if (offer.Status != OfferStatus.Submitted)
        {
            return new("offer-decided", $"Offer {offer.Id} is {offer.Status.ToString().ToLowerInvariant()} already.");
        }

        if (now >= profile.Grid.StartOf(offer.Offer.Period))
        {
            return new("result-late", string.Create(CultureInfo.InvariantCulture, $"Period {offer.Offer.Period} began at {profile.Grid.StartOf(offer.Offer.Period):u}."));
        }

        if (result.Steps.GroupBy(step => step.Step).Any(group => group.Count() > 1))
        {
            return new("step-twice", "A step is named twice.");
        }

        return result.Steps.Select(step => Refuse(step, offer.Offer)).FirstOrDefault(objection => objection is not null);
    }

    private Objection? Refuse(AcceptedStep accepted, UnitOffer offer)
    {
        if (accepted.Step < 0 || accepted.Step >= offer.Steps.Length)
        {
            return new("unknown-step", string.Create(CultureInfo.InvariantCulture, $"The offer has steps 0 to {offer.Steps.Length - 1}, no step {accepted.Step}."));
        }

        var step = offer.Steps[accepted.Step];
        if (accepted.Watts < 0 || accepted.Watts > step.Watts)
        {
            return new("beyond-offer", string.Create(CultureInfo.InvariantCulture, $"Step {accepted.Step} offers {step.Watts} W, not {accepted.Watts} W."));
        }

        if (accepted.Watts > 0 && profile.Pricing == PricingRule.PayAsBid && accepted.Price != step.Price)
        {
            return new("price-not-bid", $"Step {accepted.Step} is paid as bid, {step.Price}, not {accepted.Price}.");
        }

        var worse = offer.Direction == RegulationDirection.Up ? accepted.Price < step.Price : accepted.Price > step.Price;
        return accepted.Watts > 0 && worse ? new("price-worse-than-bid", $"Step {accepted.Step} is bid at {step.Price}; {accepted.Price} is worse.") : null;
    }
}

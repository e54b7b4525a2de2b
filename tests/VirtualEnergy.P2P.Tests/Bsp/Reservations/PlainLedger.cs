using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Tests.Bsp.Reservations;

/// <summary>
/// The ledger's rules written down once more, without its state: a list of everything that was granted, and each question answered by going
/// through all of it. Knows of no file and no crash.
/// </summary>
internal sealed class PlainLedger
{
    private readonly List<HomeCapability> _declared = [];
    private readonly List<Granted> _granted = [];
    private Period _firstOpen = new(long.MinValue);

    public long CapabilityOf(HeadroomKey key) =>
        _declared.LastOrDefault(home => home.Home == key.Home && home.Period == key.Period) is { Home.Value: not null } home
            ? (key.Direction == RegulationDirection.Up ? home.Up : home.Down).WattHours : 0;

    public long ReservedOf(HeadroomKey key) => key.Period < _firstOpen ? 0 : _granted.Sum(granted => granted.Now(key));

    public bool Knows(string id) => _granted.Exists(granted => granted.Request.Id == id);

    public string Declare(HomeCapability home)
    {
        if (home.Period < _firstOpen)
        {
            return "period-closed";
        }

        _declared.Add(home);
        return "granted";
    }

    public string Reserve(ReservationRequest request)
    {
        if (_granted.Find(granted => granted.Request.Id == request.Id) is { } known)
        {
            return known.Released ? "already-released" : IsSame(known.Request, request) ? "granted" : "id-reused";
        }

        var replaced = request.Replaces is null ? null : _granted.Find(granted => granted.Request.Id == request.Replaces);
        if (request.Replaces is not null && (replaced is null || replaced.Released || replaced.Sold is not null || replaced.Request.Channel != request.Channel))
        {
            return replaced?.Released == true ? "already-released" : "not-replaceable";
        }

        foreach (var line in request.Lines)
        {
            if (line.Key.Period < _firstOpen)
            {
                return "period-closed";
            }

            if (!_declared.Exists(home => home.Home == line.Key.Home && home.Period == line.Key.Period))
            {
                return "no-capability";
            }

            var others = _granted.Where(granted => granted != replaced).Sum(granted => granted.Now(line.Key));
            if (line.Energy.WattHours > 0 && others + line.Energy.WattHours > CapabilityOf(line.Key))
            {
                return "not-enough-free";
            }
        }

        if (replaced is not null)
        {
            replaced.Released = true;
        }

        _granted.Add(new Granted(request));
        return "granted";
    }

    public string Confirm(string id, ImmutableArray<ReservedEnergy> sold)
    {
        if (_granted.Find(granted => granted.Request.Id == id) is not { } known)
        {
            return "unknown-reservation";
        }

        if (known.Released)
        {
            return "already-released";
        }

        if (known.Sold is { } before)
        {
            return before.OrderBy(line => line.Key).SequenceEqual(sold.OrderBy(line => line.Key)) ? "granted" : "id-reused";
        }

        if (sold.Any(line => line.Energy.WattHours > known.Request.Lines.Where(held => held.Key == line.Key).Sum(held => held.Energy.WattHours)))
        {
            return "more-than-held";
        }

        known.Sold = sold;
        return "granted";
    }

    public string Release(string id)
    {
        if (_granted.Find(granted => granted.Request.Id == id) is not { } known)
        {
            return "unknown-reservation";
        }

        known.Released = true;
        return "granted";
    }

    public ImmutableArray<string> Expired(long now) =>
        [.. _granted.Where(granted => !granted.Released && granted.Sold is null && granted.Request.HoldUntil < now).Select(granted => granted.Request.Id).Order(StringComparer.Ordinal)];

    public string Close(Period firstOpen)
    {
        if (firstOpen < _firstOpen)
        {
            return "period-closed";
        }

        _firstOpen = firstOpen;
        _granted.RemoveAll(granted => granted.Request.Lines.All(line => line.Key.Period < firstOpen));
        _declared.RemoveAll(home => home.Period < firstOpen);
        return "granted";
    }

    private static bool IsSame(ReservationRequest a, ReservationRequest b) =>
        (a.Channel, a.HoldUntil, a.Replaces) == (b.Channel, b.HoldUntil, b.Replaces) && a.Lines.SequenceEqual(b.Lines);

    private sealed class Granted(ReservationRequest request)
    {
        public ReservationRequest Request { get; } = request;

        public ImmutableArray<ReservedEnergy>? Sold { get; set; }

        public bool Released { get; set; }

        public long Now(HeadroomKey key) => Released ? 0 : (Sold ?? Request.Lines).Where(line => line.Key == key).Sum(line => line.Energy.WattHours);
    }
}

using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Dispatch;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>Offers and the one ledger of flexibility: what an offer rests on is set aside before it is made, and sold or given back with its result.</summary>
internal sealed class OfferReservations : IDisposable
{
    private readonly DurableLines _log;
    private readonly ReservationLedger _ledger;
    private readonly PeriodGrid _grid;
    private Period? _closed;

    /// <exception cref="GatewayStartException">The ledger's log cannot be opened or trusted.</exception>
    public OfferReservations(string? folder, PeriodGrid grid)
    {
        (_grid, _log) = (grid, DurableLines.Open(folder, "reservations.log"));
        try
        {
            _ledger = ReservationLedger.Open(_log.Written.Span, Keccak256.Hash, _log.Append, out var whole);
            _log.Keep(whole);
        }
        catch (LedgerCorruptException corrupt)
        {
            _log.Dispose();
            throw new GatewayStartException($"Bsp:DataFolder: {corrupt.Message}", corrupt);
        }
    }

    /// <summary>The ledger itself, for those who sell beside the market.</summary>
    public ReservationLedger Ledger => _ledger;

    /// <summary>What homes can do in a period; a later word counts instead of an earlier one.</summary>
    public LedgerAnswer Declare(ImmutableArray<HomeCapability> homes) => _ledger.Declare(homes);

    /// <summary>Sets the homes' powers aside for an offer, all of them or none.</summary>
    /// <param name="powers">W of each home, an amount.</param>
    /// <param name="replaced">An offer that this one takes the place of, and whose homes are free for it; null for none.</param>
    public LedgerAnswer Reserve(OfferId offer, Period period, RegulationDirection direction, ImmutableArray<(MemberId Home, long Watts)> powers, OfferId? replaced = null) =>
        _ledger.Reserve(new ReservationRequest(
            offer.Value, ReservationChannel.AncillaryServices, _grid.StartOf(period).ToUnixTimeSeconds(),
            [.. powers.Select(power => ReservedEnergy.OfPower(new HeadroomKey(power.Home, period, direction), power.Watts, _grid))], Held(replaced) is null ? null : replaced!.Value.Value));

    /// <summary>W of each home that an offer may rest on: what no market holds, and what the offer that it takes the place of does.</summary>
    public Func<MemberId, long> Free(Period period, RegulationDirection direction, OfferId? replaced)
    {
        var back = Held(replaced)?.Lines.ToDictionary(line => line.Key.Home, line => line.Energy) ?? [];
        return home =>
        {
            var free = _ledger.Account(new HeadroomKey(home, period, direction)) is { } account ? account.Capability - account.Reserved + back.GetValueOrDefault(home) : Energy.Zero;
            return Math.Max(0, free.WattHours) * 3_600 / _grid.LengthSeconds;
        };
    }

    /// <summary>Whether something of a home is set aside for the system operator, either way.</summary>
    public bool IsBound(MemberId home, Period period) =>
        _ledger.Account(new HeadroomKey(home, period, RegulationDirection.Up))?.Ancillary > Energy.Zero || _ledger.Account(new HeadroomKey(home, period, RegulationDirection.Down))?.Ancillary > Energy.Zero;

    /// <summary>The first and the last of some rising periods in which something of a home is set aside for the system operator, either way; null where nothing is.</summary>
    public (Period First, Period Last)? Bound(MemberId home, IEnumerable<Period> periods)
    {
        (Period First, Period Last)? bound = null;
        foreach (var period in periods.Where(period => IsBound(home, period)))
        {
            bound = (bound?.First ?? period, period);
        }

        return bound;
    }

    /// <summary>The operator has spoken: what it took stays with the homes that ask least, the rest is free again.</summary>
    /// <param name="ask">What a home wants for a kWh.</param>
    public LedgerAnswer Settle(BookedOffer offer, Func<MemberId, Price> ask)
    {
        if (offer.AcceptedWatts == 0)
        {
            return _ledger.Release(offer.Id.Value);
        }

        if (Held(offer.Id) is not { } held)
        {
            return LedgerAnswer.Granted;
        }

        var homes = held.Lines.Where(line => line.Energy > Energy.Zero)
            .Select(line => DispatchHome.Of(line.Key.Home, [new PowerStep(line.Energy.WattHours * 3_600 / _grid.LengthSeconds, ask(line.Key.Home))]));
        return _ledger.Confirm(offer.Id.Value, new OfferReservation(offer.Offer.Period, offer.Offer.Direction, [.. homes]).Sold(offer.AcceptedWatts, offer.Offer.Watts, _grid));
    }

    /// <summary>An offer was not made after all, or is taken back.</summary>
    public LedgerAnswer Release(OfferId offer) => _ledger.Release(offer.Value);

    /// <summary>Holds for the system operator that no result has come for.</summary>
    public ImmutableArray<OfferId> Open() =>
        [.. _ledger.Reservations.Where(known => known is { Stage: ReservationStage.Held, Request.Channel: ReservationChannel.AncillaryServices }).Select(known => new OfferId(known.Request.Id))];

    /// <summary>Whether a name has never been used.</summary>
    public bool IsNew(OfferId offer) => _ledger.Find(offer.Value) is null;

    /// <summary>Whether some home of an offer can no longer do what is promised of it.</summary>
    public bool IsShort(OfferId offer) => _ledger.Find(offer.Value)?.Lines.Any(line => _ledger.Account(line.Key) is { } account && account.Shortfall > Energy.Zero) ?? true;

    /// <summary>What is kept for an offer, Wh; null where nothing is.</summary>
    public long? ReservedWattHours(OfferId offer) =>
        _ledger.Find(offer.Value) is { Stage: not ReservationStage.Released } known ? known.Lines.Sum(line => line.Energy.WattHours) : null;

    /// <summary>Holds of periods that have begun without a result are given back, and accounts of long ago are forgotten.</summary>
    /// <param name="keep">What was sold so shortly before still binds a home's span.</param>
    public void Close(DateTimeOffset now, TimeSpan keep)
    {
        if (_closed == _grid.At(now))
        {
            return;
        }

        _closed = _grid.At(now);
        foreach (var held in Open().Where(held => Held(held)!.Request.HoldUntil < now.ToUnixTimeSeconds()))
        {
            _ledger.Release(held.Value);
        }

        _ledger.Close(_grid.At(now - keep));
    }

    /// <summary>Puts a short log in the place of the one that has grown; its first line names the last digest of the one before.</summary>
    public void Compact() => _ledger.Compact(lines => _log.Replace(_ => lines));

    public void Dispose() => _log.Dispose();

    private Reservation? Held(OfferId? offer) => offer is { } id && _ledger.Find(id.Value) is { Stage: ReservationStage.Held } held ? held : null;
}

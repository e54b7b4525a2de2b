using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
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
    public LedgerAnswer Reserve(OfferId offer, Period period, RegulationDirection direction, ImmutableArray<(MemberId Home, long Watts)> powers) =>
        _ledger.Reserve(new ReservationRequest(
            offer.Value, ReservationChannel.AncillaryServices, _grid.StartOf(period).ToUnixTimeSeconds(),
            [.. powers.Select(power => ReservedEnergy.OfPower(new HeadroomKey(power.Home, period, direction), power.Watts, _grid))]));

    /// <summary>The operator has spoken: what it took stays, each home's part in the same proportion, rounded up; the rest is free again.</summary>
    public LedgerAnswer Settle(BookedOffer offer)
    {
        if (offer.AcceptedWatts == 0)
        {
            return _ledger.Release(offer.Id.Value);
        }

        if (_ledger.Find(offer.Id.Value) is not { Stage: ReservationStage.Held } held)
        {
            return LedgerAnswer.Granted;
        }

        var (taken, whole) = (offer.AcceptedWatts, offer.Offer.Watts);
        return _ledger.Confirm(
            offer.Id.Value,
            [.. held.Lines.Select(line => line with { Energy = new Energy((long)(((Int128)line.Energy.WattHours * taken + whole - 1) / whole)) })]);
    }

    /// <summary>An offer was not made after all.</summary>
    public LedgerAnswer Release(OfferId offer) => _ledger.Release(offer.Value);

    /// <summary>What is kept for an offer, Wh; null where nothing is.</summary>
    public long? ReservedWattHours(OfferId offer) =>
        _ledger.Find(offer.Value) is { Stage: not ReservationStage.Released } known ? known.Lines.Sum(line => line.Energy.WattHours) : null;

    /// <summary>Periods before this one are over, and their accounts are forgotten.</summary>
    public void Close(Period firstOpen) => _ledger.Close(firstOpen);

    public void Dispose() => _log.Dispose();
}

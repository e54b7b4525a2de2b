using System.Collections.Concurrent;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Coordination;

/// <summary>
/// Which operator a unit serves in a period: one at most. What a unit delivers is measured at its homes; with orders of two operators in one
/// period nobody could say whose it was, and both would be charged for what the other undid. The ledger keeps every Wh from being sold twice;
/// this keeps every period from having two buyers.
/// </summary>
/// <param name="rules">The scheme that the gateway runs.</param>
/// <param name="books">What the system operator was offered.</param>
internal sealed class UnitClaims(CoordinationRules rules, GatewayBooks books)
{
    private readonly Lock _turn = new();
    private readonly ConcurrentBag<Func<UnitId, Period, bool>> _others = [];

    /// <summary>Adds one who knows of units that are taken by a grid operator in a period. Called under the claims' lock: must be quick.</summary>
    public void Ask(Func<UnitId, Period, bool> isTaken) => _others.Add(isTaken);

    /// <summary>Makes an offer to the system operator, unless the scheme or a grid operator's claim is against it.</summary>
    /// <returns>Whether the offer was tried.</returns>
    public bool OfferToSystemOperator(UnitId unit, Period period, Action offer)
    {
        lock (_turn)
        {
            if (!rules.MayReserve(FlexibilityBuyer.TransmissionOperator) || _others.Any(isTaken => isTaken(unit, period)))
            {
                return false;
            }

            offer();
            return true;
        }
    }

    /// <summary>Does something for a grid operator while nothing is offered to the system operator.</summary>
    public T ForGridOperator<T>(Func<T> claim)
    {
        lock (_turn)
        {
            return claim();
        }
    }

    /// <summary>Whether the system operator holds an offer of that period which it has not refused.</summary>
    public bool IsOfferedToSystemOperator(UnitId unit, Period period) => IsOffered(unit, period, RegulationDirection.Up) || IsOffered(unit, period, RegulationDirection.Down);

    private bool IsOffered(UnitId unit, Period period, RegulationDirection direction) =>
        books.Made(unit, period, direction).Any(offer => offer.Status == OfferStatus.Submitted || offer.AcceptedWatts > 0);
}

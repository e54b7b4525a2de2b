using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>
/// Peak shaving with a meter at the cable: what of the measured flow is not the agents' own takes its part of the room between
/// floor and ceiling.
/// </summary>
/// <remarks>
/// What the agents draw at an instant is what they were allocated by the last price that had reached them by then. So each
/// price is remembered with the time at which it was passed on, a measurement is set against the last one that is older than
/// the devices take to follow, and an agent that has left since counts as flow that nobody controls.
/// </remarks>
/// <param name="shaving">The bounds.</param>
/// <param name="settling">How long devices take to follow a price, ms; not negative.</param>
public sealed class ShavedFlow(PeakShaving shaving, long settling)
{
    private const int MostPrices = 64;

    private readonly long _settling = settling >= 0 ? settling : throw new ArgumentOutOfRangeException(nameof(settling), settling, "Not negative.");
    private List<Price> _passedOn = [];

    /// <summary>The flow that no agent controls, by the last measurement; zero before the first.</summary>
    public Demand Uncontrolled { get; private set; }

    internal DemandCurve Clip(DemandCurve aggregate) => shaving.Clip(aggregate, Uncontrolled);

    internal void PassedOn(ImmutableArray<AgentBid> bids, int index, long at)
    {
        Forget(at);
        if (_passedOn.Count == MostPrices)
        {
            // More prices than are remembered came while devices follow: every other one still tells what they were told about then.
            _passedOn = [.. _passedOn.Where((_, place) => place % 2 == 0)];
        }

        _passedOn.Add(new Price(at, bids, index));
    }

    internal void Measured(Demand flow, long at, AgentBook agents)
    {
        Forget(at);
        var followed = _passedOn.FirstOrDefault(price => price.At + _settling <= at);
        var allocated = followed?.Bids.Where(bid => agents.Has(bid.Agent)).Aggregate(Demand.Zero, (sum, bid) => sum + bid.Curve[followed.Index]);
        Uncontrolled = PeakShaving.UncontrolledFlow(flow, allocated ?? Demand.Zero);
    }

    /// <summary>Leaves as the first price the last one that devices have come to follow.</summary>
    private void Forget(long now) => _passedOn.RemoveRange(0, Math.Max(0, _passedOn.FindLastIndex(price => price.At + _settling <= now)));

    private sealed record Price(long At, ImmutableArray<AgentBid> Bids, int Index);
}

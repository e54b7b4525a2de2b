using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>
/// Whether a bid that counted trades what its home has promised to a balancing service provider (market rule 2). A promise is what home and provider have both signed; one that the provider has
/// released binds nobody, whenever that was, as nothing that is signed says when.
/// </summary>
/// <param name="domain">What signatures are for.</param>
internal sealed class PromiseCheck(MarketDomain domain)
{
    private readonly FlexibilitySigning _signing = new(domain);

    /// <param name="round">As it is published.</param>
    /// <param name="evidence">What is known of promises in its period, in any order; what is not signed by whom it names is nobody's word.</param>
    /// <returns>The first bid of the round that goes beyond a promise; null where none does.</returns>
    public AuditFinding? First(PublishedRound round, IReadOnlyCollection<ReservationEvidence> evidence)
    {
        if (evidence.Count == 0)
        {
            return null;
        }

        var released = evidence.Where(piece => piece.IsRelease && IsProviders(piece)).Select(NameOf).ToHashSet();
        var promises = evidence.Where(piece => !piece.IsRelease && !released.Contains(NameOf(piece)) && IsProviders(piece) && IsHomes(piece))
            .Select(piece => new HomePromise(piece.Order.Content.Member, piece.Order.Content.Bsp, piece.Order.Content.Id, piece.Order.Content.First, piece.Program))
            .Where(promise => promise.Covers(round.Period)).ToLookup(promise => promise.Member);
        foreach (var bid in round.Bids.Select(published => published.Signed.Bid))
        {
            if (promises[bid.Member].FirstOrDefault(promise => !promise.RoomIn(round.Period).Admits(bid)) is { } broken)
            {
                var room = broken.RoomIn(round.Period);
                return new AuditFinding(
                    round.Period, AuditCheck.Promise, $"the bid of {bid.Member}", $"it counted with {Sum(bid.Buy)} Wh to buy and {Sum(bid.Sell)} to sell",
                    $"her promise to {broken.Bsp}, order {broken.Id}, leaves {room.MostBought.WattHours} Wh to buy and {room.MostSold.WattHours} to sell");
            }
        }

        return null;
    }

    private bool IsProviders(ReservationEvidence evidence) =>
        FlexibilitySigning.IsSignedBy(evidence.Order.Content.Bsp, _signing.Hash(evidence.Order.Content), evidence.Order.Signature.AsSpan());

    private bool IsHomes(ReservationEvidence evidence) =>
        FlexibilitySigning.IsSignedBy(evidence.Order.Content.Member, _signing.Hash(evidence.Order.Content, evidence.Program), evidence.HomeSignature.AsSpan());

    private static (MemberId, MemberId, long) NameOf(ReservationEvidence evidence) => (evidence.Order.Content.Member, evidence.Order.Content.Bsp, evidence.Order.Content.Id);

    private static Int128 Sum(IEnumerable<Step> steps) => steps.Aggregate((Int128)0, (sum, step) => sum + step.Energy.WattHours);
}

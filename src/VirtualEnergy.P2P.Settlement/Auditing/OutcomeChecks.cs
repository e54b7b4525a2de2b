using System.Globalization;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>Whether what an exchange says came of the bids is what comes of them.</summary>
internal sealed class OutcomeChecks(PublishedRound said, Round? right, Hash256 bidsRoot, CommittedTrades? rightTrades)
{
    public AuditFinding? First() => right is null || rightTrades is null ? null
        : Of(AuditCheck.Price, "the price", Text(said.Price), Text(right.Clearing.Price))
            ?? Of(AuditCheck.Volume, "the volume", said.Volume.ToString(), right.Clearing.Volume.ToString())
            ?? Trades()
            ?? Of(AuditCheck.Interval, "the interval of the price", Text(said.Interval), Text(right.Clearing.Interval))
            ?? Charges()
            ?? Deltas()
            ?? Of(AuditCheck.Roots, "the bids' root", said.BidsRoot.ToString(), bidsRoot.ToString())
            ?? Of(AuditCheck.Roots, "the trades' root", said.TradesRoot.ToString(), rightTrades.Root.ToString())
            ?? Of(AuditCheck.RoundHash, "the round's hash", said.RoundHash.ToString(), RoundCommitment.Of(right, bidsRoot, rightTrades.Root).RoundHash.ToString());

    private AuditFinding? Trades()
    {
        for (var i = 0; i < Math.Max(said.Trades.Length, right!.Trades.Length); i++)
        {
            var (has, should) = (i < said.Trades.Length ? (Trade?)said.Trades[i] : null, i < right.Trades.Length ? (Trade?)right.Trades[i] : null);
            if (has != should)
            {
                return Of(AuditCheck.Trades, $"trade {i}", Text(has), Text(should));
            }
        }

        return null;
    }

    private AuditFinding? Charges()
    {
        var (has, should) = (said.Charges, right!.Clearing.Charges);
        for (var i = 0; i < Math.Max(has.Length, should.Length); i++)
        {
            if (Of(AuditCheck.Charges, $"charge {i}", i < has.Length ? Text(has[i]) : "none", i < should.Length ? Text(should[i]) : "none") is { } finding)
            {
                return finding;
            }
        }

        return null;
    }

    private AuditFinding? Deltas()
    {
        var has = said.Deltas.ToLookup(delta => delta.Member, delta => delta.Delta);
        var should = right!.Deltas.ToDictionary(delta => delta.Member, delta => delta.Delta);
        foreach (var member in should.Keys.Union(has.Select(own => own.Key)).Order())
        {
            var all = has[member].ToArray();
            if (all.Length > 1)
            {
                return Of(AuditCheck.Deltas, $"what {member} gets", $"{all.Length} deltas", "one");
            }

            if (Of(AuditCheck.Deltas, $"what {member} gets", all.FirstOrDefault().ToString(), should.GetValueOrDefault(member).ToString()) is { } finding)
            {
                return finding;
            }
        }

        return null;
    }

    private AuditFinding? Of(AuditCheck check, string what, string has, string should) =>
        has == should ? null : new AuditFinding(said.Period, check, what, $"the exchange says {has}", $"from the bids follows {should}");

    private static string Text(Price? price) => price?.ToString() ?? "none";

    private static string Text(PriceInterval? interval) => interval is var (low, high) ? $"{low} to {high}" : "none";

    private static string Text(Charge charge) => $"{charge.Amount} of {charge.Member}";

    private static string Text(Trade? trade) => trade is not { } known ? "no such trade"
        : string.Create(CultureInfo.InvariantCulture, $"{known.Buyer} buys {known.Energy.WattHours} Wh of {known.Seller} at {known.Price}")
            + (known.GridFee == default ? "" : $", grid fee {known.GridFee}") + (known.Spread == default ? "" : $", spread {known.Spread}")
            + (known.Quality == default ? "" : $", {known.Quality}");
}

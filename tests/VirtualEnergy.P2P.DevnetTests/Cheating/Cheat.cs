using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;

namespace VirtualEnergy.P2P.DevnetTests.Cheating;

/// <summary>A way to cheat with a round: what the operator says of it, and what he settles.</summary>
/// <param name="Name">As the issue and docs/cheating.md call it.</param>
/// <param name="Notices">Who does.</param>
/// <param name="Check">What she finds first.</param>
/// <param name="Proof">What shows it on the chain; null where nothing does.</param>
/// <param name="Make">From Anna's acknowledged bid to what is said, which may be nothing, and settled.</param>
internal sealed record Cheat(
    string Name, string Notices, AuditCheck Check, string? Proof, Func<CheatedCommunity, SignedBid, (PublishedRound? Said, SettlementBatch Batch)> Make)
{
    private const string Everyone = "every node that recomputes the round";

    public static ImmutableArray<Cheat> All { get; } =
    [
        new("price shifted one tick", Everyone, AuditCheck.Price, "proveWrongPrice", (community, anna) =>
        {
            // All that is offered is sold, so every price between the sellers' limit and Anna's leaves nobody unfilled.
            var honest = CheatedCommunity.Honest(Clear(community, anna));
            var price = new Price(honest.Price!.Value.MicroEurPerKWh + community.Rules.TickMicroEurPerKWh);
            return Said(community, With(honest, [.. honest.Trades.Select(trade => trade with { Price = price })]) with { Price = price });
        }),
        new("a bid dropped", "the bidder, who has the receipt", AuditCheck.Receipt, "proveMissingBid", (community, anna) =>
        {
            // What Anna would have bought Dario buys, for less.
            var dario = community.Sign(3, anna.Bid with { Member = CheatedCommunity.Dario, Buy = [anna.Bid.Buy[0] with { Price = new Price(20_000) }] });
            return Said(community, CheatedCommunity.Honest(community.Clear(anna.Bid.Period, [dario, .. Sellers(community, anna, whole: true)])));
        }),
        new("a bid invented", Everyone, AuditCheck.BidSignature, "proveForgedSignature", (community, anna) =>
        {
            // Dario never bid; the operator signs for him with another key.
            var forged = community.Sign(1, new Bid(CheatedCommunity.Keys[1].Address.ToMember(), anna.Bid.Period, 7, [new Step(new Price(300_000), new Energy(100))], []));
            var invented = forged.Bid with { Member = CheatedCommunity.Dario };
            var hash = new VirtualEnergy.P2P.Settlement.Signing.BidSigning(community.Domain).Hash(invented);
            var signed = new SignedBid(invented, hash, CheatedCommunity.Keys[1].Sign(hash).ToImmutableBytes());
            return Said(community, CheatedCommunity.Honest(community.Clear(anna.Bid.Period, [anna, signed, .. Sellers(community, anna, whole: true)])));
        }),
        new("a bid altered", "every node that recomputes the round, the bidder among them", AuditCheck.BidSignature, "proveForgedSignature", (community, anna) =>
        {
            // Anna pays up to a euro more than she signed.
            var first = anna.Bid.Buy[0];
            var altered = anna.Bid with { Buy = anna.Bid.Buy.SetItem(0, first with { Price = new Price(first.Price.MicroEurPerKWh + 1_000_000) }) };
            var signed = anna with { Bid = altered, Hash = new VirtualEnergy.P2P.Settlement.Signing.BidSigning(community.Domain).Hash(altered) };
            return Said(community, CheatedCommunity.Honest(Clear(community, signed)));
        }),
        new("fills favouring a friend", Everyone, AuditCheck.Trades, "proveUnfairShare", (community, anna) =>
        {
            // Bice and Carlo offer alike and should sell half each; Carlo is the friend and sells all.
            var honest = CheatedCommunity.Honest(community.Clear(anna.Bid.Period, [anna, .. Sellers(community, anna, whole: true)]));
            var friend = CheatedCommunity.Keys[2].Address.ToMember();
            var all = honest.Trades[0] with { Seller = friend, Energy = honest.Volume };
            return Said(community, With(honest, [all]));
        }),
        new("trades swapped after the root", Everyone, AuditCheck.TradesRoot, "proveWrongDelta", (community, anna) =>
        {
            // The root is of the true trades; published and paid is that Anna bought of Dario.
            var round = Clear(community, anna);
            var honest = CheatedCommunity.Honest(round);
            var swapped = With(honest, honest.Trades.SetItem(0, honest.Trades[0] with { Seller = CheatedCommunity.Dario }));
            return (swapped, SettlementBatch.Of(round) with { Deltas = swapped.Deltas });
        }),
        new("delta skimmed", Everyone, AuditCheck.ChainDeltas, "proveWrongDelta", (community, anna) =>
        {
            // Of what Anna pays, Dario gets ten cents more than nothing.
            var round = Clear(community, anna);
            var dime = new Money(100_000);
            var deltas = round.Deltas.Select(delta => delta.Member == CheatedCommunity.Anna ? delta with { Delta = delta.Delta - dime } : delta);
            return (CheatedCommunity.Honest(round), SettlementBatch.Of(round) with { Deltas = [.. deltas, new MemberDelta(CheatedCommunity.Dario, dime)] });
        }),
        new("round withheld", Everyone, AuditCheck.Published, FraudEvidence.Demand, (community, anna) => (null, SettlementBatch.Of(Clear(community, anna)))),
        new("fee inflated", Everyone, AuditCheck.Trades, "proveOtherPrice", (community, anna) =>
        {
            var honest = CheatedCommunity.Honest(Clear(community, anna));
            return Said(community, With(honest, honest.Trades.SetItem(0, honest.Trades[0] with { GridFee = new Price(50_000) }), community.Rules.Accounts));
        })
        {
            // The rules name Dario as grid operator, and no fee.
            Rules = MarketRules.Default with { Accounts = new MoneyAccounts(CheatedCommunity.Dario, null) },
        },
        new("a trade at another price, in a market without one price for all", Everyone, AuditCheck.Trades, null, (community, anna) =>
        {
            // Within both bids, so that only clearing again shows it.
            var honest = CheatedCommunity.Honest(Clear(community, anna));
            var price = new Price(honest.Trades[0].Price.MicroEurPerKWh - community.Rules.TickMicroEurPerKWh);
            return Said(community, With(honest, honest.Trades.SetItem(0, honest.Trades[0] with { Price = price })));
        })
        {
            Rules = MarketRules.Default with { Mechanism = MechanismKind.PayAsBid },
        },
    ];

    public MarketRules Rules { get; init; } = MarketRules.Default;

    /// <summary>Only Bice and Carlo bid beside Anna, who sells nothing: together just what she buys, or each all of it.</summary>
    public static IEnumerable<SignedBid> Sellers(CheatedCommunity community, SignedBid anna, bool whole)
    {
        var wanted = anna.Bid.Buy.Aggregate(0L, (sum, step) => sum + step.Energy.WattHours);
        foreach (var (member, energy) in new[] { (1, whole ? wanted : wanted / 2), (2, whole ? wanted : wanted - wanted / 2) })
        {
            yield return community.Sign(member, new Bid(
                CheatedCommunity.Keys[member].Address.ToMember(), anna.Bid.Period, 1, [], [new Step(new Price(10_000), new Energy(energy))]));
        }
    }

    /// <summary>The round in which the neighbours offer just what Anna buys.</summary>
    public static Round Clear(CheatedCommunity community, SignedBid anna) => community.Clear(anna.Bid.Period, [anna, .. Sellers(community, anna, whole: false)]);

    public override string ToString() => Name;

    private static (PublishedRound? Said, SettlementBatch Batch) Said(CheatedCommunity community, PublishedRound said)
    {
        // He publishes the roots of what he settles: nothing but recomputing shows anything.
        var batch = community.BatchOf(said);
        return (said with { BidsRoot = batch.BidsRoot, TradesRoot = batch.TradesRoot }, batch);
    }

    private static PublishedRound With(PublishedRound said, ImmutableArray<Trade> trades, MoneyAccounts accounts = default) =>
        said with { Trades = trades, Deltas = Netting.DeltasOf(trades, [], accounts) };
}

using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>Whether what an exchange says of a metered period is what follows from readings and trades, in the order of an audit.</summary>
internal sealed class MeteredChecks(
    PublishedMetering said, MeteredOnChain chain, Round recomputed, SettledRound traded, AuditedMarket market, ReadingSignatures signatures)
{
    /// <summary>Whether the published is the committed.</summary>
    public AuditFinding? OnChain(Hash256 root) => chain.StandsOn.Commitment == CommitmentCheck.Differs
        ? Of(AuditCheck.Commitment, "the commitment", "the log says that other deviations were settled than the contract keeps", "one of the two is false: ask another node")
        : root == chain.Event.MeterRoot ? null
            : Of(
                AuditCheck.MeterRoot, "what was metered", $"{said.Positions.Length} positions and {said.Trades.Length} balancing trades with root {root} are published",
                $"the chain has root {chain.Event.MeterRoot}");

    /// <summary>Whether positions ascend by member, one each, all of them members'.</summary>
    public AuditFinding? Disorder()
    {
        for (var i = 0; i < said.Positions.Length; i++)
        {
            var member = MemberAt(i);
            if (i > 0 && MemberAt(i - 1).CompareTo(member) >= 0)
            {
                return Of(AuditCheck.Positions, $"position {i}, of {member}", $"it stands behind that of {MemberAt(i - 1)}", "positions ascend by member, and each has one");
            }

            if (!chain.Lanes.Contains(member))
            {
                return Of(AuditCheck.Positions, $"position {i}, of {member}", "it counted", "its member is not registered with the contract");
            }
        }

        return null;
    }

    /// <summary>Whether positions are what members traded, and prices what the rules make of the round's.</summary>
    public AuditFinding? TradedAndPrices() => Traded() ?? Prices();

    /// <summary>Whether shares, balancing trades and money are what comes of that.</summary>
    public AuditFinding? Outcome(SettledDeviations right)
    {
        for (var i = 0; i < right.Positions.Length; i++)
        {
            var (has, should) = (said.Positions[i].Settled.Matched, right.Positions[i].Matched);
            if (has != should)
            {
                return Of(AuditCheck.Shares, $"the balanced part of {MemberAt(i)}", $"the exchange says {has}", $"from the deviations follow {should}");
            }
        }

        for (var i = 0; i < Math.Max(said.Trades.Length, right.Trades.Length); i++)
        {
            var (has, should) = (i < said.Trades.Length ? (Trade?)said.Trades[i] : null, i < right.Trades.Length ? (Trade?)right.Trades[i] : null);
            if (has != should)
            {
                return Of(AuditCheck.Trades, $"balancing trade {i}", $"the exchange says {Text(has)}", $"from the deviations follows {Text(should)}");
            }
        }

        return Money(right.Deltas, said.Deltas.ToLookup(delta => delta.Member, delta => delta.Delta), AuditCheck.Deltas, "the exchange says");
    }

    /// <summary>Whether balances on the chain moved by just that.</summary>
    public AuditFinding? Money(SettledDeviations right)
    {
        if (chain.Words is not { } words)
        {
            var hash = SettlementCommitment.DeltasHash(right.Deltas, chain.Lanes);
            return hash == chain.Event.DeltasHash ? null
                : Of(AuditCheck.ChainDeltas, "the deltas", $"the chain has deltas with the hash {chain.Event.DeltasHash}, and no call data shows them", $"those that follow have {hash}");
        }

        var moved = DeltaWords.Unpack(words);
        return moved.Where(delta => chain.Lanes.OwnerOf(delta.Lane) is null).Select(delta => (LaneDelta?)delta).FirstOrDefault() is { } unknown
            ? Of(AuditCheck.ChainDeltas, $"lane {unknown.Lane}", $"the chain moved {unknown.Delta}", "nobody has that lane")
            : Money(right.Deltas, moved.ToLookup(delta => chain.Lanes.OwnerOf(delta.Lane)!.Value.ToMember(), delta => delta.Delta), AuditCheck.ChainDeltas, "the chain moved");
    }

    private AuditFinding? Money(ImmutableArray<MemberDelta> right, ILookup<MemberId, Money> has, AuditCheck check, string who)
    {
        var should = right.ToDictionary(delta => delta.Member, delta => delta.Delta);
        foreach (var member in should.Keys.Union(has.Select(own => own.Key)).Order())
        {
            var (sum, follows) = (has[member].Aggregate(Market.Money.Zero, (total, each) => total + each), should.GetValueOrDefault(member));
            if (sum != follows)
            {
                return Of(check, $"what {member} gets", $"{who} {sum}", $"from the deviations follow {follows}");
            }
        }

        return null;
    }

    /// <summary>Whether positions are what meters signed.</summary>
    public AuditFinding? Readings()
    {
        for (var i = 0; i < said.Positions.Length; i++)
        {
            if (said.Positions[i] is not { Reading: { } reading, Settled.Position: var position })
            {
                continue;
            }

            var what = $"the reading of {position.Member}";
            if (signatures.Forged.Contains(i))
            {
                return Of(AuditCheck.ReadingSignature, what, $"it counted with a signature of {signatures.Signers[i]?.ToString() ?? "nobody"}", "only her meter can have made it");
            }

            if (reading.Energy.Member != position.Member || reading.Energy.Period != said.Period)
            {
                return Of(AuditCheck.Reading, what, "it counted", $"it is of {reading.Energy.Member} and period {reading.Energy.Period}");
            }

            if (reading.Net is var net && net != position.Metered)
            {
                return Of(AuditCheck.Reading, what, $"the exchange says {position.Metered}", $"her meter signed {net}");
            }
        }

        return null;
    }

    private AuditFinding? Traded()
    {
        var totals = LedgerEntry.LastOf(traded.Trades.Ledger);
        foreach (var (position, _) in said.Positions.Select(position => position.Settled))
        {
            var own = totals.GetValueOrDefault(position.Member);
            if (own.Bought - own.Sold is var net && net != position.Traded)
            {
                return Of(AuditCheck.Traded, $"what {position.Member} traded", $"the exchange says {position.Traded}", $"from the round follow {net}");
            }
        }

        return null;
    }

    private AuditFinding? Prices()
    {
        // Without a round's price the supplier's tariff stands in for it, which the chain does not know.
        var should = recomputed.Clearing.Price is { } price
            ? ImbalancePrices.Of(market.Rules, price, null) : said.Prices with { Spread = ImbalancePrices.Of(market.Rules, default(Price), null).Spread };
        return said.Prices == should ? null
            : Of(AuditCheck.BalancingPrices, "the prices", $"the exchange says {said.Prices.Long} and {said.Prices.Short}", $"by the rules they are {should.Long} and {should.Short}");
    }

    private MemberId MemberAt(int place) => said.Positions[place].Settled.Position.Member;

    private AuditFinding Of(AuditCheck check, string what, string has, string follows) => new(said.Period, check, what, has, follows);

    private static string Text(Trade? trade) => trade is not { } known ? "no such trade"
        : string.Create(CultureInfo.InvariantCulture, $"{known.Buyer} buys {known.Energy.WattHours} Wh of {known.Seller} at {known.Price}")
            + (known.Spread == default ? "" : $", spread {known.Spread}");
}

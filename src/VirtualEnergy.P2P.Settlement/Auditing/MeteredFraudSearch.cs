using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>
/// Looks through a committed metered batch for what the judge's expert would call fraud, by his own questions (<c>contracts/proofs/PositionProofs.sol</c>). Sums and
/// ledger are made from positions and trades here, so where they are false nothing has the root on the chain, and nothing is searched.
/// </summary>
/// <param name="batch">All that the operator committed to.</param>
/// <param name="traded">The metered period, likewise.</param>
/// <param name="readings">The reading behind each position.</param>
/// <param name="chain">The batch's money and the members.</param>
/// <param name="forged">Places of positions whose reading bears another signature than the meter's.</param>
internal sealed class MeteredFraudSearch(
    SettledMeteredBatch batch, SettledRound traded, ImmutableArray<SignedReading?> readings, MeteredOnChain chain, AuditedMarket market, IReadOnlySet<int> forged)
{
    private readonly CommittedDeviations _deviations = batch.Deviations;
    private readonly IReadOnlyDictionary<MemberId, LedgerEntry> _balanced = LedgerEntry.LastOf(batch.Deviations.Trades.Ledger);

    /// <summary>Everything that was found, in the order in which an audit looks.</summary>
    public IEnumerable<FraudEvidence> All() =>
        Disorder().Concat(Readings()).Concat(OtherTraded()).Concat(WrongPrices()).Concat(WrongShares()).Concat(WrongTrades()).Concat(OtherMatched()).Concat(WrongDeltas());

    private IEnumerable<FraudEvidence> Disorder() =>
        from i in Enumerable.Range(0, _deviations.Positions.Length)
        where (i > 0 && PositionAt(i - 1).Member.CompareTo(PositionAt(i).Member) >= 0) || !chain.Lanes.Contains(PositionAt(i).Member)
        select Of("proveWrongSums", i == 0 ? "position 0" : $"positions {i - 1} and {i}", (expert, sender, stop) => expert.ProveWrongSumsAsync(sender, batch, i, stop));

    private IEnumerable<FraudEvidence> Readings()
    {
        var signing = new MeterReadingSigning(market.Domain);
        for (var i = 0; i < readings.Length; i++)
        {
            if (readings[i] is not { } reading)
            {
                continue;
            }

            var (at, position) = (i, PositionAt(i));
            if (forged.Contains(i))
            {
                yield return Of(
                    "proveForgedReading", $"position {i} and the signature of its reading",
                    (expert, sender, stop) => expert.ProveForgedReadingAsync(sender, batch, at, signing.Hash(reading.Energy), reading.Signature, stop));
            }
            else if (reading.Energy.Member != position.Member || reading.Energy.Period != batch.MeteredPeriod || reading.Energy.Import - reading.Energy.Export != position.Metered)
            {
                yield return Of(
                    "proveOtherReading", $"position {i} and its reading",
                    (expert, sender, stop) => expert.ProveOtherReadingAsync(sender, batch, at, reading.Energy, reading.Signature, stop));
            }
        }
    }

    private IEnumerable<FraudEvidence> OtherTraded()
    {
        var totals = LedgerEntry.LastOf(traded.Trades.Ledger);
        return from i in Enumerable.Range(0, _deviations.Positions.Length)
            let own = totals.GetValueOrDefault(PositionAt(i).Member)
            where own.Bought - own.Sold != PositionAt(i).Traded
            select Of(
                "proveOtherTraded", $"position {i}, and what {PositionAt(i).Member} came to in the round",
                (expert, sender, stop) => expert.ProveOtherTradedAsync(sender, batch, i, traded, stop));
    }

    private IEnumerable<FraudEvidence> WrongPrices()
    {
        var right = ImbalancePrices.Of(market.Rules, traded.Trades.Price, null);
        if (_deviations.Prices.Spread != right.Spread || (!traded.Trades.Trades.IsEmpty && _deviations.Prices.Long != right.Long))
        {
            yield return Of("proveWrongPrices", "the prices and the round's", (expert, sender, stop) => expert.ProveWrongPricesAsync(sender, batch, traded, stop));
        }
    }

    private IEnumerable<FraudEvidence> WrongShares()
    {
        var matched = Int128.Min(_deviations.TotalShort, _deviations.TotalLong);
        for (var i = 0; i < _deviations.Positions.Length; i++)
        {
            var (at, deviation, given) = (i, (Int128)PositionAt(i).Deviation.WattHours, _deviations.Positions[i].Settled.Matched.WattHours);
            var total = deviation > 0 ? _deviations.TotalShort : _deviations.TotalLong;
            var (least, rest) = total == 0 ? (0, 0) : BigInteger.DivRem((BigInteger)Int128.Abs(deviation) * (BigInteger)matched, (BigInteger)total);
            if (given != least && (rest.IsZero || given != least + 1))
            {
                yield return Of("proveWrongShare", $"position {i}", (expert, sender, stop) => expert.ProveWrongShareAsync(sender, batch, at, stop));
            }
        }
    }

    private IEnumerable<FraudEvidence> WrongTrades() =>
        from i in Enumerable.Range(0, _deviations.Trades.Trades.Length)
        let trade = _deviations.Trades.Trades[i]
        let right = new Trade(trade.Buyer, trade.Seller, trade.Energy, _deviations.Prices.Long) { Spread = _deviations.Prices.Spread }
        where trade.Buyer == trade.Seller || trade.Energy == Energy.Zero || !chain.Lanes.Contains(trade.Buyer) || !chain.Lanes.Contains(trade.Seller)
            || trade.Price != right.Price || trade.SpreadAmount != right.SpreadAmount || trade.GridFeeAmount != Money.Zero || trade.Quality != default
        select Of("proveWrongBalancingTrade", $"balancing trade {i}", (expert, sender, stop) => expert.ProveWrongBalancingTradeAsync(sender, batch, i, stop));

    private IEnumerable<FraudEvidence> OtherMatched()
    {
        var settled = _deviations.Positions.ToDictionary(position => position.Settled.Position.Member, position => position.Settled);
        foreach (var member in settled.Keys.Union(_balanced.Keys).Order())
        {
            var (own, entry) = (settled.GetValueOrDefault(member), _balanced.GetValueOrDefault(member));
            var (buys, sells) = own.Position.Deviation > Energy.Zero ? (own.Matched, Energy.Zero) : (Energy.Zero, own.Position.Deviation < Energy.Zero ? own.Matched : Energy.Zero);
            if (entry.Bought != buys || entry.Sold != sells)
            {
                yield return Of(
                    "proveOtherMatched", $"the balanced part of {member}, and her balancing trades",
                    (expert, sender, stop) => expert.ProveOtherMatchedAsync(sender, batch, member, stop));
            }
        }
    }

    private IEnumerable<FraudEvidence> WrongDeltas()
    {
        if (chain.Words is not { } words)
        {
            yield break;
        }

        var deltas = DeltaWords.Unpack(words).ToDictionary(delta => delta.Lane, delta => delta.Delta);
        foreach (var member in chain.Lanes.All.Select(address => address.ToMember()))
        {
            if (deltas.GetValueOrDefault(chain.Lanes.LaneOf(member)) != _balanced.GetValueOrDefault(member).Money)
            {
                var (shown, place) = chain.Parts.IsEmpty ? (words, PartPlace.Whole) : BatchPart.EvidenceOf(chain.Parts, chain.Lanes.LaneOf(member));
                yield return Of(
                    "proveWrongDelta", $"the last balancing entry of {member}, and the deltas",
                    (expert, sender, stop) => expert.ProveWrongDeltaAsync(sender, batch, member, shown, stop, place));
            }
        }
    }

    private MeteredPosition PositionAt(int place) => _deviations.Positions[place].Settled.Position;

    private static FraudEvidence Of(string proof, string about, Func<MeteredProofsContract, TransactionSender, CancellationToken, Task<TransactionReceipt>> bring) =>
        new(proof, about, async (judge, sender, _, cancellation) => await bring(await judge.MeteredAsync(sender.Client, cancellation), sender, cancellation));
}

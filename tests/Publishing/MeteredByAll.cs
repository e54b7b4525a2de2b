using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Publishing;

/// <summary>A metered period of members with a key each, from what their meters sign to what an exchange says of it; each step can be falsified.</summary>
internal sealed record MeteredByAll(MarketDomain Domain, Period Period, ImbalancePrices Prices, ImmutableArray<MeteredPosition> Positions, ImmutableArray<SignedReading> Readings)
{
    /// <summary>Of earlier periods.</summary>
    public ImmutableArray<PublishedMeterCorrection> Corrections { get; init; } = [];

    /// <summary>The same with what her meter signed for an earlier period, and the difference carried.</summary>
    public MeteredByAll Correcting(Energy assumed, SignedReading reading) =>
        With(reading.Energy.Member, position => position with { Carried = position.Carried + reading.Net - assumed }) with
        {
            Corrections = [.. Corrections, new PublishedMeterCorrection(new Correction(reading.Energy.Member, reading.Energy.Period, assumed, reading.Net), reading)],
        };

    /// <summary>The same with an estimate for a member, of what she traded.</summary>
    public MeteredByAll Estimating(MemberId member) =>
        With(member, position => position with { Metered = position.Traded }) with { Readings = [.. Readings.Where(reading => reading.Energy.Member != member)] };

    /// <param name="domain">What readings are signed for.</param>
    /// <param name="round">What was traded.</param>
    /// <param name="members">Each with the Wh by which her meter shows more than she traded.</param>
    public static MeteredByAll Of(MarketDomain domain, Round round, MarketRules rules, IReadOnlyList<(EthereumKey Key, long Difference)> members)
    {
        var traded = LedgerEntry.LastOf(LedgerEntry.Book(round.Trades, [], default));
        var positions = members.Select(own =>
        {
            var entry = traded.GetValueOrDefault(own.Key.Address.ToMember());
            return new MeteredPosition(own.Key.Address.ToMember(), entry.Bought - entry.Sold + new Energy(own.Difference), Energy.Zero, entry.Bought - entry.Sold);
        }).ToImmutableArray();
        return new MeteredByAll(
            domain, round.Period, ImbalancePrices.Of(rules, round.Clearing.Price, null), [.. positions.OrderBy(position => position.Member)],
            [.. members.Select((own, i) => Sign(domain, positions[i].Member, round.Period, positions[i].Metered, own.Key))]);
    }

    public static SignedReading Sign(MarketDomain domain, MemberId member, Period period, Energy net, EthereumKey key, long number = 1)
    {
        var (import, export) = net > Energy.Zero ? (net, Energy.Zero) : (Energy.Zero, Energy.Zero - net);
        var reading = new MeteredEnergy(member, period, number, import, export, Energy.Zero, Energy.Zero, Energy.Zero);
        return new SignedReading(reading, new MeterReadingSigning(domain).Sign(reading, key));
    }

    /// <summary>The same with another reading for its member.</summary>
    public MeteredByAll With(SignedReading reading) =>
        this with { Readings = [.. Readings.Where(other => other.Energy.Member != reading.Energy.Member), reading] };

    /// <summary>The same with another position for a member.</summary>
    public MeteredByAll With(MemberId member, Func<MeteredPosition, MeteredPosition> alter) =>
        this with { Positions = [.. Positions.Select(position => position.Member == member ? alter(position) : position)] };

    /// <summary>What is said, all of which follows from positions and prices.</summary>
    public PublishedMetering Publish()
    {
        var settled = DeviationCalculator.Settle(Positions, Prices, default);
        return Rooted(new PublishedMetering(
            Period, Prices, [.. settled.Positions.Select(position => new PublishedMeterPosition(position, Readings.FirstOrDefault(reading => reading.Energy.Member == position.Position.Member)))],
            settled.Trades, settled.Deltas, default) { Corrections = Corrections });
    }

    /// <summary>The same with the root of what it says, whatever that is.</summary>
    public PublishedMetering Rooted(PublishedMetering said)
    {
        var signing = new MeterReadingSigning(Domain);
        var positions = said.Positions.Select(position => new CommittedPosition(
            position.Settled, position.Reading is { } reading ? signing.Commit(reading.Energy, reading.Signature.AsSpan()) : default));
        return said with
        {
            MeterRoot = new CommittedDeviations(
                [.. positions], said.Prices, new CommittedTrades(said.Trades, LedgerEntry.Book(said.Trades, [], default), said.Prices.Long)).Root,
        };
    }
}

using System.Numerics;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using static VirtualEnergy.P2P.Settlement.Contracts.EvidenceWords;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>The parts of evidence about metered batches in the ABI's form, and their types as <c>contracts/libraries/MeteredBatches.sol</c> states them.</summary>
internal static class MeteredWords
{
    public const string BatchType =
        $"({SettledType} settled, uint64 meteredPeriod, uint32 beforePeriod, uint32 beforeStandsOn, bytes32 deviations, bytes32 tradesRoot, bytes32 deltasHash)";

    public const string HeadType = "(uint256 count, bytes32 tree, uint256 totalShort, uint256 totalLong, int256 longPrice, int256 spread)";

    public const string PositionType =
        "(address member, int64 metered, int64 carried, int64 traded, uint64 matched, uint256 shortBefore, uint256 longBefore, bytes32 reading)";

    public const string PlacedPositionType = $"({PositionType} position, uint256 place, bytes32[] siblings)";

    public const string PositionGapType =
        $"(uint256 place, {PositionType} left, bytes32[] leftSiblings, {PositionType} right, bytes32[] rightSiblings)";

    public const string ReadingType =
        "(address member, uint64 period, uint64 number, uint64 importWh, uint64 exportWh, uint64 productionWh, uint64 chargeWh, uint64 dischargeWh)";

    private static readonly object[] NoPosition = [Address.Zero, 0, 0, 0, 0, 0, 0, default(Market.Hash256)];

    public static object[] Of(SettledMeteredBatch batch) =>
    [
        EvidenceWords.Of(batch.Settled), batch.MeteredPeriod.Index, batch.Before.Period.Index, batch.Before.StandsOn.Index, batch.Deviations.Head,
        batch.Deviations.Trades.Root, batch.DeltasHash,
    ];

    public static object[] Head(CommittedDeviations deviations) =>
    [
        deviations.Positions.Length, deviations.Tree, (BigInteger)deviations.TotalShort, (BigInteger)deviations.TotalLong,
        deviations.Prices.Long.MicroEurPerKWh, deviations.Prices.Spread.MicroEurPerKWh,
    ];

    public static object[] Placed(CommittedDeviations deviations, int place) =>
        [Position(deviations, place), place, EvidenceWords.Of(deviations.Siblings(place))];

    /// <summary>The gap before a place: what stands on either side of it, and nothing at the ends.</summary>
    public static object[] Gap(CommittedDeviations deviations, int place)
    {
        var (hasLeft, hasRight) = (place > 0, place < deviations.Positions.Length);
        return
        [
            place,
            hasLeft ? Position(deviations, place - 1) : NoPosition, hasLeft ? EvidenceWords.Of(deviations.Siblings(place - 1)) : [],
            hasRight ? Position(deviations, place) : NoPosition, hasRight ? EvidenceWords.Of(deviations.Siblings(place)) : [],
        ];
    }

    public static object[] Of(MeteredEnergy reading) =>
    [
        Address.FromMember(reading.Member), reading.Period.Index, reading.Number, reading.Import.WattHours, reading.Export.WattHours,
        reading.Production.WattHours, reading.Charge.WattHours, reading.Discharge.WattHours,
    ];

    private static object[] Position(CommittedDeviations deviations, int place)
    {
        var (shortBefore, longBefore) = (BigInteger.Zero, BigInteger.Zero);
        foreach (var before in deviations.Positions.AsSpan()[..place])
        {
            var deviation = (BigInteger)before.Settled.Position.Deviation.WattHours;
            shortBefore += BigInteger.Max(0, deviation);
            longBefore += BigInteger.Max(0, -deviation);
        }

        var ((position, matched), reading) = deviations.Positions[place];
        return
        [
            Address.FromMember(position.Member), position.Metered.WattHours, position.Carried.WattHours, position.Traded.WattHours, matched.WattHours,
            shortBefore, longBefore, reading,
        ];
    }
}

using System.Collections.Immutable;
using System.Globalization;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Tests.Settlement.Commitments;

/// <summary>Rounds of the real auction, as generated from bids with few price levels: so that many share a margin.</summary>
internal static class CommittedRoundGen
{
    public static readonly Period Period = new(1001);

    private const int Levels = 8;
    private const long Tick = 100;

    private static readonly Gen<ImmutableArray<Step>> Steps =
        Gen.Int[0, 3].SelectMany(count => Gen.Select(Gen.Int[0, Levels].Array[count], Gen.OneOf(Gen.Long[1, 9], Gen.Long[1, 3_000]).Array[count]))
            .Select((levels, energies) => levels.Zip(energies).DistinctBy(step => step.First).OrderBy(step => step.First)
                .Select(step => new Step(new Price(Tick * (900 + step.First)), new Energy(step.Second))).ToImmutableArray());

    /// <summary>Buy prices below sell prices, each side in its order: as admission takes them.</summary>
    private static readonly Gen<(ImmutableArray<Step> Buy, ImmutableArray<Step> Sell)> Sides = Gen.Select(Steps, Gen.Int[0, Levels]).Select((steps, split) =>
        (steps.Where(step => step.Price.MicroEurPerKWh < Tick * (900 + split)).OrderByDescending(step => step.Price).ToImmutableArray(),
            steps.Where(step => step.Price.MicroEurPerKWh >= Tick * (900 + split)).ToImmutableArray()));

    public static readonly Gen<Round> Rounds = RoundsOf(MarketRules.Default);

    public static Gen<Round> RoundsOf(MarketRules rules) =>
        Gen.OneOf(Sides, Steps.Select(steps => (steps.OrderByDescending(step => step.Price).ToImmutableArray(), ImmutableArray<Step>.Empty)),
                Steps.Select(steps => (ImmutableArray<Step>.Empty, steps)))
            .Array[0, 14].Select(bids => RoundCalculator.Clear(Period, bids.Select((sides, i) => Signed(i, sides.Item1, sides.Item2)), Zones, rules));

    private static readonly Dictionary<MemberId, ZoneId> Zones = [];

    /// <summary>What stands for a signature here is not looked at.</summary>
    private static SignedBid Signed(int member, ImmutableArray<Step> buy, ImmutableArray<Step> sell)
    {
        var bid = new Bid(new MemberId("0x" + (0xE0000 + member).ToString("x40", CultureInfo.InvariantCulture)), Period, 1, buy, sell);
        return new SignedBid(bid, Keccak256.Hash(BitConverter.GetBytes(member)), [.. new byte[65]]);
    }
}

using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Commitments;

/// <summary>Seven members, the keys 1 to 7, whose meters show what their number makes of it; keys 1 to 3 sent a reading.</summary>
public sealed class CommittedDeviationsTests
{
    private static readonly Period Period = new(1_982_400);
    private static readonly MoneyAccounts Accounts = new(null, Key(102).Address.ToMember());
    private static readonly MeterReadingSigning Signing = new(new MarketDomain(31337, Address.Parse("0x5fbdb2315678afecb367f032d93f642f64180aa3")));
    private static readonly ImbalancePrices Prices = new(new Price(150_000), new Price(100_000));

    private static readonly SettledDeviations Settled = DeviationCalculator.Settle(
        Enumerable.Range(1, 7).Select(i => new MeteredPosition(
            Key(i).Address.ToMember(), new Energy(i % 2 == 0 ? -100 * i : 100 * i), new Energy(i == 4 ? -7 : 0), new Energy(50))),
        Prices, Accounts);

    private static readonly CommittedDeviations Committed = CommittedDeviations.Of(Settled, ReadingOf, Accounts);

    /// <summary>A change here means that nobody can check yesterday's metered batches any more, on the chain or off it.</summary>
    [Fact]
    public void A_fixed_metered_period_has_one_root_for_ever()
    {
        var root = Committed.Root.ToString();
        Assert.True(root == "0x836b5df0edf496c4c43af7a36fcc5b45a90d28c82861f3689b43f0855b9fc7b2", $"gave {root}");
    }

    /// <summary>The general encoder writes every field in full; the leaves and heads above are written a word at a time.</summary>
    [Fact]
    public void The_root_is_that_of_the_documented_encoding()
    {
        var (shorts, longs) = (BigInteger.Zero, BigInteger.Zero);
        var leaves = new List<Hash256>();
        foreach (var ((position, matched), reading) in Committed.Positions)
        {
            leaves.Add(Encoded(
                "(address,int64,int64,int64,uint64,uint256,uint256,bytes32)", Address.FromMember(position.Member), position.Metered.WattHours,
                position.Carried.WattHours, position.Traded.WattHours, matched.WattHours, shorts, longs, reading));
            shorts += Math.Max(0, position.Deviation.WattHours);
            longs += Math.Max(0, -position.Deviation.WattHours);
        }

        var head = Encoded("(uint256,bytes32,uint256,uint256,int256,int256)", 7L, new PositionalTree([.. leaves]).Root, shorts, longs, 150_000L, 100_000L);
        Assert.Equal(head, Committed.Head);
        Assert.Equal(Encoded("(bytes32,bytes32)", head, Committed.Trades.Root), Committed.Root);
        Assert.Equal((shorts, longs), ((BigInteger)Committed.TotalShort, (BigInteger)Committed.TotalLong));
        Assert.Equal(Settled.Trades.AsEnumerable(), Committed.Trades.Trades);
        Assert.Equal(new Price(150_000), Committed.Trades.Price);
    }

    [Fact]
    public void Every_position_is_proved_at_its_place()
    {
        var (shorts, longs) = (Int128.Zero, Int128.Zero);
        for (var place = 0; place < Committed.Positions.Length; place++)
        {
            var position = Committed.Positions[place];
            Assert.Equal(place, Committed.PlaceOf(position.Settled.Position.Member));
            Assert.True(PositionalTree.Verify(
                Committed.Tree, CommittedDeviations.LeafOf(position, shorts, longs), place, 7, Committed.Siblings(place).AsSpan()));
            shorts += Math.Max(0, position.Settled.Position.Deviation.WattHours);
            longs += Math.Max(0, -position.Settled.Position.Deviation.WattHours);
        }
    }

    [Fact]
    public void A_reading_is_committed_to_with_its_signature()
    {
        var reading = Reading(1);
        var signature = Signing.Sign(reading, Key(1));
        Assert.Equal(
            Encoded("(bytes32,bytes32)", Signing.Hash(reading), Keccak256.Hash(signature.AsSpan())), Signing.Commit(reading, signature.AsSpan()));
    }

    private static Hash256 ReadingOf(MemberId member) => Enumerable.Range(1, 3).FirstOrDefault(i => Key(i).Address.ToMember() == member) is > 0 and var number
        ? Signing.Commit(Reading(number), Signing.Sign(Reading(number), Key(number)).AsSpan())
        : default;

    private static MeteredEnergy Reading(int number) => new(
        Key(number).Address.ToMember(), Period, 1, new Energy(number % 2 == 0 ? 0 : 100 * number), new Energy(number % 2 == 0 ? 100 * number : 0), new Energy(5),
        Energy.Zero, Energy.Zero);

    private static Hash256 Encoded(string tuple, params object[] values) =>
        Keccak256.Hash(AbiEncoder.Encode([.. ((AbiTuple)AbiType.Parse(tuple)).Components], values));

    private static EthereumKey Key(byte number) => EthereumKey.FromBytes([.. new byte[EthereumKey.Size - 1], number]);

    private static EthereumKey Key(int number) => Key((byte)number);
}

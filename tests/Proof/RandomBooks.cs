using System.Buffers.Binary;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>Random order books by family, seed and number: the same three give the same book on every machine.</summary>
internal static class RandomBooks
{
    private const long Tick = 100;

    private static readonly MemberId[] Names = [.. Enumerable.Range(0, 64).Select(i => new MemberId($"m{i:00}"))];
    private static readonly ZoneId[] Zones = [ZoneId.Unnamed, new("z1"), new("z2"), new("z3")];

    public static RandomBook Make(BookFamily family, ulong seed, ulong number)
    {
        var dice = SplitMix64.For(seed, (ulong)family, number);
        return family < BookFamily.Fees ? new RandomBook(InOnePlace(family, dice), MarketRules.Default) : OverZones(family, dice);
    }

    private static Order[] InOnePlace(BookFamily family, SplitMix64 dice) =>
        family switch
        {
            BookFamily.Random => Loose(dice, 16, Apart(dice, 20), () => dice.Between(-50, 400), () => AnyEnergy(dice)),
            BookFamily.Ties => Loose(dice, 20, Apart(dice, 20), () => dice.Between(-1, 2), () => dice.Between(1, 7)),
            BookFamily.OnePrice => OnePrice(dice),
            BookFamily.OneSide => OneSide(dice),
            BookFamily.Crossed => Crossed(dice),
            BookFamily.Huge => Loose(dice, 12, Apart(dice, 10), () => dice.Between(-3, 3), () => HugeEnergy(dice)),
            BookFamily.BothSides => BothSides(dice, dice.Between(2, 5)),
            BookFamily.OneOwner => Loose(dice, 12, _ => dice.Chance(70) ? 0 : dice.Between(1, 3), () => dice.Between(-3, 6), () => dice.Between(1, 50)),
            BookFamily.ManyMembers => Loose(dice, 60, Apart(dice, 60), () => dice.Between(0, 40), () => AnyEnergy(dice)),
            BookFamily.Bids => Bids(dice),
            _ => throw new ArgumentOutOfRangeException(nameof(family)),
        };

    // Few prices, so that ties are many, and buyers and sellers apart, as rules 6 and 7 ask of members.
    private static RandomBook OverZones(BookFamily family, SplitMix64 dice)
    {
        var small = dice.Chance(60);
        var orders = Loose(dice, 14, Apart(dice, 16), () => dice.Between(-2, 12), () => small ? dice.Between(1, 30) : AnyEnergy(dice));
        var network = family == BookFamily.Premiums ? ZoneNetwork.CopperPlate : Network(dice, withLimits: family != BookFamily.Fees, small);
        if (family is BookFamily.Premiums or BookFamily.LinesAndPremiums)
        {
            orders = [.. orders.Select(order => order.Side == Side.Sell ? order with { IsGreen = dice.Chance(50) } : order with { Preferences = Wish(dice) })];
        }

        return new RandomBook(orders, MarketRules.Default with { Network = network, KThousandths = 250 * dice.Between(0, 4) });
    }

    private static ZoneNetwork Network(SplitMix64 dice, bool withLimits, bool small) => new(
        from buyer in Zones
        from seller in Zones
        let limit = withLimits && buyer != seller && dice.Chance(40) ? new Energy(small ? dice.Between(0, 40) : AnyEnergy(dice)) : (Energy?)null
        select new ZoneLine(buyer, seller, new Price(dice.Between(0, 3) * Tick), limit));

    private static Preferences Wish(SplitMix64 dice)
    {
        var wish = dice.Chance(30) ? Preferences.None : new Preferences(new Price(dice.Between(0, 3) * Tick), new Price(dice.Between(0, 3) * Tick));
        return dice.Chance(70) ? wish : wish with { Partner = Names[dice.Between(8, 15)], PartnerPremium = new Price(dice.Between(1, 3) * Tick) };
    }

    // The lower half of the names buys, the upper half sells.
    private static Func<Side, int> Apart(SplitMix64 dice, int members) =>
        side => (side == Side.Buy ? 0 : members / 2) + dice.Between(0, members / 2 - 1);

    private static Order[] Loose(SplitMix64 dice, int most, Func<Side, int> owner, Func<int> ticks, Func<long> energy)
    {
        var book = new Order[dice.Between(0, most)];
        for (var i = 0; i < book.Length; i++)
        {
            var side = dice.Chance(50) ? Side.Buy : Side.Sell;
            book[i] = One(dice, owner(side), side, ticks(), energy());
        }

        return book;
    }

    private static Order[] OnePrice(SplitMix64 dice)
    {
        var price = dice.Between(-5_000, 40_000);
        return Loose(dice, 16, Apart(dice, 16), () => price, () => AnyEnergy(dice));
    }

    private static Order[] OneSide(SplitMix64 dice)
    {
        var side = dice.Chance(50) ? Side.Buy : Side.Sell;
        return [.. Loose(dice, 16, Apart(dice, 16), () => dice.Between(-50, 400), () => AnyEnergy(dice)).Select(order => order with { Side = side })];
    }

    private static Order[] Crossed(SplitMix64 dice) =>
        [.. Loose(dice, 24, Apart(dice, 24), () => dice.Between(0, 200), () => AnyEnergy(dice))
            .Select(order => order.Side == Side.Buy ? order with { Price = new Price(order.Price.MicroEurPerKWh + 200 * Tick) } : order)];

    private static Order[] BothSides(SplitMix64 dice, int owners) =>
        Loose(dice, 12, _ => dice.Between(0, owners - 1), () => dice.Between(-3, 6), () => dice.Between(1, 50));

    private static Order[] Bids(SplitMix64 dice)
    {
        var book = new List<Order>();
        for (var member = dice.Between(0, 8); member > 0; member--)
        {
            var key = Key(dice);
            var buys = dice.Between(0, 3);
            var sells = dice.Between(0, 3);
            var price = dice.Between(0, 30);
            for (var step = buys; step > 0; step--)
            {
                book.Add(One(dice, member, Side.Buy, price, dice.Between(1, 900)) with { Key = key });
                price -= dice.Between(1, 4);
            }

            price = dice.Between(31, 36) - (buys == 0 ? 31 : 0);
            for (var step = sells; step > 0; step--)
            {
                book.Add(One(dice, member, Side.Sell, price, dice.Between(1, 900)) with { Key = key });
                price += dice.Between(1, 4);
            }
        }

        return [.. book];
    }

    private static Order One(SplitMix64 dice, int owner, Side side, long ticks, long energy) =>
        new(Key(dice), Names[owner], side, new Price(ticks * Tick), new Energy(energy)) { Zone = Zones[owner % Zones.Length] };

    private static long AnyEnergy(SplitMix64 dice) => dice.Between(0, 2) switch
    {
        0 => dice.Between(1, 9),
        1 => dice.Between(1, 5_000),
        _ => dice.Between(1, 2_000_000_000),
    };

    private static long HugeEnergy(SplitMix64 dice) => dice.Between(0, 3) switch
    {
        0 => long.MaxValue - dice.Between(0, 2),
        1 => long.MaxValue / dice.Between(2, 12),
        2 => (1L << dice.Between(30, 62)) + dice.Between(-1, 1),
        _ => dice.Between(1, 1_000),
    };

    private static Hash256 Key(SplitMix64 dice)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        for (var i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes[(8 * i)..], dice.Next());
        }

        return new Hash256(bytes);
    }
}

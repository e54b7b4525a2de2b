using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Tests.Market.Zones;

/// <summary>A book over zones and the rules it is cleared by.</summary>
internal sealed record ZoneBook(Order[] Orders, MarketRules Rules);

/// <summary>Random books over three zones: few prices, so that ties are many; fees, limits and premiums of every mix.</summary>
internal static class ZoneBooks
{
    private static readonly ZoneId[] Zones = [new("a"), new("b"), new("c")];

    private static readonly Gen<Preferences> Wishes = Gen.Frequency(
        (2, Gen.Const(Preferences.None)),
        (3, Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[-4, 4], Gen.Int[1, 3], (green, local, partner, premium) =>
            partner < 0
                ? new Preferences(new Price(green * 100), new Price(local * 100))
                : new Preferences(new Price(green * 100), new Price(local * 100), Seller(partner), new Price(premium * 100)))));

    public static readonly Gen<ZoneNetwork> Networks =
        Gen.Select(Gen.Int[-1, 3], Gen.Frequency((2, Gen.Const(-1L)), (1, Gen.Long[0, 40]))).Array[9].Select(cells => new ZoneNetwork(cells.Select((cell, index) =>
        {
            var (buyer, seller) = (Zones[index / 3], Zones[index % 3]);
            return new ZoneLine(buyer, seller, new Price(Math.Max(0, cell.Item1) * 100), buyer == seller || cell.Item2 < 0 ? null : new Energy(cell.Item2));
        })));

    public static readonly Gen<ZoneBook> Any = Gen.Select(Orders(Wishes, Gen.Int[0, 2]), Networks, Ks, (orders, network, rules) =>
        new ZoneBook(orders, rules with { Network = network }));

    /// <summary>Premiums on a copper plate.</summary>
    public static readonly Gen<ZoneBook> OnCopper = Gen.Select(Orders(Wishes, Gen.Int[0, 2]), Ks, (orders, rules) => new ZoneBook(orders, rules));

    /// <summary>One zone, no premiums.</summary>
    public static readonly Gen<ZoneBook> OneZone = Gen.Select(Orders(Gen.Const(Preferences.None), Gen.Const(0)), Ks, (orders, rules) =>
        new ZoneBook([.. orders.Select(order => order with { IsGreen = false })], rules));

    private static Gen<MarketRules> Ks => Gen.Int[0, 4].Select(quarters => MarketRules.Default with { KThousandths = quarters * 250 });

    // Members 0 to 5 sell, 10 to 15 buy; a member's zone and quality are fixed by its number.
    private static Gen<Order[]> Orders(Gen<Preferences> wishes, Gen<int> zones) =>
        Gen.Select(zones.Array[12], wishes.Array[6], Gen.Select(Gen.Bool, Gen.Int[0, 5], Gen.Int[-2, 9], Gen.Long[1, 30]).Array[0, 14], (zoneOf, wishOf, rows) =>
            rows.Select((row, index) =>
            {
                var (isBuy, member, price, energy) = row;
                return isBuy
                    ? Books.Buy(index, price * 100, energy, $"m{10 + member}") with { Zone = Zones[zoneOf[member]], Preferences = wishOf[member] }
                    : Books.Sell(index, price * 100, energy, Seller(member).Value) with { Zone = Zones[zoneOf[6 + member]], IsGreen = member % 2 == 0 };
            }).ToArray());

    private static MemberId Seller(int number) => new($"m{number:00}");
}

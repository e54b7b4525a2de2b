using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Zones;

public sealed class ZonalAuctionTests
{
    private static readonly ZoneId A = new("a"), B = new("b");
    private static readonly MoneyAccounts Accounts = new(new MemberId("grid"), new MemberId("village"));

    [Fact]
    public void The_fee_is_counted_once_and_goes_to_the_grid_operator()
    {
        // At the seller's end the buy is worth 300 − 50 = 250; half-way between that and 100 is 175, delivered 225.
        var clearing = Clear([new ZoneLine(A, B, new Price(50_000))], Buy(1, A, 300_000, 1_000), Sell(2, B, 100_000, 1_000));

        var lot = Assert.Single(clearing.Lots);
        Assert.Equal((175_000, 50_000, 0, 225_000), (lot.Price.MicroEurPerKWh, lot.GridFee.MicroEurPerKWh, lot.Spread.MicroEurPerKWh, lot.BuyerPrice.MicroEurPerKWh));
        Assert.Equal([("buyer 1", -225_000), ("grid", 50_000), ("seller 2", 175_000)], Deltas(clearing));
        Assert.Equal([new ZonePrice(A, null, null, new Price(225_000)), new ZonePrice(B, new Price(175_000), null, null)], clearing.ZonePrices);
    }

    [Fact]
    public void A_fee_above_the_gain_stops_the_trade_and_one_equal_to_it_does_not()
    {
        Assert.Equal(Clearing.Nothing, Clear([new ZoneLine(A, B, new Price(200_100))], Buy(1, A, 300_000, 1_000), Sell(2, B, 100_000, 1_000)));
        Assert.Equal(new Energy(1_000), Clear([new ZoneLine(A, B, new Price(200_000))], Buy(1, A, 300_000, 1_000), Sell(2, B, 100_000, 1_000)).Volume);
    }

    [Fact]
    public void A_fee_holds_for_its_direction_only()
    {
        var clearing = Clear([new ZoneLine(B, A, new Price(50_000))], Buy(1, A, 300_000, 1_000), Sell(2, B, 100_000, 1_000));

        Assert.Equal((new Price(200_000), default), (clearing.Lots[0].Price, clearing.Lots[0].GridFee));
    }

    [Fact]
    public void A_full_line_splits_the_price_and_the_rent_is_booked()
    {
        // 400 of 1,000 Wh come over the line. In each zone a seller is left with a rest, which sets its price: 200 and 100. The
        // line's rent is 200 − 100 − 20 = 80. Buyer: 1 kWh at 200. Grid: 0.4 × 20. Village: 0.4 × 80.
        var clearing = Clear(
            [new ZoneLine(A, B, new Price(20_000), new Energy(400))],
            Buy(1, A, 300_000, 1_000), Sell(2, A, 200_000, 1_000), Sell(3, B, 100_000, 1_000));

        Assert.Equal([new ZonePrice(A, new Price(200_000), null, new Price(200_000)), new ZonePrice(B, new Price(100_000), null, null)], clearing.ZonePrices);
        Assert.Equal(new Price(80_000), clearing.Lots.Single(lot => lot.GridFee != default).Spread);
        Assert.Equal([("buyer 1", -200_000), ("grid", 8_000), ("seller 2", 120_000), ("seller 3", 40_000), ("village", 32_000)], Deltas(clearing));
        Assert.Equal(new Price(160_000), clearing.Price); // 0.6 × 200 + 0.4 × 100.
    }

    [Fact]
    public void A_line_with_room_carries_no_rent()
    {
        // 1,200 Wh of room for 1,000: only zone b's seller trades, with a rest, at 100; delivered 120.
        var clearing = Clear(
            [new ZoneLine(A, B, new Price(20_000), new Energy(1_200))],
            Buy(1, A, 300_000, 1_000), Sell(2, A, 200_000, 1_000), Sell(3, B, 100_000, 1_100));

        Assert.Equal((new Price(100_000), default), (Assert.Single(clearing.Lots).Price, clearing.Lots[0].Spread));
    }

    [Fact]
    public void A_line_of_no_capacity_carries_nothing() =>
        Assert.Equal(Clearing.Nothing, Clear([new ZoneLine(A, B, default, Energy.Zero)], Buy(1, A, 300_000, 1_000), Sell(2, B, 100_000, 1_000)));

    [Fact]
    public void A_green_premium_changes_who_trades_and_sheds_no_volume()
    {
        // Without premiums the 200 buyer takes the 100 seller and nobody takes 180: 1,000 Wh. With 60 for green the 150 buyer is
        // worth 210 to the green seller: gains 110 + 20 instead of 100, and 2,000 Wh. Grey: half-way between 200 and 180 is 190.
        // Green: (210 + 100) / 2 = 155, but green at less than grey would draw the other buyer too, so 190.
        Order[] book =
        [
            Buy(1, A, 150_000, 1_000) with { Preferences = new Preferences(new Price(60_000), default) },
            Buy(2, A, 200_000, 1_000), Sell(3, A, 100_000, 1_000) with { IsGreen = true }, Sell(4, A, 180_000, 1_000),
        ];
        var clearing = Clear([], book);

        Assert.Equal(new Energy(1_000), UniformPriceAuction.Clear(book, MarketRules.Default).Volume);
        Assert.Equal(new Energy(2_000), clearing.Volume);
        Assert.Equal([new ZonePrice(A, new Price(190_000), new Price(190_000), new Price(190_000))], clearing.ZonePrices);
        var green = clearing.Lots.Single(lot => lot.Quality.HasFlag(Quality.Green));
        Assert.Equal(["buyer 1", "seller 3"], green.Fills.Select(fill => fill.Order.Member.Value));
        Assert.Equal(Quality.Green | Quality.Local, RoundCalculator.TradesOf(green).Single().Quality);
    }

    [Fact]
    public void A_local_premium_keeps_energy_in_its_zone()
    {
        // Both sellers ask 100 and either zone's energy reaches both buyers; only the buyer in b pays 10 more for its own.
        var clearing = Clear(
            [], Buy(1, A, 300_000, 500), Buy(2, B, 300_000, 500) with { Preferences = new Preferences(default, new Price(10_000)) },
            Sell(3, B, 100_000, 500), Sell(4, A, 100_000, 500));

        Assert.Equal([Quality.Local, Quality.Local], clearing.Lots.Select(lot => lot.Quality));
    }

    [Fact]
    public void A_named_partner_is_taken_first_and_may_earn_more()
    {
        // Seller 4: (200 + 50 + 100) / 2 = 175. Seller 3: (200 + 100) / 2 = 150.
        var clearing = Clear(
            [], Buy(1, A, 200_000, 1_000) with { Preferences = new Preferences(default, default, new MemberId("seller 4"), new Price(50_000)) },
            Buy(2, A, 200_000, 1_000), Sell(3, A, 100_000, 1_000), Sell(4, A, 100_000, 1_000));

        var partner = clearing.Lots.Single(lot => lot.Quality.HasFlag(Quality.Partner));
        Assert.Equal(["buyer 1", "seller 4"], partner.Fills.Select(fill => fill.Order.Member.Value));
        Assert.Equal((175_000, 150_000), (partner.Price.MicroEurPerKWh, clearing.Lots.Single(lot => lot.Quality == Quality.Local).Price.MicroEurPerKWh));
    }

    [Fact]
    public void Behind_a_line_with_a_limit_energy_is_grey()
    {
        Order[] book = [Buy(1, A, 90_000, 1_000) with { Preferences = new Preferences(new Price(60_000), default) }, Sell(2, B, 100_000, 1_000) with { IsGreen = true }];

        Assert.Equal(Quality.Green, Assert.Single(Clear([], book).Lots).Quality); // 90 + 60 ≥ 100.
        Assert.Equal(Clearing.Nothing, Clear([new ZoneLine(A, B, default, new Energy(5_000))], book)); // 90 < 100.
    }

    [Fact]
    public void Ties_of_a_class_share_pro_rata_in_whole_watt_hours()
    {
        // 10 Wh for 4 : 4 : 4 at one price: 3 each, and the last to the smallest key.
        var clearing = Clear([new ZoneLine(A, B, new Price(100))], Buy(9, A, 500, 10), Sell(1, B, 100, 4), Sell(2, B, 100, 4), Sell(3, B, 100, 4));

        Assert.Equal([10, 4, 3, 3], clearing.Fills.Select(fill => fill.Energy.WattHours));
    }

    [Fact]
    public void Who_would_trade_with_herself_is_refused() =>
        Assert.Throws<ArgumentException>(() => Clear([new ZoneLine(A, B, new Price(100))], Books.Buy(1, 500, 10, "anna") with { Zone = A }, Books.Sell(2, 100, 10, "anna") with { Zone = B }));

    [Fact]
    public void A_fee_or_premium_off_tick_or_below_zero_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Clear([new ZoneLine(A, B, new Price(150))], Buy(1, A, 500, 10)));
        Assert.Throws<ArgumentException>(() => Clear([], Buy(1, A, 500, 10) with { Preferences = new Preferences(new Price(150), default) }));
        Assert.Throws<ArgumentException>(() => Clear([], Buy(1, A, 500, 10) with { Preferences = new Preferences(default, new Price(-100)) }));
    }

    [Fact]
    public void Numbers_too_large_for_exact_sums_are_refused()
    {
        ZoneLine[] fee = [new ZoneLine(A, B, new Price(100))];
        Assert.Throws<OverflowException>(() => Clear(fee, Buy(1, A, 500, long.MaxValue), Buy(2, A, 500, 1), Sell(3, B, 100, long.MaxValue), Sell(4, B, 100, 1)));
        Assert.Throws<OverflowException>(() => Clear(fee, Buy(1, A, long.MaxValue, 10), Sell(2, B, 100, 10)));
        Assert.Equal(new Energy(10), Clear(fee, Buy(1, A, 500, 10), Sell(2, B, 100, long.MaxValue), Sell(3, B, 100, long.MaxValue)).Volume); // Supply alone may be larger.
    }

    [Fact]
    public void The_mechanism_honours_network_and_premiums_by_itself()
    {
        var rules = MarketRules.Default with { Network = new ZoneNetwork([new ZoneLine(A, B, new Price(50_000))]) };
        Order[] book = [Buy(1, A, 300_000, 1_000), Sell(2, B, 100_000, 1_000)];

        Assert.Equal(new Price(50_000), Assert.Single(Mechanisms.Of(MechanismKind.Uniform).Clear(book, rules, default).Lots).GridFee);
    }

    private static Clearing Clear(ZoneLine[] lines, params Order[] book) => ZonalAuction.Clear(book, MarketRules.Default with { Network = new ZoneNetwork(lines) });

    private static Order Buy(int key, ZoneId zone, long price, long energy) => Books.Buy(key, price, energy) with { Zone = zone };

    private static Order Sell(int key, ZoneId zone, long price, long energy) => Books.Sell(key, price, energy) with { Zone = zone };

    private static IEnumerable<(string, long)> Deltas(Clearing clearing) =>
        Netting.DeltasOf(clearing.Lots.SelectMany(RoundCalculator.TradesOf), clearing.Charges, Accounts).Select(delta => (delta.Member.Value, delta.Delta.MicroEur));
}

using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Tests.Proof;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Zones;

public sealed class ZonalAuctionProperties
{
    private static readonly MoneyAccounts Accounts = new(new MemberId("grid"), new MemberId("village"));

    [Fact]
    public void Welfare_is_the_optimum_of_a_linear_programme() => ZoneBooks.Any.Sample(
        book =>
        {
            var clearing = ZonalAuction.Clear(book.Orders, book.Rules);
            Assert.Equal(ZonalLinearProgram.MaximumWelfare(book), (long)(ZoneInvariants.Welfare(clearing) / book.Rules.TickMicroEurPerKWh));
        },
        iter: 3_000);

    [Fact]
    public void Augmenting_paths_and_the_linear_programme_know_the_same_optimum() => ZoneBooks.Any.Sample(
        book => Assert.Equal(ZonalLinearProgram.MaximumWelfare(book), (long)(PlainZones.Best(book.Orders, book.Rules.Network).Welfare / book.Rules.TickMicroEurPerKWh)),
        iter: 2_000);

    [Fact]
    public void One_zone_is_rule_4() => ZoneBooks.OneZone.Sample(
        book =>
        {
            var expected = UniformPriceAuction.Clear(book.Orders, book.Rules);
            var zonal = ZonalAuction.Clear(book.Orders, book.Rules);
            Assert.Equal((expected.Price, expected.Interval, expected.Volume), (zonal.Price, zonal.Interval, zonal.Volume));
            Assert.Equal(expected.Fills, zonal.Fills);
        },
        iter: 10_000);

    [Fact]
    public void Without_network_and_premiums_the_mechanism_answers_by_rule_4_to_the_byte() => ZoneBooks.Any.Sample(
        book =>
        {
            Order[] plain = [.. book.Orders.Select(order => order with { Preferences = default })];
            var expected = UniformPriceAuction.Clear(plain, book.Rules);
            var answer = Mechanisms.Of(MechanismKind.Uniform).Clear(plain, book.Rules with { Network = ZoneNetwork.CopperPlate }, default);
            Assert.Equal((expected.Price, expected.Interval, expected.Volume), (answer.Price, answer.Interval, answer.Volume));
            Assert.Equal(expected.Fills, answer.Fills);
            Assert.Equal(expected.Lots.SelectMany(lot => lot.Fills), answer.Lots.SelectMany(lot => lot.Fills));
            Assert.All(answer.Lots, lot => Assert.Equal((expected.Price!.Value, default, default, default), (lot.Price, lot.GridFee, lot.Spread, lot.Quality)));
        },
        iter: 2_000);

    [Fact]
    public void What_every_mechanism_owes_holds_and_prices_support_the_fills() => ZoneBooks.Any.Sample(
        book =>
        {
            var clearing = ZonalAuction.Clear(book.Orders, book.Rules);
            Assert.Null(ClearingInvariants.Broken(book.Orders, clearing, book.Rules));
            Assert.Null(ZoneInvariants.BrokenLine(clearing, book.Rules.Network));
            Assert.Null(ZoneInvariants.BrokenPrice(book.Orders, clearing, book.Rules.Network));
        },
        iter: 5_000);

    [Fact]
    public void Premiums_on_a_copper_plate_never_shed_volume() => ZoneBooks.OnCopper.Sample(
        book => Assert.True(
            ZonalAuction.Clear(book.Orders, book.Rules).Volume >= UniformPriceAuction.Clear(book.Orders.Select(order => order with { Preferences = default }), book.Rules).Volume),
        iter: 5_000);

    [Fact]
    public void The_order_of_arrival_changes_nothing() => Gen.Select(ZoneBooks.Any, Gen.Int[0, 1000]).Sample(
        (book, seed) =>
        {
            var shuffled = book.Orders.OrderBy(order => unchecked((order.Key.GetHashCode() * 31 + seed) * 1_000_003 % 997)).Reverse().ToArray();
            Assert.Equal(Text(ZonalAuction.Clear(book.Orders, book.Rules)), Text(ZonalAuction.Clear(shuffled, book.Rules)));
        },
        iter: 2_000);

    [Fact]
    public void A_step_split_in_two_changes_no_price_and_no_class_by_a_watt_hour() => ZoneBooks.Any.Where(book => book.Orders.Any(order => order.Energy.WattHours > 1)).Sample(
        book =>
        {
            var victim = Array.FindIndex(book.Orders, order => order.Energy.WattHours > 1);
            var order = book.Orders[victim];
            var half = new Energy(order.Energy.WattHours / 2);
            var split = book.Orders.Append(order with { Energy = order.Energy - half, Key = Books.Key(99) }).ToArray();
            split[victim] = order with { Energy = half };
            var (whole, parts) = (ZonalAuction.Clear(book.Orders, book.Rules), ZonalAuction.Clear(split, book.Rules));
            Assert.Equal((whole.Price, whole.Volume), (parts.Price, parts.Volume));
            Assert.Equal(whole.ZonePrices, parts.ZonePrices);
            Assert.Equal(ByClass(whole), ByClass(parts));
        },
        iter: 2_000);

    [Fact]
    public void Money_adds_up_to_zero_with_the_two_accounts() => ZoneBooks.Any.Sample(
        book =>
        {
            var clearing = ZonalAuction.Clear(book.Orders, book.Rules);
            var trades = clearing.Lots.SelectMany(RoundCalculator.TradesOf).ToList();
            var deltas = Netting.DeltasOf(trades, clearing.Charges, Accounts);
            Assert.Equal(0, deltas.Sum(delta => delta.Delta.MicroEur));
            Assert.Equal(trades.Sum(trade => trade.GridFeeAmount.MicroEur), deltas.Where(delta => delta.Member == Accounts.GridOperator).Sum(delta => delta.Delta.MicroEur));
            Assert.Equal(trades.Sum(trade => trade.SpreadAmount.MicroEur), deltas.Where(delta => delta.Member == Accounts.Community).Sum(delta => delta.Delta.MicroEur));
            Assert.Equal(clearing.Volume.WattHours, trades.Sum(trade => trade.Energy.WattHours));
        },
        iter: 2_000);

    private static string Text(Clearing clearing) => string.Join('\n', clearing.Lots.Select(lot =>
        $"{lot.Price} {lot.GridFee} {lot.Spread} {lot.Quality}: {string.Join(", ", lot.Fills.Select(fill => $"{fill.Order.Key} {fill.Order.Price} {fill.Energy}"))}"))
        + clearing.Price + string.Join(", ", clearing.Fills.Select(fill => $"{fill.Order.Key} {fill.Energy}"));

    private static List<(Side, ZoneId, bool, Preferences, Price, long)> ByClass(Clearing clearing) =>
        [.. clearing.Fills.GroupBy(fill => (fill.Order.Side, fill.Order.Zone, fill.Order.IsGreen, fill.Order.Preferences, fill.Order.Price))
            .Select(group => (group.Key.Side, group.Key.Zone, group.Key.IsGreen, group.Key.Preferences, group.Key.Price, group.Sum(fill => fill.Energy.WattHours)))
            .OrderBy(row => row.ToString(), StringComparer.Ordinal)];
}

using CsCheck;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility;

/// <summary>What must hold for every home, tariff and sequence of market results.</summary>
public sealed class RuleBasedAgentProperties
{
    [Fact]
    public void Every_bid_is_admissible_and_every_delivery_keeps_the_devices_limits() =>
        Gen.Select(Homes.Any, Homes.Tariffs, Homes.Results).Sample((home, tariff, results) =>
        {
            var agent = new RuleBasedAgent(home, Homes.Rules, tariff);
            for (var i = 0; i < results.Length; i++)
            {
                var fill = agent.BatteryFill;
                CheckDelivery(home, Homes.Step(agent, Homes.At(i), results[i]), fill, agent.BatteryFill);
            }
        }, iter: 300);

    [Fact]
    public void What_is_cleared_at_any_price_between_the_reservations_is_delivered_to_the_watt_hour() =>
        Gen.Select(Homes.Any, Homes.Tariffs, Homes.Results).Sample((home, tariff, history) =>
        {
            var period = Homes.At(history.Length);
            var bid = After(home, tariff, history).BidFor(period);
            var supplier = tariff.At(period);
            var reservation = Reservation.Of(supplier, home.MarginPermille, Homes.Rules);
            var limit = home.ConnectionWatts * 900 / 3600;
            if (bid.Buy.Sum(step => step.Energy.WattHours) == limit || bid.Sell.Sum(step => step.Energy.WattHours) == limit)
            {
                return;
            }

            // On every step of the curve and a tick to either side.
            foreach (var price in bid.Buy.Concat(bid.Sell)
                .SelectMany(step => new[] { -100L, 0, 100 }.Select(off => new Price(step.Price.MicroEurPerKWh + off)))
                .Where(price => price >= reservation.Sell && price <= reservation.Buy).Distinct())
            {
                var traded = Homes.Traded(bid, price);
                var delivery = After(home, tariff, history).Deliver(period, price, traded);
                Assert.Equal(traded, delivery.Net);
            }
        }, iter: 150);

    [Fact]
    public void No_buy_step_is_above_the_suppliers_import_price_and_no_sell_step_below_its_export_price() =>
        Gen.Select(Homes.Any, Homes.Tariffs, Homes.Results).Sample((home, tariff, history) =>
        {
            var period = Homes.At(history.Length);
            var bid = After(home, tariff, history).BidFor(period);
            Assert.All(bid.Buy, step => Assert.True(step.Price <= tariff.At(period).Import));
            Assert.All(bid.Sell, step => Assert.True(step.Price >= tariff.At(period).Export));
        }, iter: 200);

    [Fact]
    public void Appliances_meet_every_deadline_whatever_the_market_does() =>
        Gen.Select(Homes.Any, Homes.Tariffs, Homes.Results.Where(results => results.Length > 0)).Sample((home, tariff, results) =>
        {
            var agent = new RuleBasedAgent(home, Homes.Rules, tariff);
            var used = Enumerable.Range(0, 150)
                .Select(i => Homes.Step(agent, Homes.At(i), results[i % results.Length]).Appliances.WattHours).ToArray();
            var wanted = 0L;
            foreach (var appliance in home.Appliances)
            {
                var run = appliance.ProfileWatts.Sum(watts => Homes.Rules.Grid.EnergyOf(watts).WattHours);
                foreach (var window in appliance.Runs)
                {
                    wanted += run;
                    Assert.Equal(run, used[(int)(window.EarliestStart.Index - Homes.First.Index)..(int)(window.Deadline.Index - Homes.First.Index)].Sum());
                }

                Assert.Equal(appliance.Runs.Length, agent.FinishedRuns);
            }

            Assert.Equal(wanted, used.Sum());
        }, iter: 100);

    /// <summary>
    /// The hardest market: supplier's prices that jump every other day, so that what was expected does not come; two days in
    /// which the battery can only buy, two in which it can only sell; and a local price that is always one of its own limits,
    /// so that no trade is better than it agreed to.
    /// </summary>
    [Fact]
    public void Trading_through_a_battery_never_loses_money()
    {
        var emptied = 0;
        Gen.Select(Homes.Batteries, Gen.Select(Gen.Long[0, 300_000], Gen.Long[100_000, 400_000]).Array[2, 4], Gen.Int[0, 31].Array[1, 40])
            .Sample((any, levels, choices) =>
            {
                var battery = new BatteryDescription(
                    any.Capacity, any.ChargeWatts, any.DischargeWatts, any.Charging, any.Discharging, any.MinimumFill) { Wear = any.Wear };
                var tariff = new SupplierTariff(Homes.First, [.. levels.SelectMany(level => Enumerable.Repeat(
                    new SupplierPrices(new Price(level.Item1 + level.Item2), new Price(level.Item1)), 192))]);
                var home = new HomeDescription("battery alone", 10_000, PowerProfile.Constant(0), battery: battery);
                var agent = new RuleBasedAgent(home, Homes.Rules, tariff);
                var cash = 0L;
                for (var i = 0; i < levels.Length * 192; i++)
                {
                    var bid = agent.BidFor(Homes.At(i));
                    var steps = i / 192 % 2 == 0 ? bid.Buy : bid.Sell;
                    var price = steps.IsEmpty ? (Price?)null : steps[choices[i % choices.Length] % steps.Length].Price;
                    var delivery = agent.Deliver(Homes.At(i), price, price is { } cleared ? Homes.Traded(bid, cleared) : Energy.Zero);

                    // Money in thousandths of a µEUR, so that nothing is rounded here.
                    var supplier = tariff.At(delivery.Period);
                    var residual = delivery.Residual.WattHours;
                    cash -= delivery.Traded.WattHours * (price?.MicroEurPerKWh ?? 0);
                    cash -= residual * (residual > 0 ? supplier.Import : supplier.Export).MicroEurPerKWh;
                    if (delivery.BatteryFill == battery.MinimumFill)
                    {
                        // Less than a Wh may still be inside: it has cost less than two bought at the highest price there is.
                        Assert.True(cash >= -700_000L * 2, $"{cash} after {i + 1} periods");
                        emptied += i >= 192 ? 1 : 0;
                    }
                }
            }, iter: 60, threads: 1);
        Assert.True(emptied > 0);
    }

    [Fact]
    public void The_same_home_and_results_give_the_same_bids_and_readings() =>
        Gen.Select(Homes.Any, Homes.Tariffs, Homes.Results).Sample((home, tariff, results) =>
        {
            var (one, other) = (new RuleBasedAgent(home, Homes.Rules, tariff), new RuleBasedAgent(home, Homes.Rules, tariff));
            for (var i = 0; i < results.Length; i++)
            {
                Assert.Equal(one.BidFor(Homes.At(i)).Buy.AsEnumerable(), other.BidFor(Homes.At(i)).Buy.AsEnumerable());
                var (a, b) = (Homes.Step(one, Homes.At(i), results[i]), Homes.Step(other, Homes.At(i), results[i]));
                Assert.Equal((a.Net, a.Production, a.BatteryFill), (b.Net, b.Production, b.BatteryFill));
            }
        }, iter: 60);

    [Fact]
    public void A_wrong_forecast_harms_no_device_and_the_supplier_makes_up_the_rest() =>
        Gen.Select(Homes.Any, Homes.Any, Homes.Tariffs, Homes.Results).Sample((truth, belief, tariff, results) =>
        {
            var home = truth with { LoadForecast = belief.Load, PhotovoltaicsForecast = belief.Photovoltaics ?? truth.Photovoltaics };
            var agent = new RuleBasedAgent(home, Homes.Rules, tariff);
            for (var i = 0; i < results.Length; i++)
            {
                var fill = agent.BatteryFill;
                CheckDelivery(home, Homes.Step(agent, Homes.At(i), results[i]), fill, agent.BatteryFill);
            }
        }, iter: 100);

    private static RuleBasedAgent After(HomeDescription home, SupplierTariff tariff, (bool, long, int)[] history)
    {
        var agent = new RuleBasedAgent(home, Homes.Rules, tariff);
        for (var i = 0; i < history.Length; i++)
        {
            Homes.Step(agent, Homes.At(i), history[i]);
        }

        return agent;
    }

    private static void CheckDelivery(HomeDescription home, Delivery delivery, Energy? before, Energy? after)
    {
        var grid = Homes.Rules.Grid;
        var limit = home.ConnectionWatts * grid.LengthSeconds / 3600;

        // Rounding of load and appliance to whole Wh may each add half a Wh.
        Assert.InRange(delivery.Net.WattHours, -limit, limit + 2);
        Assert.Equal(grid.EnergyOf(home.Load.At(delivery.Period)), delivery.Load);
        Assert.InRange(delivery.Production.WattHours, 0, grid.EnergyOf(home.Photovoltaics?.At(delivery.Period) ?? 0).WattHours);
        Assert.Equal(delivery.Import - delivery.Export, delivery.Load + delivery.Appliances + delivery.Storage - delivery.Production);
        if (home.Battery is not { } battery)
        {
            Assert.Equal(Energy.Zero, delivery.Storage);
            return;
        }

        Assert.InRange(after!.Value.WattHours, battery.MinimumFill.WattHours, battery.Capacity.WattHours);
        Assert.InRange(delivery.Storage.WattHours, -battery.DischargeWatts / 4, battery.ChargeWatts / 4);
        var change = (after - before)!.Value.WattHours;
        Assert.True(change <= Math.Max(0, delivery.Storage.WattHours) + 1, "more is inside than went in");
        Assert.True(delivery.Storage >= Energy.Zero || -change >= -delivery.Storage.WattHours - 1, "more came out than was inside");
    }
}

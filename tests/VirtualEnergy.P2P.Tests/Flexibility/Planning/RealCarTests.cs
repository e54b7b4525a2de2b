using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Planning;

/// <summary>A real car in the plan: its own word for what is in it, and the journeys that are expected of it.</summary>
public sealed class RealCarTests
{
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    [Fact]
    public void It_leaves_with_what_its_journey_takes_and_nothing_is_planned_with_it_while_it_is_away()
    {
        // 5 kWh in it, a journey of 20 kWh in eight hours, 4 kW: it has to charge at least 15 kWh ÷ 0.95 at the terminals.
        var agent = new PlanningAgent(new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(400)), []), Homes.Rules, Tariff, new HomePlanner(), now => Outlook.Unknown(96));
        var journey = new Journey(Homes.At(32), Homes.At(48), new Energy(20_000));
        var fill = 5_000.0;
        for (var t = 0; t < 32; t++)
        {
            agent.Observe(new HomeNow { Batteries = [Car(fill, journey)] });
            _ = agent.BidFor(Homes.At(t));
            fill += 0.95 * Assert.Single(agent.Deliver(Homes.At(t), null, Energy.Zero).Allocations.OfType<StorageAllocation>()).Energy.WattHours;
        }

        Assert.InRange(fill, 20_000, 22_000);

        // Away it is out of reach.
        agent.Observe(new HomeNow());
        Assert.Empty(agent.Deliver(Homes.At(32), null, Energy.Zero).Allocations.OfType<StorageAllocation>());

        // Back with little and nowhere to go it has time.
        agent.Observe(new HomeNow { Batteries = [Car(1_000)] });
        Assert.Equal(0, Assert.Single(agent.Deliver(Homes.At(48), null, Energy.Zero).Allocations.OfType<StorageAllocation>()).Energy.WattHours);
    }

    [Fact]
    public void It_takes_the_place_of_the_car_that_was_described_under_its_name()
    {
        var described = new CarStore("car", new Energy(80_000), 11_000, [], Energy.Zero, new Energy(60_000));
        var agent = new PlanningAgent(new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(400)), [described]), Homes.Rules, Tariff, new HomePlanner(), now => Outlook.Unknown(96));
        agent.Observe(new HomeNow { Batteries = [Car(5_000, new Journey(Homes.At(4), Homes.At(8), new Energy(8_000)))] });
        var store = Assert.Single(agent.Stores);
        Assert.Equal((5_000, 1), (store.Fill, Assert.IsType<CarStore>(store.Model).Journeys.Length));
    }

    private static MeasuredBattery Car(double fill, params Journey[] journeys) => new(
        "car", new BatteryDescription(new Energy(50_000), 4_000, 0, BatteryDescription.UsualEfficiency, BatteryDescription.UsualEfficiency, Energy.Zero, new Energy((long)fill))) { Journeys = [.. journeys] };
}

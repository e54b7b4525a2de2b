using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Mapping;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Node.S2.Offered;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2.Offered;

/// <summary>A combined heat and power unit and a light of ours under another manager.</summary>
public sealed class ModeResourceTests
{
    private static readonly DateTimeOffset Eight = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);
    private static readonly MarketBasis Basis = MarketBasis.Create(101, 0, 1_000_000);

    private readonly FakeTimeProvider _time = new(Eight);

    [Fact]
    public async Task A_combined_heat_and_power_unit_runs_while_there_is_room_for_its_heat_at_prices_above_its_cost()
    {
        // 1 kW of electricity with 2.5 kW of heat; gas at 10 ct/kWh: 1/0.263 less 2.5/0.95 kWh of gas for a kWh, 11.7 ct. The tank holds 300 · 30 · 1.163 Wh = 10.467 kWh, half of it is
        // room; nobody takes heat, and it loses none: 5.2335 kWh of room last 2.0934 h.
        var model = new CogenerationStore("unit", 1_000, CogenerationCost.Usual(new Price(100_000)), PowerProfile.Constant(0), standingWatts: 0);
        var unit = new SimulatedStorage(model, _time);
        var who = OfferedIdentity.Simulated("unit", "combined heat and power unit");
        await using var pair = await OfferedPair.OpenAsync(new OfferedDevice(who, id => new CogenerationResource(id, who, model, unit, _time)), _time);
        await pair.UntilWattsAsync(0);
        Assert.Equal(ControlType.DemandDrivenBasedControl, pair.Known.Selected);
        Assert.Equal(RoleType.EnergyProducer, Assert.Single(pair.Known.Details!.Roles).RoleType);
        Assert.Equal(4 * 5_233.5, pair.Known.Demand.At(Eight)!.PresentDemandRate.EndOfRange.Value, 6); // for a quarter of an hour

        var bid = S2Bid.Of(pair.Known, Eight, TimeSpan.FromMinutes(15), Basis)!;
        Assert.Equal((0.0, -1_000.0), (bid.Curve.At(110_000).Watts(), bid.Curve.At(120_000).Watts()));
        var order = bid.InstructionsAt(120_000, () => new Identifier("order-1")).OfType<DdbcInstruction>().Single();
        Assert.Null(pair.Try(id => order with { MessageId = id }));
        await pair.UntilAsync(order.Id, InstructionStatus.Started);
        await pair.UntilWattsAsync(-1_000);
        await pair.PassAsync(TimeSpan.FromHours(2));
        Assert.Equal(-2_000, unit.CountedWattHours, 9);
        await pair.UntilSaidAsync();
        Assert.Equal(4 * 233.5, pair.Known.Demand.At(Eight.AddHours(2))!.PresentDemandRate.EndOfRange.Value, 6); // room for another 233.5 Wh of heat
        Assert.Equal(0, S2Bid.Of(pair.Known, Eight.AddHours(2), TimeSpan.FromMinutes(15), Basis)!.Curve.At(1_000_000).Watts()); // no room for a quarter of an hour

        await pair.PassAsync(TimeSpan.FromMinutes(15));
        await pair.UntilAsync(order.Id, InstructionStatus.Succeeded);
        await pair.UntilWattsAsync(0);
        Assert.Equal(-2_093.4, unit.CountedWattHours, 6);
        pair.AssertNothingRefused();
    }

    [Fact]
    public async Task A_light_is_dimmed_where_energy_is_dearer_than_it_is_worth_and_is_lit_again_without_its_manager()
    {
        // 200 W, dimmed to 40 %, worth 30 ct/kWh.
        var light = new DimmableLight("garden", PowerProfile.Constant(200), 0.4, new Price(300_000));
        var lamp = new SimulatedLight(light, _time);
        var who = OfferedIdentity.Simulated("garden", "light");
        await using var pair = await OfferedPair.OpenAsync(new OfferedDevice(who, id => new LightResource(id, who, lamp, _time)), _time);
        await pair.UntilWattsAsync(200);
        var bid = S2Bid.Of(pair.Known, Eight, TimeSpan.FromMinutes(15), Basis)!;
        Assert.Equal((200.0, 80.0), (bid.Curve.At(290_000).Watts(), bid.Curve.At(310_000).Watts()));
        var order = bid.InstructionsAt(310_000, () => new Identifier("order-1")).OfType<OmbcInstruction>().Single();
        Assert.Null(pair.Try(id => order with { MessageId = id }));
        await pair.UntilAsync(order.Id, InstructionStatus.Started);
        await pair.UntilWattsAsync(80);
        await pair.PassAsync(TimeSpan.FromMinutes(30));
        Assert.Equal(40, lamp.CountedWattHours, 9);
        await pair.LoseAsync();
        Assert.Equal(200, lamp.Watts);
        pair.AssertNothingRefused();
    }
}

file static class Demands
{
    public static double Watts(this Demand demand) => demand.NanoWatts / (double)Demand.NanoWattsPerWatt;
}

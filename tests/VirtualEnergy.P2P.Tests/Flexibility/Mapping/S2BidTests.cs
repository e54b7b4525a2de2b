using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Mapping;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Tests.Proof.S2;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Mapping;

/// <summary>From what a device says over S2 to its bid, and from a price to instructions that the device takes.</summary>
public sealed class S2BidTests
{
    private static readonly DateTimeOffset Now = S2Examples.Now;

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(15);

    // −0.50 to 0.50 EUR/kWh.
    private static readonly MarketBasis Basis = MarketBasis.Create(101, -500_000, 500_000);

    private int _ids;

    [Fact]
    public void A_battery_charges_at_low_prices_and_gives_at_high_ones()
    {
        var battery = Battery("idle", 5);
        var bid = Of(battery)!;

        // Half full; 0.00125 kWh/s for 900 s is 1.125 kWh in, 1.386 out: both stay within 0 to 10.
        Assert.Equal(Demand.FromWatts(5000), bid.Curve.At(-500_000));
        Assert.Equal(Demand.FromWatts(-5000), bid.Curve.At(500_000));
        var charge = Assert.IsType<FrbcInstruction>(Assert.Single(bid.InstructionsAt(-500_000, NextId)));
        Assert.Equal((new Identifier("charge"), 1.0), (charge.OperationMode, charge.OperationModeFactor.Value));
        Assert.Null(battery.ProblemOf(charge, Now));
        var discharge = Assert.IsType<FrbcInstruction>(Assert.Single(bid.InstructionsAt(500_000, NextId)));
        Assert.Null(battery.ProblemOf(discharge, Now));
    }

    [Fact]
    public void A_full_battery_does_not_charge_and_an_empty_one_does_not_give()
    {
        Assert.True(Of(Battery("idle", 10))!.Curve.At(-500_000) <= Demand.Zero);
        Assert.True(Of(Battery("idle", 0))!.Curve.At(500_000) >= Demand.Zero);
    }

    [Fact]
    public void Every_instruction_at_any_price_is_one_that_the_device_takes()
    {
        foreach (var mode in new[] { "idle", "charge", "discharge" })
        {
            for (var fill = 0.0; fill <= 10; fill += 0.5)
            {
                var battery = Battery(mode, fill);
                for (var price = -500_000; price <= 500_000; price += 50_000)
                {
                    Assert.All(Of(battery)!.InstructionsAt(price, NextId), instruction => Assert.Null(battery.ProblemOf(instruction, Now)));
                }
            }
        }
    }

    [Fact]
    public void A_generator_that_its_timer_holds_on_is_not_told_to_stop()
    {
        var generator = S2Told.Of(
            ControlType.OperationModeBasedControl,
            S2Examples.All.OfType<OmbcSystemDescription>().Single(),
            new OmbcStatus(NextId(), new Identifier("on"), 1),
            new OmbcTimerStatus(NextId(), new Identifier("min-on"), Now.AddMinutes(10)));
        var bid = Of(generator)!;

        // Held on it can still go down to 1 kW, and off it cannot.
        Assert.Equal(Demand.FromWatts(-1000), bid.Curve.At(-500_000));
        Assert.Equal(Demand.FromWatts(-5000), bid.Curve.At(500_000));
        Assert.Null(generator.ProblemOf(Assert.Single(bid.InstructionsAt(-500_000, NextId)), Now));
    }

    [Fact]
    public void A_job_is_scheduled_once()
    {
        var job = S2Examples.All.OfType<PpbcPowerProfileDefinition>().Single();
        var washing = S2Told.Of(ControlType.PowerProfileBasedControl, job);
        var bid = Of(washing)!;
        Assert.True(bid.Curve.At(-500_000) > Demand.Zero);
        Assert.Empty(bid.InstructionsAt(500_000, NextId));
        var schedule = bid.InstructionsAt(-500_000, NextId);
        Assert.Equal(2, schedule.Length);
        Assert.All(schedule, instruction => Assert.Null(washing.ProblemOf(instruction, Now)));

        // From then on it takes what it takes, at any price: the short wash 2,200 W for half an hour, and spinning 500 W for ten minutes of the next quarter.
        var scheduled = schedule.Aggregate(washing, (resource, instruction) => resource.After(instruction, Now, out _));
        Assert.All([-500_000, 500_000], price => Assert.Equal(Demand.FromWatts(2_200), Of(scheduled)!.Curve.At(price)));
        Assert.Empty(Of(scheduled)!.InstructionsAt(-500_000, NextId));
        Assert.Equal(new Demand((long)Math.Round(500.0 * 10 / 15 * Demand.NanoWattsPerWatt)), S2Bid.Of(scheduled, Now.AddMinutes(30), Period, Basis)!.Curve.At(0));
        Assert.Null(S2Bid.Of(scheduled, Now.AddMinutes(45), Period, Basis));
    }

    [Fact]
    public void A_job_that_began_by_itself_is_as_far_as_it_says()
    {
        // A minute into the short wash: 29 minutes are left of its 2,200 W, all of the coming quarter.
        var job = S2Examples.All.OfType<PpbcPowerProfileDefinition>().Single();
        var running = S2Told.Of(ControlType.PowerProfileBasedControl, job, S2Examples.All.OfType<PpbcPowerProfileStatus>().Single());
        Assert.Equal(Demand.FromWatts(2_200), Of(running)!.Curve.At(500_000));
        Identifier Id(string text) => new(text);
        var interrupted = S2Told.Of(ControlType.PowerProfileBasedControl, job, new PpbcPowerProfileStatus(
            NextId(), [new PpbcPowerSequenceContainerStatus(Id("job"), Id("wash"), PowerSequenceState.Interrupted, Id("short"), new S2Duration(60_000))]));
        Assert.Null(Of(interrupted));
    }

    [Fact]
    public void A_plant_is_curtailed_below_nothing_as_far_as_its_constraints_allow()
    {
        var plant = S2Told.Of(
            ControlType.PowerEnvelopeBasedControl,
            S2Examples.All.OfType<PebcPowerConstraints>().Single(),
            new PowerForecast(NextId(), Now, [new PowerForecastElement(new S2Duration(3_600_000), [new PowerForecastValue(CommodityQuantity.ElectricPowerL1, -3000)])]));
        var bid = Of(plant)!;
        Assert.Equal(Demand.FromWatts(-3000), bid.Curve.At(0));
        Assert.Equal(Demand.Zero, bid.Curve.At(-10_000));
        var curtail = Assert.IsType<PebcInstruction>(Assert.Single(bid.InstructionsAt(-10_000, NextId)));
        Assert.Null(plant.ProblemOf(curtail, Now));
        Assert.Equal(0, curtail.PowerEnvelopes[0].PowerEnvelopeElements[0].LowerLimit.Value);
    }

    [Fact]
    public void A_device_that_has_not_told_enough_has_no_bid()
    {
        Assert.Null(Of(S2Resource.Unknown));
        Assert.Null(Of(S2Told.Of(ControlType.FillRateBasedControl)));
        Assert.Null(Of(S2Told.Of(ControlType.FillRateBasedControl, S2Examples.Battery)));
        Assert.Null(Of(S2Told.Of(ControlType.DemandDrivenBasedControl, S2Examples.All.OfType<DdbcSystemDescription>().Single())));
    }

    private static S2Bid? Of(S2Resource resource) => S2Bid.Of(resource, Now, Period, Basis);

    private static S2Resource Battery(string mode, double fill) => S2Told.Battery(mode, fill);

    private Identifier NextId() => new($"id-{++_ids}");
}

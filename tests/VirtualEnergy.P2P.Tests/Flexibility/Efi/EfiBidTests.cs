using System.Text.Json;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.Efi.Bidding;
using VirtualEnergy.P2P.Market.Curves;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Efi;

/// <summary>From control spaces to demand curves and back; with the EFI cases of PowerMatcher's own tests, ../shared/vectors/powermatcher.json.</summary>
public sealed class EfiBidTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(15);

    private static readonly EfiHeader Header = new(new Identifier("device-1"), Now);

    // 0 to 0.90 EUR/kWh in ten steps.
    private static readonly MarketBasis Basis = MarketBasis.Create(10, 0, 900_000);

    [Fact]
    public void Buffer_bids_are_PowerMatchers()
    {
        var cases = Vectors("efiBufferBid");
        Assert.Equal(4, cases.Count);
        foreach (var vector in cases)
        {
            var basis = vector.GetProperty("marketBasis");
            var curve = PriorityCurve.Of(
                vector.GetProperty("runningModesWatt").EnumerateArray().Select(watts => Demand.FromWatts(watts.GetInt64())),
                vector.GetProperty("priority").GetDouble(),
                MarketBasis.Create(basis.GetProperty("priceSteps").GetInt32(), MicroEur(basis.GetProperty("minimumPrice")), MicroEur(basis.GetProperty("maximumPrice"))));
            var expected = vector.GetProperty("expect");
            if (expected.TryGetProperty("demandAtPrice", out var points))
            {
                Assert.All(points.EnumerateArray(), point => Assert.Equal(Demand.FromWatts(point[1].GetInt64()), curve.At(MicroEur(point[0]))));
            }
            else if (expected.TryGetProperty("flatDemand", out var flat))
            {
                Assert.Equal(DemandCurve.Flat(curve.Basis, Demand.FromWatts(flat.GetInt64())), curve);
            }
            else
            {
                Assert.False(expected.GetProperty("flat").GetBoolean());
                Assert.NotEqual(curve.Maximum, curve.Minimum);
            }
        }
    }

    [Fact]
    public void Buffer_scenarios_are_PowerMatchers()
    {
        Assert.Equal(["efi-buf-no-sysdesc", "efi-buf-no-transition", "efi-buf-timer-blocking"], Vectors("efiScenario").Select(vector => vector.GetProperty("id").GetString()).Order(StringComparer.Ordinal));

        // On, and a timer that holds it on for five more seconds: it bids what it takes, at every price.
        var held = Bid(Heater(Ways), Status(1, 50, new TimerUpdate(0, Now.AddSeconds(5))))!;
        Assert.Equal(DemandCurve.Flat(Basis, Demand.FromWatts(1000)), held.Curve);
        Assert.Null(held.InstructionAt(900_000, Id("order")));

        // Two modes and no way between them. The schema wants a transition; the one from a mode to itself leads nowhere.
        var stuck = Bid(Heater([new RunningModeTransition(0, 0)]), Status(0, 50))!;
        Assert.Equal(DemandCurve.Flat(Basis, Demand.Zero), stuck.Curve);

        // A price before any description: no bid, no allocation, no fault.
        Assert.Null(EfiBid.Of(EfiDevice.Unknown, Now, Period, Basis));
        Assert.Null(EfiBid.Of(After(Registered()), Now, Period, Basis));
        Assert.Null(EfiBid.Of(After(Registered(), Heater(Ways)), Now, Period, Basis));
    }

    [Theory]
    [InlineData(50, 400_000, 1)] // half full: on up to the middle of the prices
    [InlineData(50, 500_000, 0)]
    [InlineData(30, 600_000, 1)] // emptier: 1 − 2·(30 − 20)/60 = 2/3 moves the border from 1/2 to 5/6, between 0.7 and 0.8
    [InlineData(30, 700_000, 1)]
    [InlineData(30, 800_000, 0)]
    [InlineData(20, 800_000, 1)] // empty: at every price but the highest
    public void A_storage_wants_the_more_the_emptier_it_is(double fillLevel, long price, int mode)
    {
        var bid = Bid(Heater(Ways), Status(0, fillLevel))!;
        Assert.Equal(Demand.FromWatts(mode * 1000), bid.Curve.At(price));
        var instruction = (StorageInstruction?)bid.InstructionAt(price, Id("order"));
        Assert.Equal(mode == 0 ? null : 1, instruction?.Actuators[0].RunningModeId);
    }

    [Fact]
    public void A_mode_that_would_leave_the_range_of_fill_levels_is_not_offered()
    {
        // 0.01 a second: in 900 s it fills by 9, and from 71.1 on it would pass 80.
        Assert.Equal(Demand.FromWatts(1000), Bid(Heater(Ways), Status(0, 70.9), target: new TargetElement(Period, 80, 80))!.Curve.At(0));
        Assert.Equal(Demand.Zero, Bid(Heater(Ways), Status(0, 71.1), target: new TargetElement(Period, 80, 80))!.Curve.At(0));
    }

    [Fact]
    public void Where_nothing_is_safe_a_storage_stays_as_it_is()
    {
        // On, nearly full and held on by its timer: it bids what it takes and is told nothing.
        var bid = Bid(Heater(Ways), Status(1, 79, new TimerUpdate(0, Now.AddHours(1))))!;
        Assert.Equal(DemandCurve.Flat(Basis, Demand.FromWatts(1000)), bid.Curve);
        Assert.Null(bid.InstructionAt(0, Id("order")));
    }

    [Theory]
    [InlineData(-40)]
    [InlineData(95)]
    public void A_fill_level_for_which_there_are_no_modes_leaves_a_storage_as_it_is(double fillLevel)
    {
        var bid = Bid(Heater(Ways), Status(0, fillLevel))!;
        Assert.Equal(DemandCurve.Flat(Basis, Demand.Zero), bid.Curve);
        Assert.Null(bid.InstructionAt(0, Id("order")));
    }

    [Fact]
    public void Below_its_target_a_storage_wants_energy_at_nearly_any_price_and_above_it_at_none()
    {
        Assert.Equal(Demand.FromWatts(1000), Bid(Heater(Ways), Status(0, 50), target: new TargetElement(Period, 60, 70))!.Curve.At(800_000));
        Assert.Equal(Demand.Zero, Bid(Heater(Ways), Status(0, 50), target: new TargetElement(Period, 30, 40))!.Curve.At(0));
    }

    [Theory]
    [InlineData(100_000, 0, null)] // energy is worth less than the 0.15 it costs to make
    [InlineData(200_000, -2000, 1.0)]
    public void A_generator_runs_when_the_price_pays_for_its_running(long price, long watts, double? factor)
    {
        // 0.15 EUR/kWh at 1 kW and at 2 kW: 0.15/3600 and 0.30/3600 EUR a second.
        var bid = Adjustable(transitionCost: 0);
        Assert.Equal(Demand.FromWatts(watts), bid.Curve.At(price));
        Assert.Equal(factor, ((AdjustableInstruction?)bid.InstructionAt(price, Id("order")))?.Factor?.Value);
    }

    [Fact]
    public void The_cost_of_a_transition_has_to_be_earned_within_the_period()
    {
        // 2 kW for a quarter of an hour are 0.5 kWh: 0.05 EUR for starting are 0.10 EUR/kWh on top of 0.15.
        var bid = Adjustable(transitionCost: 0.05);
        Assert.Equal(Demand.Zero, bid.Curve.At(200_000));
        Assert.Equal(Demand.FromWatts(-2000), bid.Curve.At(300_000));
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(0, 100_000, false)]
    [InlineData(225, 400_000, true)] // half of the 7.5 hours that it may wait are gone: up to half of the prices
    [InlineData(225, 500_000, false)]
    [InlineData(440, 900_000, true)] // a period later it would be too late
    public void A_job_starts_at_a_price_that_rises_until_it_must(int minutes, long price, bool starts)
    {
        var at = Now.AddMinutes(minutes);
        var job = Job();
        var bid = ShiftableBid.Of(job, at, Period, Basis)!;
        Assert.Equal(starts ? Demand.FromWatts(2000) : Demand.Zero, bid.Curve.At(price));
        var instruction = (ShiftableInstruction?)bid.InstructionAt(price, Id("order"));
        Assert.Equal(starts, instruction is not null);
        Assert.Null(instruction?.ProblemUnder(job));
    }

    [Fact]
    public void A_job_takes_the_way_that_needs_least_while_it_still_ends_in_time()
    {
        // Eco: one hour at 500 W. Fast: half an hour at 2 kW. The latest start is for the fast one, half an hour before the end.
        ShiftableInstruction At(double minutesBeforeEnd) => (ShiftableInstruction)ShiftableBid.Of(Job(
            Way(0, 60, 500), Way(1, 30, 2000)), Now.AddHours(8).AddMinutes(-minutesBeforeEnd), Period, Basis)!.InstructionAt(0, Id("order"))!;
        Assert.Equal(0, At(60).Starts[0].AlternativeNr);
        Assert.Equal(1, At(59).Starts[0].AlternativeNr);
        Assert.Null(ShiftableBid.Of(Job(Way(0, 60, 500), Way(1, 30, 2000)), Now.AddHours(8).AddMinutes(-29), Period, Basis));
    }

    [Fact]
    public void A_plant_is_curtailed_at_prices_below_nothing_as_far_as_it_can_be()
    {
        var negative = MarketBasis.Create(11, -500_000, 500_000);
        var forecast = new InflexibleForecast(Header, Id("f-1"), Now.AddMinutes(-15), new CommodityProfiles(new Profile(
            [new ProfileElement(TimeSpan.FromMinutes(20), Expectation.Certain(-3000)), new ProfileElement(TimeSpan.FromMinutes(40), Expectation.Certain(-1500))])));
        var options = new InflexibleCurtailmentOptions(Header, Id("o-1"), Now.AddHours(-1), [new CurtailmentOption(
            CurtailmentQuantity.ElectricityPower, default, [new CurtailmentRange(-5000, -500)])]);
        var bid = InflexibleBid.Of(forecast, options, Now, Period, negative)!;

        // Five minutes of 3,000 W and ten of 1,500: 2,000 on average; limited to 500, as no less was offered.
        Assert.Equal(Demand.FromWatts(-2000), bid.Curve.At(0));
        Assert.Equal(Demand.FromWatts(-500), bid.Curve.At(-100_000));
        Assert.Equal(-500, ((InflexibleInstruction)bid.InstructionAt(-100_000, Id("order"))!).Curtailment.Elements[0].Value.Value);
        Assert.Null(bid.InstructionAt(0, Id("order")));
        Assert.Equal(Demand.FromWatts(-2000), InflexibleBid.Of(forecast, null, Now, Period, negative)!.Curve.At(-500_000));
    }

    [Fact]
    public void A_device_of_impossible_power_has_no_bid()
    {
        var device = After(
            new InflexibleRegistration(Header, default, new DeviceDescription(DeviceClass.PvPanel), null, [EfiCommodity.Electricity]),
            new InflexibleForecast(Header, Id("f-1"), Now, new CommodityProfiles(new Profile([new ProfileElement(Period, Expectation.Certain(-1e15))]))));
        Assert.Null(EfiBid.Of(device, Now, Period, Basis));
    }

    private static Identifier Id(string text) => new(text);

    private static long MicroEur(JsonElement price) => (long)(price.GetDecimal() * 1_000_000);

    private static List<JsonElement> Vectors(string operation) =>
        [.. JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Shared("vectors/powermatcher.json"))).RootElement.GetProperty("vectors").EnumerateArray()
            .Where(vector => vector.GetProperty("op").GetString() == operation)];

    private static ValueList<RunningModeTransition> Ways => [new RunningModeTransition(0, 1, [0]), new RunningModeTransition(1, 0, BlockingTimers: [0])];

    private static StorageRegistration Registered() => new(
        Header, default, new DeviceDescription(DeviceClass.WaterHeater), null, "Temperature", "°C", [new StorageActuator(0, [EfiCommodity.Electricity])]);

    // Off and on with 1 kW, for fill levels from 20 to 80; a minimum time keeps it on.
    private static StorageSystemDescription Heater(ValueList<RunningModeTransition> ways)
    {
        static StorageRunningMode Mode(int id, double rate, double watts) => new(id, id == 0 ? "off" : "on", [
            new StorageModeElement(new FillLevelRange(20, 80), new StorageModeData(rate, new CommodityRates(ElectricalPower: watts)))]);
        return new StorageSystemDescription(Header, Id("heater"), Now, [
            new ActuatorBehaviour(0, [Mode(0, 0, 0), Mode(1, 0.01, 1000)], [new RunningModeTimer(0, "min on", TimeSpan.FromMinutes(5))], ways)]);
    }

    private static StorageStatus Status(int mode, double fillLevel, params TimerUpdate[] timers) =>
        new(Header, Id("status"), Now, fillLevel, [new ActuatorStatus(0, mode, Timers: [.. timers])]);

    private static EfiBid? Bid(StorageSystemDescription description, StorageStatus status, TargetElement? target = null) => EfiBid.Of(
        target is null ? After(Registered(), description, status)
            : After(Registered(), description, status, new StorageFillLevelTargetProfile(Header, Id("target"), Now, [target])),
        Now,
        Period,
        Basis);

    private static EfiBid Adjustable(double transitionCost)
    {
        AdjustableModeData Running(double watts) => new(new CommodityRates(ElectricalPower: -watts), 0.15 * watts / 1000 / 3600);
        return EfiBid.Of(
            After(
                new AdjustableRegistration(Header, default, new DeviceDescription(DeviceClass.Generator), Currency.EUR, [EfiCommodity.Electricity]),
                new AdjustableSystemDescription(
                    Header,
                    Id("generator"),
                    Now,
                    [
                        new AdjustableRunningMode(0, "off", new AdjustableModeData(new CommodityRates(ElectricalPower: 0))),
                        new AdjustableRunningMode(1, "on", Running(1000), Running(2000)),
                    ],
                    [],
                    [new RunningModeTransition(0, 1, Cost: transitionCost), new RunningModeTransition(1, 0)]),
                new AdjustableStatus(Header, Id("status"), Now, 0, [])),
            Now,
            Period,
            Basis)!;
    }

    private static SequentialProfileAlternative Way(int number, int minutes, double watts) =>
        new(number, new CommodityProfiles(new Profile([new ProfileElement(TimeSpan.FromMinutes(minutes), Expectation.Certain(watts))])));

    // Half an hour at 2 kW within eight hours, unless told.
    private static ShiftableUpdate Job(params SequentialProfileAlternative[] ways) =>
        new(Header, Id("job"), Now, Now.AddHours(8), [new SequentialProfile(0, TimeSpan.Zero, ways.Length == 0 ? [Way(0, 30, 2000)] : [.. ways])]);

    private static EfiDevice After(params EfiMessage[] messages) => messages.Aggregate(EfiDevice.Unknown, (device, message) =>
    {
        var after = device.After(message, out var problem);
        Assert.Null(problem);
        return after;
    });
}

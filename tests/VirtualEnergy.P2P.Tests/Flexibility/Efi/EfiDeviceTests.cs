using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Efi;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Efi;

public sealed class EfiDeviceTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    private static readonly EfiHeader Header = new(new Identifier("device-1"), Now);

    private static readonly DeviceDescription Generator = new(DeviceClass.Generator);

    [Fact]
    public void A_device_registers_before_anything_else()
    {
        EfiDevice.Unknown.After(new FlexibilityRevoke(Header), out var problem);
        Assert.Equal("the device has not registered", problem);
    }

    [Fact]
    public void Updates_are_of_the_category_that_was_registered()
    {
        var device = After(new InflexibleRegistration(Header, default, Generator, null, [EfiCommodity.Electricity]));
        device.After(Modes(), out var problem);
        Assert.Equal("AdjustableSystemDescription is not of the category that was registered", problem);
    }

    [Fact]
    public void A_message_of_another_device_is_refused()
    {
        Adjustable().After(new FlexibilityRevoke(Header with { ResourceId = new Identifier("device-2") }), out var problem);
        Assert.Equal("the device is device-1, not device-2", problem);
    }

    [Fact]
    public void A_description_older_than_the_one_in_force_is_stale()
    {
        var device = Adjustable();
        Assert.Same(device, device.After(Modes("older", Now.AddSeconds(-1)), out var problem));
        Assert.NotNull(problem);
        Assert.Equal(new Identifier("newer"), device.After(Modes("newer", Now.AddSeconds(1)), out _).Offer?.UpdateId);
    }

    [Fact]
    public void A_status_speaks_of_modes_and_timers_that_were_described()
    {
        Adjustable().After(Status(2), out var mode);
        Assert.Equal("there is no running mode 2", mode);
        Adjustable().After(Status(1, new TimerUpdate(7, Now)), out var timer);
        Assert.Equal("there is no timer 7", timer);
    }

    [Theory]
    [InlineData(0, false, null)]
    [InlineData(60, false, "timer 0 blocks it until 2026-11-29T12:01:00.0000000+00:00")]
    [InlineData(60, true, null)] // in an emergency the device alone says what it safely can
    public void An_instruction_waits_for_the_timers_that_block_its_transition(int secondsLeft, bool emergency, string? expected)
    {
        var device = Adjustable().After(Status(1, new TimerUpdate(0, Now.AddSeconds(secondsLeft))), out _);
        device.After(Switch("off", 0, emergency), out var problem);
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void An_instruction_needs_a_way_from_the_mode_that_is_active()
    {
        // From 0 nothing leads to 1: the only transition is from 1 to 0.
        var device = Adjustable().After(Status(0), out _);
        device.After(Switch("on", 1), out var problem);
        Assert.Equal("no transition leads from running mode 0 to 1", problem);
    }

    [Fact]
    public void An_instruction_rests_on_the_update_in_force()
    {
        var device = Adjustable().After(Status(1), out _);
        device.After(Switch("late", 0) with { UpdateId = new Identifier("before") }, out var problem);
        Assert.Equal("update before is not in force", problem);
    }

    [Fact]
    public void Only_a_continuous_mode_has_a_factor()
    {
        var device = Adjustable().After(Status(1), out _);
        device.After(Switch("off", 0) with { Factor = new RunningModeFactor(0.5) }, out var discrete);
        Assert.Equal("a discrete running mode has no factor", discrete);
        device.After(Switch("on", 1), out var continuous);
        Assert.Equal("a continuous running mode needs a factor", continuous);
    }

    [Fact]
    public void An_instruction_goes_its_way_once()
    {
        var device = Adjustable().After(Status(1), out _).After(Switch("off", 0), out _);
        foreach (var status in new[] { InstructionStatus.Accepted, InstructionStatus.Started, InstructionStatus.Succeeded })
        {
            device = device.After(new InstructionStatusUpdate(Header, new Identifier("off"), status), out var problem);
            Assert.Null(problem);
        }

        device.After(new InstructionRevoke(Header, new Identifier("off")), out var late);
        Assert.Equal("instruction off is Succeeded and cannot become Revoked", late);
        device.After(new InstructionStatusUpdate(Header, new Identifier("nothing"), InstructionStatus.Started), out var unknown);
        Assert.Equal("there is no instruction nothing", unknown);
    }

    [Fact]
    public void What_was_revoked_can_no_longer_be_instructed()
    {
        var device = Adjustable().After(Status(1), out _).After(new FlexibilityRevoke(Header), out _);
        Assert.Null(device.Offer);
        device.After(Switch("off", 0), out var problem);
        Assert.Equal("update modes is not in force", problem);
        Assert.NotNull(device.Registration);
    }

    [Fact]
    public void A_curtailment_stays_within_what_was_offered()
    {
        var device = After(
            new InflexibleRegistration(Header, default, new DeviceDescription(DeviceClass.PvPanel), null, [EfiCommodity.Electricity]),
            new InflexibleCurtailmentOptions(Header, new Identifier("options"), Now, [new CurtailmentOption(
                CurtailmentQuantity.ElectricityPower, TimeSpan.FromMinutes(5), [new CurtailmentRange(-2000, 0), new CurtailmentRange(-5000, -4000)])]));
        string? Problem(double watts, int minutes, bool emergency = false)
        {
            device.After(
                new InflexibleInstruction(Header, new Identifier("curtail"), new Identifier("options"), emergency, new CurtailmentProfile(
                    CurtailmentQuantity.ElectricityPower, Now, [new CurtailmentProfileElement(TimeSpan.FromMinutes(minutes), watts)])),
                out var problem);
            return problem;
        }

        Assert.Null(Problem(-2000, 5));
        Assert.Equal("ElectricityPower cannot be limited to -3000", Problem(-3000, 5));
        Assert.Equal("a limit stays at least 00:05:00, not 00:04:00", Problem(-1000, 4));
        Assert.Null(Problem(-3000, 4, emergency: true));
    }

    [Theory]
    [InlineData(0, 30, null)]
    [InlineData(-1, 30, "step 1 cannot start before")]
    [InlineData(0, 29, "step 2 cannot start before")]
    [InlineData(0, 41, "step 2 may wait 00:10:00 after the one before, not longer")]
    [InlineData(90, 120, "it would be over at")]
    public void Steps_of_a_job_follow_each_other_within_its_time(int first, int second, string? expected)
    {
        SequentialProfile Step(int number, int minutes) => new(number, TimeSpan.FromMinutes(10), [new SequentialProfileAlternative(
            0, new CommodityProfiles(new Profile([new ProfileElement(TimeSpan.FromMinutes(minutes), Expectation.Certain(2000))])))]);
        var device = After(
            new ShiftableRegistration(Header, default, new DeviceDescription(DeviceClass.WashingMachine), null, [EfiCommodity.Electricity]),
            new ShiftableUpdate(Header, new Identifier("job"), Now, Now.AddHours(2), [Step(1, 30), Step(2, 15)]));
        device.After(
            new ShiftableInstruction(Header, new Identifier("start"), new Identifier("job"), false, [
                new SequentialProfileInstruction(1, 0, Now.AddMinutes(first)), new SequentialProfileInstruction(2, 0, Now.AddMinutes(second))]),
            out var problem);
        if (expected is null)
        {
            Assert.Null(problem);
        }
        else
        {
            Assert.StartsWith(expected, problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_contradicts_itself_cannot_be_built()
    {
        Assert.Throws<ArgumentException>(() => new FillLevelRange(1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RunningModeFactor(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RunningModeFactor(1.01));
        Assert.Throws<ArgumentException>(() => new CurtailmentOption(CurtailmentQuantity.GasFlowRate, default, [new CurtailmentRange(0, 2), new CurtailmentRange(2, 3)]));
        Assert.Throws<ArgumentException>(() => new CommodityProfiles());
        Assert.Throws<ArgumentException>(() => new StorageRunningMode(0, "", [Piece(0, 5), Piece(6, 7)]));
        Assert.Throws<ArgumentException>(() => new RunningModeGraph([0, 1], [], [new RunningModeTransition(0, 2)]));
        Assert.Throws<ArgumentException>(() => new RunningModeGraph([0, 0], [], [new RunningModeTransition(0, 0)]));
        Assert.Throws<ArgumentException>(() => new AdjustableRunningMode(
            0, "", new AdjustableModeData(new CommodityRates(ElectricalPower: 1)), new AdjustableModeData(new CommodityRates(GasFlowRate: 1))));
        Assert.Throws<ArgumentException>(() => new InstructionStatusUpdate(Header, new Identifier("i-1"), InstructionStatus.Revoked));
        Assert.Throws<ArgumentException>(() => new Measurement(Header, Now, CommodityRates.None));
    }

    private static StorageModeElement Piece(double lower, double upper) => new(new FillLevelRange(lower, upper), new StorageModeData(0, new CommodityRates(ElectricalPower: 0)));

    private static EfiDevice After(params EfiMessage[] messages) => messages.Aggregate(EfiDevice.Unknown, (device, message) =>
    {
        var after = device.After(message, out var problem);
        Assert.Null(problem);
        return after;
    });

    private static EfiDevice Adjustable() => After(new AdjustableRegistration(Header, default, Generator, null, [EfiCommodity.Electricity]), Modes());

    // Off, and on with 1 to 2 kW of production; a minimum time keeps it on.
    private static AdjustableSystemDescription Modes(string id = "modes", DateTimeOffset? from = null) => new(
        Header,
        new Identifier(id),
        from ?? Now,
        [
            new AdjustableRunningMode(0, "off", new AdjustableModeData(new CommodityRates(ElectricalPower: 0))),
            new AdjustableRunningMode(1, "on", new AdjustableModeData(new CommodityRates(ElectricalPower: -1000)), new AdjustableModeData(new CommodityRates(ElectricalPower: -2000))),
        ],
        [new RunningModeTimer(0, "min on", TimeSpan.FromMinutes(1))],
        [new RunningModeTransition(1, 0, BlockingTimers: [0])]);

    private static AdjustableStatus Status(int mode, params TimerUpdate[] timers) => new(Header, new Identifier("status"), Now, mode, [.. timers]);

    private static AdjustableInstruction Switch(string id, int mode, bool emergency = false) =>
        new(Header, new Identifier(id), new Identifier("modes"), emergency, mode, Now);
}

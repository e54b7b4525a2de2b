using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Flexibility.HomeRules;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.HomeRules;

public sealed class ContractGuardTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly GuardRules ThreeKilowatts = new(3_000) { StartMarginWatts = 0, RestartPause = TimeSpan.FromSeconds(30) };

    [Fact]
    public void The_last_in_the_members_order_is_turned_down_before_it_is_turned_off()
    {
        // 3,000 W less 1,000 W of others leave 2,000: 1,200 for the boiler, which knows only on and off, 800 for the car.
        var guard = Running(("boiler", 1_200), ("car", 1_800));
        var (_, decisions) = guard.Decide(Noon, 1_000 + 3_000, [Boiler(measured: 1_200), Car(measured: 1_800)], []);
        Assert.Equal([new("boiler", 1_200, GuardReason.AsWanted), new("car", 800, GuardReason.Modulated)], decisions);
    }

    [Fact]
    public void Where_not_even_its_least_is_left_it_is_shed_and_waits()
    {
        var guard = Running(("boiler", 1_200), ("car", 1_800));
        (guard, var decisions) = guard.Decide(Noon, 1_500 + 3_000, [Boiler(measured: 1_200), Car(measured: 1_800)], []);
        Assert.Equal(new GuardDecision("car", 0, GuardReason.Shed), decisions[1]);
        (_, decisions) = guard.Decide(Noon.AddSeconds(5), 1_500 + 1_200, [Boiler(measured: 1_200), Car(measured: 0)], []);
        Assert.Equal(new GuardDecision("car", 0, GuardReason.Delayed), decisions[1]);
    }

    [Fact]
    public void What_is_urgent_goes_before_the_members_order()
    {
        var (_, decisions) = Running(("boiler", 1_200), ("car", 1_800)).Decide(Noon, 1_500 + 3_000, [Boiler(measured: 1_200), Car(measured: 1_800) with { IsUrgent = true }], []);
        Assert.Equal([new("boiler", 0, GuardReason.Shed), new("car", 1_500, GuardReason.Modulated)], decisions);
    }

    [Fact]
    public void After_a_shortage_devices_come_back_one_at_a_time()
    {
        var guard = new ContractGuard(new GuardRules(6_000) { StartMarginWatts = 0, RestartPause = TimeSpan.FromSeconds(30) });
        ImmutableArray<GuardedDevice> devices = [Boiler(), Car(), new GuardedDevice("heater", 500, 500, 500)];
        List<int> running = [];
        for (var second = 0; second <= 60; second += 15)
        {
            (guard, var decisions) = guard.Decide(Noon.AddSeconds(second), 0, devices, []);
            running.Add(decisions.Count(decision => decision.Watts > 0));
        }

        Assert.Equal([1, 1, 2, 2, 3], running);
    }

    [Fact]
    public void A_start_needs_room_to_spare_so_that_a_flicker_does_not_shed_it_again()
    {
        var guard = new ContractGuard(ThreeKilowatts with { StartMarginWatts = 100 });
        Assert.Equal(GuardReason.Delayed, guard.Decide(Noon, 1_750, [Boiler()], []).Decisions[0].Reason); // 1,250 W are left, 1,300 are asked
        Assert.Equal(1_200, guard.Decide(Noon, 1_700, [Boiler()], []).Decisions[0].Watts);
    }

    [Fact]
    public void The_members_word_wins_at_once_and_ends()
    {
        var guard = Running(("boiler", 1_200));
        ImmutableArray<GuardedDevice> devices = [Boiler(measured: 1_200), Car(wanted: 0)];
        ImmutableArray<MemberOverride> words = [new("car", null, Noon.AddHours(1)), new("boiler", 0, Noon.AddHours(1))];
        (_, var decisions) = guard.Decide(Noon, 1_200, devices, words);
        Assert.Equal([new("boiler", 0, GuardReason.Overridden), new("car", 2_300, GuardReason.Overridden)], decisions);
        (_, decisions) = guard.Decide(Noon.AddHours(1), 1_200, devices, words);
        Assert.Equal([new("boiler", 1_200, GuardReason.AsWanted), new("car", 0, GuardReason.Idle)], decisions);
    }

    [Fact]
    public void Not_even_the_members_word_makes_the_home_exceed_its_contract_and_that_is_said()
    {
        // 3,000 W less 1,800 W of others: of 2,300 W that the member wants for the car 1,200 are there.
        var (_, decisions) = Running(("boiler", 1_200)).Decide(Noon, 1_800 + 1_200, [Boiler(measured: 1_200), Car(wanted: 0)], [new("car", 2_300, Noon.AddHours(1))]);
        Assert.Equal([new("boiler", 0, GuardReason.Shed), new("car", 1_200, GuardReason.OverrideCut)], decisions);
    }

    [Fact]
    public void A_device_that_takes_more_than_it_may_leaves_less_for_the_others()
    {
        // The car may draw nothing and draws 1,800 W: only 1,200 are left, and nobody gets the car's.
        var (_, decisions) = Running(("boiler", 1_200)).Decide(Noon, 3_000, [Boiler(measured: 1_200), Car(wanted: 0, measured: 1_800)], []);
        Assert.Equal(new GuardDecision("boiler", 1_200, GuardReason.AsWanted), decisions[0]);
        (_, decisions) = Running(("boiler", 1_200)).Decide(Noon, 3_001, [Boiler(measured: 1_200), Car(wanted: 0, measured: 1_800)], []);
        Assert.Equal(new GuardDecision("boiler", 0, GuardReason.Shed), decisions[0]);
    }

    [Fact]
    public void While_the_meter_is_silent_nothing_runs_that_could_be_too_much()
    {
        var (_, decisions) = Running(("boiler", 1_200)).Decide(Noon, null, [Boiler(), Car(wanted: 0)], []);
        Assert.Equal([new("boiler", 0, GuardReason.MeterSilent), new("car", 0, GuardReason.Idle)], decisions);
    }

    [Fact]
    public void Whatever_devices_readings_and_words_there_are_what_is_controlled_stays_within_the_contract() =>
        Gen.Select(Contracts, Devices, Steps).Sample((rules, devices, steps) =>
        {
            var guard = new ContractGuard(rules);
            var (now, drawn) = (Noon, devices.ToDictionary(device => device.Name, _ => 0L));
            foreach (var step in steps)
            {
                now = now.AddSeconds(step.Seconds);

                // The meter counts others and what the devices really draw: of what they may, some less, and one of them more.
                var standing = devices.Select((device, i) => new GuardedDevice(device.Name, step.Wanted[i % step.Wanted.Length], device.MinimumWatts, device.MaximumWatts)
                {
                    IsUrgent = device.IsUrgent, MeasuredWatts = drawn[device.Name],
                }).ToImmutableArray();
                var others = step.Others + standing.Sum(device => Math.Max(0, drawn[device.Name] - guard.Allowed.GetValueOrDefault(device.Name)));
                var words = step.Override is { } which ? ImmutableArray.Create(new MemberOverride(devices[which % devices.Length].Name, step.OverrideWatts, now.AddSeconds(20))) : [];
                var before = guard;
                (guard, var decisions) = guard.Decide(now, step.Others + drawn.Values.Sum(), standing, words);
                var sum = decisions.Sum(decision => decision.Watts);
                Assert.InRange(sum, 0, Math.Max(0, rules.ContractWatts - rules.ReserveWatts - others));
                foreach (var (decision, device) in decisions.Zip(standing))
                {
                    Assert.True(decision.Watts == 0 || (decision.Watts >= device.MinimumWatts && decision.Watts <= device.MaximumWatts), decision.ToString());
                }

                // Without a word of the member's at most one device starts, and only after the pause.
                var started = decisions.Count(decision => decision.Watts > 0 && before.Allowed.GetValueOrDefault(decision.Device) == 0);
                Assert.True(words.Length > 0 || started <= (before.LastStart is { } last && now - last < rules.RestartPause ? 0 : 1));
                foreach (var (decision, i) in decisions.Select((decision, i) => (decision, i)))
                {
                    drawn[decision.Device] = decision.Watts * step.DrawnPercent[i % step.DrawnPercent.Length] / 100;
                }
            }
        }, iter: 2_000);

    [Fact]
    public void No_reading_however_mad_overflows()
    {
        foreach (var reading in (long[])[long.MinValue, long.MaxValue, 0])
        {
            foreach (var measured in (long[])[long.MinValue, long.MaxValue])
            {
                var (_, decisions) = Running(("boiler", 1_200)).Decide(Noon, reading, [Boiler(measured: measured), new GuardedDevice("x", long.MaxValue, 1, 10_000_000) { MeasuredWatts = measured }], []);
                Assert.True(reading <= 0 || decisions.Sum(decision => decision.Watts) == 0);
            }
        }
    }

    private static readonly Gen<GuardRules> Contracts =
        from contract in Gen.OneOf(Gen.Const(3_000L), Gen.Const(4_500L), Gen.Const(6_000L))
        from reserve in Gen.OneOf(Gen.Const(0L), Gen.Long[0, 1_000])
        from margin in Gen.Long[0, 300]
        from pause in Gen.Int[0, 60]
        select new GuardRules(contract) { ReserveWatts = reserve, StartMarginWatts = margin, RestartPause = TimeSpan.FromSeconds(pause) };

    private static readonly Gen<GuardedDevice[]> Devices =
        (from least in Gen.Long[1, 2_500]
         from more in Gen.OneOf(Gen.Const(0L), Gen.Long[0, 5_000])
         from urgent in Gen.Bool
         select (least, more, urgent)).Array[1, 6].Select(all => all.Select((one, i) => new GuardedDevice($"d{i}", 0, one.least, one.least + one.more) { IsUrgent = one.urgent }).ToArray());

    private static readonly Gen<(int Seconds, long Others, long[] Wanted, int? Override, long? OverrideWatts, int[] DrawnPercent)[]> Steps =
        (from seconds in Gen.Int[0, 60]
         from others in Gen.OneOf(Gen.Long[-6_000, 9_000], Gen.Long[0, 3_000])
         from wanted in Gen.OneOf(Gen.Const(0L), Gen.Long[0, 8_000]).Array[1, 4]
         from which in Gen.Int[0, 20].Nullable()
         from watts in Gen.OneOf(Gen.Const(0L), Gen.Long[0, 9_000]).Nullable()
         from drawn in Gen.Int[0, 130].Array[1, 4]
         select (seconds, others, wanted, which > 5 ? null : which, watts, drawn)).Array[1, 30];

    private static ContractGuard Running(params (string Device, long Watts)[] devices)
    {
        // Each was started long ago, with all the room there is.
        var guard = new ContractGuard(ThreeKilowatts);
        var at = Noon.AddHours(-1);
        var all = devices.Select(device => new GuardedDevice(device.Device, device.Watts, 1, 3_000)).ToImmutableArray();
        foreach (var _ in devices)
        {
            (guard, var _) = guard.Decide(at = at.AddMinutes(1), 0, all, []);
        }

        Assert.Equal(devices.Select(device => device.Watts), devices.Select(device => guard.Allowed[device.Device]));
        return guard;
    }

    private static GuardedDevice Boiler(long measured = 0) => new("boiler", 1_200, 1_200, 1_200) { MeasuredWatts = measured };

    // 6 A to 10 A at 230 V would be 1,380 to 2,300 W; here it begins lower, so that the numbers are round.
    private static GuardedDevice Car(long wanted = 1_800, long measured = 0) => new("car", wanted, 600, 2_300) { MeasuredWatts = measured };
}

using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.S2.Offered;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2.Offered;

/// <summary>Machines of ours whose jobs another manager times.</summary>
public sealed class JobResourceTests
{
    private static readonly DateTimeOffset Eight = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);
    private static readonly Identifier Job = new("wash");

    private readonly FakeTimeProvider _time = new(Eight);

    [Fact]
    public async Task It_runs_when_it_is_told_and_says_how_far_it_is()
    {
        // 2 kW for a quarter of an hour, then 400 W for another: 600 Wh. Loaded at 8:00, wanted at 12:00.
        var machine = Simple();
        await using var pair = await OpenAsync(machine);
        await pair.UntilWattsAsync(0);
        var told = Assert.Single(pair.Known.Jobs.Values);
        Assert.Equal((Eight, Eight.AddHours(4)), (told.StartTime, told.EndTime));
        Assert.False(Assert.Single(Assert.Single(told.PowerSequencesContainers).PowerSequences).IsInterruptible);

        var order = pair.Tell((id, order) => Start(id, order, told.Id, Eight.AddMinutes(30)));
        await pair.UntilAsync(order, InstructionStatus.Accepted);
        await UntilStateAsync(pair, 0, PowerSequenceState.Scheduled);
        await pair.PassAsync(TimeSpan.FromMinutes(30));
        await pair.UntilAsync(order, InstructionStatus.Started);
        await pair.UntilWattsAsync(2_000);
        await pair.PassAsync(TimeSpan.FromMinutes(20));
        await pair.UntilWattsAsync(400);
        await S2Home.UntilAsync(() => Step(pair, 0) is { Status: PowerSequenceState.Executing, Progress: { Milliseconds: 1_200_000 } }, "it has run for 20 minutes");
        Assert.NotNull(pair.Try(id => new PpbcStartInterruptionInstruction(id, new Identifier("stop"), Eight, false, told.Id, Identifier.Named("step-0"), Identifier.Named("way-0"))));
        await pair.PassAsync(TimeSpan.FromMinutes(20));
        await pair.UntilAsync(order, InstructionStatus.Succeeded);
        await UntilStateAsync(pair, 0, PowerSequenceState.Finished);
        Assert.Equal(600, machine.CountedWattHours, 9);
        pair.AssertNothingRefused();
    }

    [Fact]
    public async Task Nobody_s_silence_makes_it_late()
    {
        var machine = Simple();
        await using var pair = await OpenAsync(machine);
        await pair.UntilWattsAsync(0);
        await pair.PassAsync(new TimeSpan(3, 29, 0));
        Assert.Equal(0, machine.CountedWattHours);
        await pair.PassAsync(TimeSpan.FromMinutes(1)); // half an hour before 12:00
        await UntilStateAsync(pair, 0, PowerSequenceState.Executing);
        await pair.PassAsync(TimeSpan.FromMinutes(30));
        await UntilStateAsync(pair, 0, PowerSequenceState.Finished);
        Assert.Equal(600, machine.CountedWattHours, 9);
    }

    [Fact]
    public async Task The_next_job_takes_the_place_of_one_that_is_over()
    {
        var machine = Simple(TimeSpan.FromHours(6));
        await using var pair = await OpenAsync(machine);
        await pair.UntilWattsAsync(0);
        var first = Assert.Single(pair.Known.Jobs.Values).Id;
        var order = pair.Tell((id, order) => Start(id, order, first, Eight));
        await pair.UntilWattsAsync(2_000);
        await pair.PassAsync(TimeSpan.FromMinutes(30));
        await pair.UntilAsync(order, InstructionStatus.Succeeded);
        await pair.PassAsync(TimeSpan.FromSeconds(1));
        await pair.PassAsync(TimeSpan.FromSeconds(1));
        await S2Home.UntilAsync(() => pair.Known.Jobs.Values.SingleOrDefault() is { } next && next.Id != first && next.StartTime == Eight.AddHours(6), "the next job is told, and the first is not any more");
        await UntilStateAsync(pair, 0, PowerSequenceState.NotScheduled);
        pair.AssertNothingRefused();
    }

    [Fact]
    public async Task A_program_in_steps_is_done_in_the_ways_that_are_chosen_and_pauses_where_it_may()
    {
        // Heating 1.5 kW for 30 min, or slowly 900 W for 60 min; then drying 600 W for 30 min, which may pause, within an hour.
        var machine = new SimulatedAppliance([InSteps()], _time);
        await using var pair = await OpenAsync(machine);
        await pair.UntilWattsAsync(0);
        var slow = pair.Tell((id, order) => Start(id, order, Job, Eight, step: 0, way: 1));
        await pair.UntilAsync(slow, InstructionStatus.Started);
        var dry = pair.Tell((id, order) => Start(id, order, Job, Eight.AddMinutes(75), step: 1));
        await pair.UntilAsync(dry, InstructionStatus.Accepted);
        var dryEarlier = pair.Tell((id, order) => Start(id, order, Job, Eight.AddMinutes(60), step: 1));
        await pair.UntilAsync(dryEarlier, InstructionStatus.Accepted);
        await pair.UntilAsync(dry, InstructionStatus.Aborted); // the later word for the same step counts
        await pair.PassAsync(TimeSpan.FromMinutes(60));
        await pair.UntilAsync(slow, InstructionStatus.Succeeded);
        await pair.UntilAsync(dryEarlier, InstructionStatus.Started);
        Assert.Equal(900, machine.CountedWattHours, 9);

        await pair.PassAsync(TimeSpan.FromMinutes(10));
        var pause = pair.Tell((id, order) => new PpbcStartInterruptionInstruction(id, order, Eight, false, Job, Identifier.Named("step-1"), Identifier.Named("way-0")));
        await pair.UntilAsync(pause, InstructionStatus.Succeeded);
        await UntilStateAsync(pair, 1, PowerSequenceState.Interrupted);
        await pair.UntilWattsAsync(0);
        await pair.PassAsync(TimeSpan.FromMinutes(15));
        Assert.Equal(1_000, machine.CountedWattHours, 9); // 600 W for ten minutes
        var again = pair.Tell((id, order) => new PpbcEndInterruptionInstruction(id, order, Eight, false, Job, Identifier.Named("step-1"), Identifier.Named("way-0")));
        await pair.UntilAsync(again, InstructionStatus.Succeeded);
        await pair.PassAsync(TimeSpan.FromMinutes(20));
        await pair.UntilAsync(dryEarlier, InstructionStatus.Succeeded);
        Assert.Equal(1_200, machine.CountedWattHours, 9);
        pair.AssertNothingRefused();
    }

    [Fact]
    public async Task What_it_cannot_do_is_rejected_or_aborted_and_changes_nothing()
    {
        var machine = new SimulatedAppliance([InSteps()], _time);
        await using var pair = await OpenAsync(machine);
        await pair.UntilWattsAsync(0);

        // Drying before heating; heating slowly so late that drying would be late: 12:00 less 30 and less 60 minutes is 10:30; a pause of what does not run.
        await pair.UntilAsync(pair.Tell((id, order) => Start(id, order, Job, Eight, step: 1)), InstructionStatus.Rejected);
        await pair.UntilAsync(pair.Tell((id, order) => Start(id, order, Job, Eight.AddMinutes(151), step: 0, way: 1)), InstructionStatus.Rejected);
        await pair.UntilAsync(
            pair.Tell((id, order) => new PpbcStartInterruptionInstruction(id, order, Eight, false, Job, Identifier.Named("step-1"), Identifier.Named("way-0"))), InstructionStatus.Aborted);
        await pair.UntilAsync(pair.Tell((id, order) => Start(id, order, Job, Eight.AddMinutes(150), step: 0, way: 1)), InstructionStatus.Accepted);
        Assert.Equal(0, machine.CountedWattHours);
        Assert.Equal(3, pair.Notes.Count);
    }

    [Fact]
    public async Task Without_its_manager_what_was_interrupted_goes_on()
    {
        var machine = new SimulatedAppliance([InSteps()], _time);
        await using var pair = await OpenAsync(machine);
        await pair.UntilWattsAsync(0);
        await pair.UntilAsync(pair.Tell((id, order) => Start(id, order, Job, Eight)), InstructionStatus.Started);
        await pair.PassAsync(TimeSpan.FromMinutes(30));
        await pair.UntilAsync(pair.Tell((id, order) => Start(id, order, Job, Eight, step: 1)), InstructionStatus.Started);
        await pair.UntilAsync(
            pair.Tell((id, order) => new PpbcStartInterruptionInstruction(id, order, Eight, false, Job, Identifier.Named("step-1"), Identifier.Named("way-0"))), InstructionStatus.Succeeded);
        Assert.Equal(0, machine.Watts);
        await pair.LoseAsync();
        Assert.Equal(600, machine.Watts);
        _time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(1_050, machine.CountedWattHours, 9); // 1.5 kW and then 600 W for half an hour each
    }

    private SimulatedAppliance Simple(TimeSpan? again = null)
    {
        var grid = PeriodGrid.QuarterHour;
        ApplianceRun Run(DateTimeOffset from) => new(grid.At(from), grid.At(from.AddHours(4)));
        return new SimulatedAppliance(ApplianceJob.Of(new ApplianceDescription("washing machine", [2_000, 400], again is { } later ? [Run(Eight), Run(Eight + later)] : [Run(Eight)])), _time);
    }

    private static ApplianceJob InSteps() => new(
        Job,
        Eight,
        Eight.AddHours(4),
        [
            new ProgramStep(TimeSpan.Zero, [Way(30, 1_500, false), Way(60, 900, false)]),
            new ProgramStep(TimeSpan.FromHours(1), [Way(30, 600, true)]),
        ]);

    private static ProgramWay Way(int minutes, long watts, bool mayPause) => new([new ProgramPiece(TimeSpan.FromMinutes(minutes), watts)], mayPause);

    private Task<OfferedPair> OpenAsync(SimulatedAppliance machine) => OfferedPair.OpenAsync(OfferedDevice.Of(OfferedIdentity.Simulated("washing machine", "appliance"), machine, _time), _time);

    private static PpbcScheduleInstruction Start(Identifier id, Identifier order, Identifier job, DateTimeOffset at, int step = 0, int way = 0) =>
        new(id, order, at, false, job, Identifier.Named($"step-{step}"), Identifier.Named($"way-{way}"));

    private static PpbcPowerSequenceContainerStatus? Step(OfferedPair pair, int step) => pair.Known.JobStatus?.SequenceContainerStatus.FirstOrDefault(one => one.SequenceContainerId == Identifier.Named($"step-{step}"));

    private static Task UntilStateAsync(OfferedPair pair, int step, PowerSequenceState state) => S2Home.UntilAsync(() => Step(pair, step)?.Status == state, $"step {step} is {state}");
}

using VirtualEnergy.P2P.Node.Drivers.Recognition;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers.Recognition;

public sealed class ApplianceRecognitionTests
{
    [Fact]
    public void Of_generated_runs_four_in_five_of_each_kind_are_told_and_one_in_ten_gets_a_wrong_name()
    {
        var matrix = GeneratedRuns.Confusion(runsEach: 500, seed: 7);
        var unknown = Array.IndexOf(GeneratedRuns.Kinds, ApplianceKind.Unknown);
        var wrong = 0;
        for (var kind = 0; kind < GeneratedRuns.Kinds.Length; kind++)
        {
            Assert.True(matrix[kind, kind] >= 500 * 80 / 100, Show(matrix));
            wrong += Enumerable.Range(0, GeneratedRuns.Kinds.Length).Where(taken => taken != kind && taken != unknown).Sum(taken => matrix[kind, taken]);
        }

        Assert.True(wrong <= 500 * GeneratedRuns.Kinds.Length / 10, Show(matrix));
    }

    [Fact]
    public void A_run_is_cut_where_the_plug_is_quiet_for_long_and_a_soak_is_not_its_end()
    {
        var (recorder, at) = (new RunRecorder(), new DateTimeOffset(2026, 11, 29, 6, 0, 30, TimeSpan.Zero));
        ApplianceRunTrace? over = null;
        long[] minutes = [0, 5, 2_000, 2_000, .. new long[RunRecorder.QuietMinutes], 300, .. new long[RunRecorder.QuietMinutes + 2]];
        foreach (var watts in minutes)
        {
            Assert.Null(over);
            over = recorder.Add(at, watts);
            at = at.AddMinutes(1);
        }

        Assert.Equal([2_000, 2_000, .. new long[RunRecorder.QuietMinutes], 300], over!.Watts);
    }

    [Fact]
    public void A_plug_that_speaks_only_when_something_changes_makes_the_same_run()
    {
        var (recorder, at) = (new RunRecorder(), new DateTimeOffset(2026, 11, 29, 6, 0, 0, TimeSpan.Zero));
        recorder.Add(at, 1_500);
        recorder.Add(at.AddMinutes(30), 0);
        var over = recorder.Add(at.AddMinutes(60), 0);
        Assert.Equal(Enumerable.Repeat(1_500L, 30), over!.Watts);
        Assert.Equal(ApplianceKind.WaterHeater, ApplianceRecognition.Recognise(over));
    }

    [Fact]
    public void A_plug_gets_a_name_when_two_runs_agree_and_keeps_it_against_a_single_other()
    {
        var (plug, at) = (new RecognisedPlug(), new DateTimeOffset(2026, 11, 29, 6, 0, 0, TimeSpan.Zero));
        void Run(int minutes, long watts)
        {
            plug.Add(at, watts);
            plug.Add(at.AddMinutes(minutes), 0);
            plug.Add(at = at.AddHours(4), 0);
        }

        Run(30, 1_500);
        Assert.Equal(ApplianceKind.Unknown, plug.LooksLike);
        Run(40, 1_500);
        Assert.Equal(ApplianceKind.WaterHeater, plug.LooksLike);
        Run(3, 2_000);
        Assert.Equal(ApplianceKind.WaterHeater, plug.LooksLike);
    }

    private static string Show(int[,] matrix) => string.Join('\n', Enumerable.Range(0, GeneratedRuns.Kinds.Length).Select(row =>
        $"{GeneratedRuns.Kinds[row],-16}{string.Join(' ', Enumerable.Range(0, GeneratedRuns.Kinds.Length).Select(column => $"{matrix[row, column],6}"))}"));
}

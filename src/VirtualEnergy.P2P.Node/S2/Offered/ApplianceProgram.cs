using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>A while at one power.</summary>
/// <param name="Duration">Longer than nothing.</param>
/// <param name="Watts">On average, W ≥ 0.</param>
public readonly record struct ProgramPiece(TimeSpan Duration, long Watts);

/// <summary>One way to do a step of a program.</summary>
/// <param name="Pieces">One after another; at least one.</param>
/// <param name="MayPause">Whether it can be interrupted.</param>
public sealed record ProgramWay(ImmutableArray<ProgramPiece> Pieces, bool MayPause)
{
    /// <summary>How long it runs, pauses left out.</summary>
    public TimeSpan Duration => Pieces.Aggregate(TimeSpan.Zero, (sum, piece) => sum + piece.Duration);

    /// <summary>W when it has run for a while; 0 from its end on.</summary>
    public long WattsAt(TimeSpan progress) => Pieces.SkipWhile(piece => (progress -= piece.Duration) >= TimeSpan.Zero).Select(piece => piece.Watts).FirstOrDefault();

    /// <summary>How long its power stays as it is, when it has run for a while.</summary>
    public TimeSpan StaysFor(TimeSpan progress)
    {
        var end = TimeSpan.Zero;
        return Pieces.Select(piece => end += piece.Duration).First(border => border > progress) - progress;
    }
}

/// <summary>A step of a program: ways to do it, of which one is chosen.</summary>
/// <param name="MostPauseBefore">The longest wait after the step before, ≥ 0; of no meaning for the first.</param>
/// <param name="Ways">At least one.</param>
public sealed record ProgramStep(TimeSpan MostPauseBefore, ImmutableArray<ProgramWay> Ways)
{
    /// <summary>The way that takes the least time.</summary>
    public int Shortest => Ways.Index().MinBy(way => way.Item.Duration).Index;
}

/// <summary>A program that a member wants done between two moments.</summary>
/// <param name="Id">By which it is told.</param>
/// <param name="From">The machine is loaded from here on.</param>
/// <param name="By">It must be over by then.</param>
/// <param name="Steps">In order; at least one, and there is time for all.</param>
public sealed record ApplianceJob(Identifier Id, DateTimeOffset From, DateTimeOffset By, ImmutableArray<ProgramStep> Steps)
{
    /// <summary>The latest moment at which a step, and those after it, can begin by the shortest ways.</summary>
    public DateTimeOffset LatestStart(int step) => By - Steps.Skip(step).Aggregate(TimeSpan.Zero, (sum, one) => sum + one.Ways[one.Shortest].Duration);

    /// <summary>The runs of an appliance of a home, as its member's days have them.</summary>
    public static ImmutableArray<ApplianceJob> Of(ApplianceDescription appliance) =>
        [.. appliance.Runs.Select(run => Of(appliance, $"job-{run.EarliestStart}", appliance.Grid.StartOf(run.EarliestStart), appliance.Grid.StartOf(run.Deadline)))];

    /// <summary>One run of an appliance of a home: one step in one way, which cannot be interrupted.</summary>
    public static ApplianceJob Of(ApplianceDescription appliance, string id, DateTimeOffset from, DateTimeOffset by)
    {
        var piece = TimeSpan.FromSeconds(appliance.Grid.LengthSeconds);
        var way = new ProgramWay([.. appliance.ProfileWatts.Select(watts => new ProgramPiece(piece, watts))], MayPause: false);
        return new ApplianceJob(Identifier.Named(id), from, by, [new ProgramStep(TimeSpan.Zero, [way])]);
    }
}

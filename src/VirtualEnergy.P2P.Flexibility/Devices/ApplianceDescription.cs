using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices;

/// <summary>One wish of a member: run the appliance once within this window.</summary>
/// <param name="EarliestStart">The machine is loaded from this period on.</param>
/// <param name="Deadline">It must have finished when this period begins.</param>
public readonly record struct ApplianceRun(Period EarliestStart, Period Deadline);

/// <summary>A washing machine, dishwasher or dryer: a fixed power profile, and the runs that its member asks for.</summary>
public sealed record ApplianceDescription
{
    /// <param name="name">Name of the device, unique in its home.</param>
    /// <param name="profileWatts">Average W of each period of a run.</param>
    /// <param name="runs">The wishes, in order; a window must be over before the next opens.</param>
    /// <param name="grid">Length of a period; a quarter of an hour unless told.</param>
    /// <exception cref="ArgumentException">A window is too short for the profile, or two windows overlap.</exception>
    public ApplianceDescription(string name, ImmutableArray<long> profileWatts, ImmutableArray<ApplianceRun> runs, PeriodGrid? grid = null)
    {
        if (runs.IsDefault)
        {
            throw new ArgumentException("The runs are missing; an appliance without wishes has an empty list.", nameof(runs));
        }

        Name = name;
        Grid = grid ?? PeriodGrid.QuarterHour;
        ProfileWatts = profileWatts;
        Runs = runs;
        for (var i = 0; i < runs.Length; i++)
        {
            _ = Describe(runs[i].EarliestStart, runs[i]);
            if (i > 0 && runs[i].EarliestStart < runs[i - 1].Deadline)
            {
                throw new ArgumentException($"{name}: a run from {runs[i].EarliestStart} begins before the deadline of the one before it.", nameof(runs));
            }
        }
    }

    public string Name { get; }

    /// <summary>Length of a period.</summary>
    public PeriodGrid Grid { get; }

    public ImmutableArray<long> ProfileWatts { get; }

    public ImmutableArray<ApplianceRun> Runs { get; }

    /// <summary>Highest power of a run, W.</summary>
    public long Peak => ProfileWatts.Max();

    public ShiftableControlSpace Describe(Period period, ApplianceRun run) =>
        new(Name, period, ProfileWatts, run.EarliestStart, run.Deadline);

    /// <summary>
    /// The same appliance by periods of another length. It starts when a period begins: in longer ones, windows lose what is left of them at either end, a run ends with what is left of its last
    /// period, and a run whose window is then too short is the member's own to start.
    /// </summary>
    public ApplianceDescription On(PeriodGrid grid)
    {
        if (grid == Grid)
        {
            return this;
        }

        var watts = ImmutableArray.CreateBuilder<long>();
        for (var begins = 0; begins < ProfileWatts.Length * Grid.LengthSeconds; begins += grid.LengthSeconds)
        {
            // W s of the part of the run that lies in the period.
            var work = ProfileWatts.Select((power, i) => power * Math.Max(0, Math.Min(begins + grid.LengthSeconds, (i + 1) * Grid.LengthSeconds) - Math.Max(begins, i * Grid.LengthSeconds))).Sum();
            watts.Add((work + grid.LengthSeconds / 2) / grid.LengthSeconds);
        }

        var profile = watts.DrainToImmutable();
        return new ApplianceDescription(
            Name, profile,
            [
                .. Runs.Select(run => new ApplianceRun(grid.At(Grid.StartOf(run.EarliestStart).AddSeconds(grid.LengthSeconds).AddTicks(-1)), grid.At(Grid.StartOf(run.Deadline))))
                    .Where(run => run.Deadline.Index - run.EarliestStart.Index >= profile.Length),
            ],
            grid);
    }
}

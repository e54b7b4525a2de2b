using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>How far a step of a program is.</summary>
/// <param name="State">As S2 calls it; a step that waits is not scheduled as far as the machine knows.</param>
/// <param name="Way">The way that was chosen; null before it began.</param>
/// <param name="Progress">How long it has run.</param>
public readonly record struct StepState(PowerSequenceState State, int? Way = null, TimeSpan Progress = default);

/// <summary>
/// A washing machine, dryer or dishwasher that is not there: it does its jobs in order, begins a step when it is told, and at the latest, told or not, when the job would otherwise be late.
/// </summary>
public sealed class SimulatedAppliance
{
    /// <summary>A job is shown so long before it may begin.</summary>
    public static readonly TimeSpan ShownBefore = TimeSpan.FromHours(24);

    private readonly ImmutableArray<ApplianceJob> _jobs;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private DateTimeOffset _at;
    private DateTimeOffset _stepOverAt;
    private int _next;
    private ApplianceJob? _job;
    private ImmutableArray<StepState> _steps = [];
    private double _counted;

    /// <param name="jobs">In order, none begins before the one before must be over.</param>
    public SimulatedAppliance(IEnumerable<ApplianceJob> jobs, TimeProvider time) => (_jobs, _time, _at) = ([.. jobs], time, time.GetUtcNow());

    /// <summary>The job that is wanted, runs, or was done last, and how far its steps are; null before the first is near.</summary>
    public (ApplianceJob Job, ImmutableArray<StepState> Steps)? Present
    {
        get
        {
            lock (_gate)
            {
                Advance();
                return _job is null ? null : (_job, _steps);
            }
        }
    }

    /// <summary>W that it draws now.</summary>
    public double Watts
    {
        get
        {
            lock (_gate)
            {
                Advance();
                return Running is { } running && _steps[running] is { State: PowerSequenceState.Executing } state ? WayOf(running).WattsAt(state.Progress) : 0;
            }
        }
    }

    /// <summary>What it has taken in all, Wh ≥ 0.</summary>
    public double CountedWattHours
    {
        get
        {
            lock (_gate)
            {
                Advance();
                return _counted;
            }
        }
    }

    /// <summary>Begins a step of the present job.</summary>
    /// <returns>Null when it has begun; else why not, in one line.</returns>
    public string? Start(int step, int way)
    {
        lock (_gate)
        {
            if (ProblemWith(step, way, _at) is { } problem)
            {
                return problem;
            }

            Set(step, new StepState(PowerSequenceState.Executing, way));
            return null;
        }
    }

    /// <summary>What stands against beginning a step of the present job at a moment; null when nothing does.</summary>
    public string? ProblemWith(int step, int way, DateTimeOffset at)
    {
        lock (_gate)
        {
            Advance();
            return _job is not { } job ? "there is no job"
                : _steps[step].State != PowerSequenceState.NotScheduled ? $"step {step} is {_steps[step].State} already"
                : at <= _at && step > 0 && _steps[step - 1].State != PowerSequenceState.Finished ? $"the step before {step} is not over"
                : at < job.From ? $"the machine is loaded at {job.From:O}"
                : at + job.Steps[step].Ways[way].Duration > job.LatestStart(step + 1) ? $"what follows step {step} would be over after {job.By:O}"
                : null;
        }
    }

    /// <summary>Interrupts a step that runs and may be interrupted, or goes on with it.</summary>
    /// <returns>Null when it does; else why not, in one line.</returns>
    public string? Pause(int step, int way, bool isPaused)
    {
        lock (_gate)
        {
            Advance();
            var (from, to) = isPaused ? (PowerSequenceState.Executing, PowerSequenceState.Interrupted) : (PowerSequenceState.Interrupted, PowerSequenceState.Executing);
            if (_job is null || _steps[step].State != from || _steps[step].Way != way)
            {
                return $"step {step} is not {from} in that way";
            }

            if (isPaused && !WayOf(step).MayPause)
            {
                return $"step {step} cannot be interrupted";
            }

            Set(step, _steps[step] with { State = to });
            return null;
        }
    }

    /// <summary>Goes on with what is interrupted: nobody will say so any more.</summary>
    public void GoOn()
    {
        lock (_gate)
        {
            Advance();
            if (Running is { } running)
            {
                Set(running, _steps[running] with { State = PowerSequenceState.Executing });
            }
        }
    }

    /// <summary>Whoever tells of the jobs has told that the present one is over: the next may be shown.</summary>
    public void Dismiss()
    {
        lock (_gate)
        {
            _job = IsDone ? null : _job;
        }
    }

    private bool IsDone => _job is not null && _steps.All(step => step.State == PowerSequenceState.Finished);

    // The step that has begun and is not over.
    private int? Running => _steps.Index().Where(step => step.Item.State is PowerSequenceState.Executing or PowerSequenceState.Interrupted).Select(step => (int?)step.Index).FirstOrDefault();

    private ProgramWay WayOf(int step) => _job!.Steps[step].Ways[_steps[step].Way!.Value];

    private void Set(int step, StepState state) => _steps = _steps.SetItem(step, state);

    private void Advance()
    {
        for (var now = _time.GetUtcNow(); ;)
        {
            ShowNext(now);
            if (_job is not { } job || IsDone)
            {
                _at = now;
                return;
            }

            if (Running is { } running && _steps[running].State == PowerSequenceState.Executing)
            {
                if (_at >= now)
                {
                    return;
                }

                Run(running, now);
                continue;
            }

            var begins = Running is { } paused ? job.LatestStart(paused + 1) - (WayOf(paused).Duration - _steps[paused].Progress) : LatestBegin(job);
            if (begins > now)
            {
                _at = now;
                return;
            }

            _at = begins > _at ? begins : _at;
            if (Running is { } goesOn)
            {
                Set(goesOn, _steps[goesOn] with { State = PowerSequenceState.Executing });
            }
            else
            {
                Set(Waits, new StepState(PowerSequenceState.Executing, job.Steps[Waits].Shortest));
            }
        }
    }

    // The first step that has not begun.
    private int Waits => _steps.Index().First(step => step.Item.State == PowerSequenceState.NotScheduled).Index;

    private DateTimeOffset LatestBegin(ApplianceJob job)
    {
        var latest = job.LatestStart(Waits);
        return Waits > 0 && _stepOverAt + job.Steps[Waits].MostPauseBefore < latest ? _stepOverAt + job.Steps[Waits].MostPauseBefore : latest;
    }

    private void Run(int step, DateTimeOffset now)
    {
        var (state, way) = (_steps[step], WayOf(step));
        var lasts = way.StaysFor(state.Progress);
        lasts = _at + lasts < now ? lasts : now - _at;
        _counted += way.WattsAt(state.Progress) * lasts.TotalHours;
        _at += lasts;
        var isOver = state.Progress + lasts >= way.Duration;
        Set(step, state with { Progress = state.Progress + lasts, State = isOver ? PowerSequenceState.Finished : PowerSequenceState.Executing });
        if (isOver)
        {
            _stepOverAt = _at;
        }
    }

    // The next job, once it is near; one that it is too late for is left out.
    private void ShowNext(DateTimeOffset now)
    {
        if (_job is not null)
        {
            return;
        }

        while (_next < _jobs.Length && _jobs[_next].LatestStart(0) < _at)
        {
            _next++;
        }

        if (_next < _jobs.Length && _jobs[_next].From - ShownBefore <= now)
        {
            _job = _jobs[_next++];
            _steps = [.. _job.Steps.Select(_ => new StepState(PowerSequenceState.NotScheduled))];
        }
    }
}

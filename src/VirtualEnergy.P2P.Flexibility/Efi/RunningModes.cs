using System.Globalization;

namespace VirtualEnergy.P2P.Flexibility.Efi;

/// <summary>Where within a continuous running mode a device is, 0 to 1.</summary>
public readonly record struct RunningModeFactor
{
    /// <exception cref="ArgumentOutOfRangeException">Not within 0 to 1.</exception>
    public RunningModeFactor(double value) =>
        Value = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A factor is 0 to 1.");

    public double Value { get; }

    /// <summary>Linearly from <paramref name="atZero"/> to <paramref name="atOne"/>; both ends are met exactly.</summary>
    public FiniteNumber Between(FiniteNumber atZero, FiniteNumber atOne) => double.Lerp(atZero, atOne, Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A clock that a transition starts and that blocks transitions until it has run down.</summary>
/// <param name="Duration">≥ 0.</param>
public sealed record RunningModeTimer(int Id, string Label, TimeSpan Duration)
{
    public TimeSpan Duration { get; } = Check.NotNegative(Duration, nameof(Duration));
}

/// <summary>A way from one running mode to another.</summary>
/// <param name="StartTimers">Timers that are started anew when it begins.</param>
/// <param name="BlockingTimers">Timers that must have run down before it may begin.</param>
/// <param name="Cost">Of one passage, in the registration's currency.</param>
/// <param name="Duration">How long it takes, ≥ 0.</param>
public sealed record RunningModeTransition(
    int From, int To, ValueList<int> StartTimers = default, ValueList<int> BlockingTimers = default, FiniteNumber? Cost = null, TimeSpan? Duration = null)
{
    public TimeSpan? Duration { get; } = Duration is { } time ? Check.NotNegative(time, nameof(Duration)) : null;
}

/// <summary>Running modes by id, and the ways and timers between them.</summary>
/// <exception cref="ArgumentException">An id or a way twice, or a transition that names a mode or timer that does not exist.</exception>
public sealed record RunningModeGraph
{
    public RunningModeGraph(ValueList<int> modes, ValueList<RunningModeTimer> timers, ValueList<RunningModeTransition> transitions)
    {
        Modes = Check.Unique(Check.NotEmpty(modes, nameof(modes)), mode => mode, nameof(modes));
        Timers = Check.Unique(timers, timer => timer.Id, nameof(timers));
        Transitions = Check.Unique(Check.NotEmpty(transitions, nameof(transitions)), transition => (transition.From, transition.To), nameof(transitions));
        foreach (var transition in transitions)
        {
            Check.Require(transition, modes.Contains(transition.From) && modes.Contains(transition.To), $"{transition.From} to {transition.To}: there is no such running mode.");
            foreach (var timer in transition.StartTimers.Concat(transition.BlockingTimers))
            {
                Check.Require(transition, timers.Any(known => known.Id == timer), $"{transition.From} to {transition.To}: there is no timer {timer}.");
            }
        }
    }

    public ValueList<int> Modes { get; }

    public ValueList<RunningModeTimer> Timers { get; }

    public ValueList<RunningModeTransition> Transitions { get; }

    /// <summary>What stands against being in a mode when another is active; null when nothing does.</summary>
    /// <param name="finishedAt">When each timer runs down; one that was never started is not in it.</param>
    public string? ProblemWith(int active, int wanted, DateTimeOffset at, IReadOnlyDictionary<int, DateTimeOffset> finishedAt)
    {
        if (!Modes.Contains(wanted))
        {
            return $"there is no running mode {wanted}";
        }

        if (wanted == active)
        {
            return null;
        }

        return Transitions.FirstOrDefault(way => way.From == active && way.To == wanted) is not { } transition
            ? $"no transition leads from running mode {active} to {wanted}"
            : transition.BlockingTimers.Where(timer => finishedAt.TryGetValue(timer, out var end) && end > at)
                .Select(timer => $"timer {timer} blocks it until {finishedAt[timer]:O}").FirstOrDefault();
    }
}

/// <summary>When a timer runs down, or ran down.</summary>
public sealed record TimerUpdate(int TimerId, DateTimeOffset FinishedAt);

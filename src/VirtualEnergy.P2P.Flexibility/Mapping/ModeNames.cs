using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>EFI numbers modes and timers, S2 names them: which number is which name, for one actuator.</summary>
/// <param name="Number">The actuator's own number.</param>
/// <param name="Id">The actuator's own name.</param>
public sealed record ModeNames(int Number, Identifier Id, ImmutableArray<(int Number, Identifier Id)> Modes, ImmutableArray<(int Number, Identifier Id)> Timers)
{
    /// <summary>Names that came from S2, numbered in the order in which they stand.</summary>
    public static ModeNames Numbered(int number, Identifier id, IEnumerable<Identifier> modes, IEnumerable<S2Timer> timers) =>
        new(number, id, [.. modes.Select((mode, i) => (i, mode))], [.. timers.Select((timer, i) => (i, timer.Id))]);

    /// <summary>Numbers that came from EFI, named by what stands for them.</summary>
    public static ModeNames Named(int number, RunningModeGraph graph) => new(
        number,
        Identifier.Named($"actuator-{number}"),
        [.. graph.Modes.Select(mode => (mode, Identifier.Named($"mode-{mode}")))],
        [.. graph.Timers.Select(timer => (timer.Id, Identifier.Named($"timer-{timer.Id}")))]);

    public Identifier ModeOf(int number) => Modes.First(mode => mode.Number == number).Id;

    /// <exception cref="ArgumentException">EFI has no such mode: it does not exist, or is for abnormal conditions only.</exception>
    public int ModeOf(Identifier id) => NumberOf(Modes, id, "operation mode");

    internal ValueList<RunningModeTimer> ToEfi(ValueList<S2Timer> timers) =>
        ValueList.From(timers.Select(timer => new RunningModeTimer(TimerOf(timer.Id), timer.DiagnosticLabel ?? timer.Id.ToString(), timer.Duration.ToTimeSpan())));

    // What is for abnormal conditions only has no place in EFI's descriptions. EFI asks for a way and S2 does not: then a mode goes over into itself.
    internal ValueList<RunningModeTransition> ToEfi(ValueList<Transition> transitions) =>
        Ways(transitions) is var ways && (ways.Count > 0 || Modes.IsEmpty) ? ways : [new RunningModeTransition(Modes[0].Number, Modes[0].Number)];

    private ValueList<RunningModeTransition> Ways(ValueList<Transition> transitions) => ValueList.From(transitions
        .Where(way => !way.AbnormalConditionOnly && Modes.Any(mode => mode.Id == way.From) && Modes.Any(mode => mode.Id == way.To))
        .Select(way => new RunningModeTransition(
            ModeOf(way.From),
            ModeOf(way.To),
            ValueList.From(way.StartTimers.Select(TimerOf)),
            ValueList.From(way.BlockingTimers.Select(TimerOf)),
            way.TransitionCosts,
            way.TransitionDuration?.ToTimeSpan())));

    internal ValueList<S2Timer> ToS2(ValueList<RunningModeTimer> timers) =>
        ValueList.From(timers.Select(timer => new S2Timer(TimerOf(timer.Id), S2.S2Duration.From(timer.Duration), timer.Label)));

    internal ValueList<Transition> ToS2(ValueList<RunningModeTransition> transitions) => ValueList.From(transitions.Select(way => new Transition(
        Identifier.Named($"way-{way.From}-{way.To}"),
        ModeOf(way.From),
        ModeOf(way.To),
        ValueList.From(way.StartTimers.Select(TimerOf)),
        ValueList.From(way.BlockingTimers.Select(TimerOf)),
        false,
        way.Cost,
        way.Duration is { } duration ? S2.S2Duration.From(duration) : null)));

    internal ValueList<TimerUpdate> ToEfi(IReadOnlyDictionary<Identifier, DateTimeOffset> finishedAt) => ValueList.From(
        finishedAt.Where(pair => Timers.Any(timer => timer.Id == pair.Key)).Select(pair => new TimerUpdate(TimerOf(pair.Key), pair.Value)).OrderBy(timer => timer.TimerId));

    internal Identifier TimerOf(int number) => Timers.First(timer => timer.Number == number).Id;

    private int TimerOf(Identifier id) => NumberOf(Timers, id, "timer");

    private static int NumberOf(ImmutableArray<(int Number, Identifier Id)> names, Identifier id, string what) =>
        names.Where(pair => pair.Id == id).Select(pair => (int?)pair.Number).FirstOrDefault() ?? throw new ArgumentException($"There is no {what} {id}.", nameof(id));
}

using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Sessions;

/// <summary>The mode in which an actuator is, or a whole device under OMBC, and its timers.</summary>
/// <param name="Mode">Null until it was told.</param>
/// <param name="Factor">Within the mode, 0 to 1.</param>
/// <param name="FinishedAt">When each timer runs down, or ran down; one that was never told is not in it.</param>
public sealed record ActuatorState(Identifier? Mode, double Factor, ImmutableDictionary<Identifier, DateTimeOffset> FinishedAt)
{
    public static ActuatorState Unknown { get; } = new(null, 0, ImmutableDictionary<Identifier, DateTimeOffset>.Empty);
}

/// <summary>An operation mode as far as switching is concerned.</summary>
/// <param name="AbnormalOnly">True when it may be used in an emergency only.</param>
public readonly record struct SwitchableMode(Identifier Id, bool AbnormalOnly);

/// <summary>Modes and the ways between them: which mode can be reached from which, and when.</summary>
public sealed record ModeGraph(ImmutableArray<SwitchableMode> Modes, ValueList<Transition> Transitions, ValueList<S2Timer> Timers)
{
    public static ModeGraph Of(OmbcSystemDescription description) =>
        new([.. description.OperationModes.Select(mode => new SwitchableMode(mode.Id, mode.AbnormalConditionOnly))], description.Transitions, description.Timers);

    public static ModeGraph Of(FrbcActuatorDescription actuator) =>
        new([.. actuator.OperationModes.Select(mode => new SwitchableMode(mode.Id, mode.AbnormalConditionOnly))], actuator.Transitions, actuator.Timers);

    public static ModeGraph Of(DdbcActuatorDescription actuator) =>
        new([.. actuator.OperationModes.Select(mode => new SwitchableMode(mode.Id, mode.AbnormalConditionOnly))], actuator.Transitions, actuator.Timers);

    public bool Has(Identifier mode) => Modes.Any(known => known.Id == mode);

    /// <summary>What stands against switching to a mode; null when nothing does.</summary>
    /// <param name="at">When it would begin.</param>
    /// <param name="abnormal">True in an emergency.</param>
    public string? ProblemWith(ActuatorState state, Identifier wanted, DateTimeOffset at, bool abnormal)
    {
        if (!Has(wanted))
        {
            return $"there is no operation mode {wanted}";
        }

        if (!abnormal && Modes.First(mode => mode.Id == wanted).AbnormalOnly)
        {
            return $"operation mode {wanted} is for abnormal conditions only";
        }

        if (state.Mode is not { } active)
        {
            return "the device has not told in which operation mode it is";
        }

        if (active == wanted)
        {
            return null;
        }

        return Transitions.FirstOrDefault(way => way.From == active && way.To == wanted) is not { } transition ? $"no transition leads from {active} to {wanted}"
            : transition.AbnormalConditionOnly && !abnormal ? $"transition {transition.Id} is for abnormal conditions only"
            : transition.BlockingTimers.Where(timer => state.FinishedAt.TryGetValue(timer, out var end) && end > at)
                .Select(timer => $"timer {timer} blocks it until {state.FinishedAt[timer]:O}").FirstOrDefault();
    }

    /// <summary>What a status has against this description: a mode that does not exist; null when nothing.</summary>
    public string? ProblemOf(Identifier mode, Identifier? previous) =>
        !Has(mode) ? $"there is no operation mode {mode}"
        : previous is { } before && !Has(before) ? $"there is no operation mode {before}"
        : null;

    public string? ProblemOfTimer(Identifier timer) => Timers.Any(known => known.Id == timer) ? null : $"there is no timer {timer}";
}

using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Content;

/// <summary>Content of what has operation modes: modes, transitions and timers that name each other.</summary>
internal static class ModeContent
{
    public static IEnumerable<string> Of(OmbcSystemDescription description) =>
        Graph(description.OperationModes.Select(mode => mode.Id), description.Transitions, description.Timers, "")
            .Concat(description.OperationModes.SelectMany(mode =>
                Rules.PowerRanges(mode.PowerRanges, $"{mode.Id}").Concat(Costs(mode.RunningCosts, $"{mode.Id}"))));

    public static IEnumerable<string> OfStatus(FiniteNumber factor, Identifier? previous, DateTimeOffset? since)
    {
        foreach (var problem in Rules.Factor(factor))
        {
            yield return problem;
        }

        if (previous is null != since is null)
        {
            yield return "previous_operation_mode_id and transition_timestamp come together or not at all";
        }
    }

    public static IEnumerable<string> Graph(IEnumerable<Identifier> modeIds, ValueList<Transition> transitions, ValueList<S2Timer> timers, string where)
    {
        var modes = modeIds.ToList();
        var timerIds = timers.Select(timer => timer.Id).ToHashSet();
        foreach (var problem in Rules.Unique(modes, $"{where}operation_modes: id")
            .Concat(Rules.Unique(timers.Select(timer => timer.Id), $"{where}timers: id"))
            .Concat(Rules.Unique(transitions.Select(transition => transition.Id), $"{where}transitions: id"))
            .Concat(Rules.Unique(transitions.Select(transition => (transition.From, transition.To)), $"{where}transitions: way")))
        {
            yield return problem;
        }

        foreach (var transition in transitions)
        {
            foreach (var mode in new[] { transition.From, transition.To }.Where(mode => !modes.Contains(mode)))
            {
                yield return $"{where}transition {transition.Id}: there is no operation mode {mode}";
            }

            foreach (var timer in transition.StartTimers.Concat(transition.BlockingTimers).Where(timer => !timerIds.Contains(timer)))
            {
                yield return $"{where}transition {transition.Id}: there is no timer {timer}";
            }
        }
    }

    public static IEnumerable<string> Costs(NumberRange? costs, string where) => costs is null ? [] : Rules.Ordered(costs, $"{where}: running_costs");
}

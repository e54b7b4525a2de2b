using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>Days of the week and times of day as people write them in <c>equipment</c>.</summary>
internal static class WeekTimes
{
    /// <param name="key">Kind of equipment, as the configuration names it.</param>
    /// <param name="name">Which one of it.</param>
    /// <param name="example">What could stand there.</param>
    /// <exception cref="UserErrorException">It is no time of day.</exception>
    public static TimeOnly TimeOf(string key, string name, string text, string example) => TimeOnly.TryParseExact(text, "HH:mm", out var time)
        ? time : throw new UserErrorException($"equipment.{key}: {name}: \"{text}\" is no time of day; write {example}.");

    /// <summary>English names of days, in any case; every day where none is named.</summary>
    /// <exception cref="UserErrorException">One is no day.</exception>
    public static ImmutableHashSet<DayOfWeek> DaysOf(string key, string name, ImmutableArray<string> days) => days.IsDefaultOrEmpty ? [.. Enum.GetValues<DayOfWeek>()] :
    [
        .. days.Select(text => Enum.TryParse<DayOfWeek>(text, ignoreCase: true, out var day) && !char.IsAsciiDigit(text[0])
            ? day : throw new UserErrorException($"equipment.{key}: {name}: \"{text}\" is no day; write monday to sunday.")),
    ];
}

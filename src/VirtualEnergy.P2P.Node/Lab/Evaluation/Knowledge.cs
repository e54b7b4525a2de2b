using System.Collections.Immutable;
using System.Globalization;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation;

/// <summary>What of the time to come the evaluated homes know; the rest they forecast from what was.</summary>
[Flags]
public enum Knowledge
{
    /// <summary>Everything is forecast.</summary>
    None = 0,

    /// <summary>The base load of each home; so that cars need not be ready some time before they leave.</summary>
    Load = 1,

    /// <summary>What its plant gives.</summary>
    Sun = 2,

    /// <summary>The heat that its rooms need.</summary>
    Heat = 4,

    /// <summary>The hot water that it draws.</summary>
    Water = 8,

    /// <summary>What energy is worth in the community in each period: the duals of its optimum.</summary>
    Price = 16,

    /// <summary>What stores lose to use: heat and water. Journeys are the member's calendar, and known in any case.</summary>
    Use = Heat | Water,

    /// <summary>Nothing is forecast.</summary>
    All = Load | Sun | Use | Price,
}

/// <summary>Knowledge as it is written on a command line.</summary>
public static class KnowledgeNames
{
    private static readonly ImmutableArray<Knowledge> Single = [Knowledge.Load, Knowledge.Sun, Knowledge.Heat, Knowledge.Water, Knowledge.Price];

    /// <summary>All names, separated by commas.</summary>
    public static string Names { get; } = string.Join(',', Single.Append(Knowledge.Use).Select(Name));

    /// <summary>The parts named in a list.</summary>
    /// <param name="list">Names separated by commas.</param>
    /// <exception cref="UserErrorException">There is no such part.</exception>
    public static Knowledge Of(string list)
    {
        var known = Knowledge.None;
        foreach (var name in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var part = Single.Append(Knowledge.Use).FirstOrDefault(part => Name(part) == name);
            known |= part != Knowledge.None ? part
                : throw new UserErrorException($"--perfect {name}: there is no such forecast; name some of {Names}, or none for all of them.");
        }

        return known;
    }

    /// <summary>The parts in a list.</summary>
    public static string ListOf(Knowledge known) => string.Join(',', Single.Where(part => known.HasFlag(part)).Select(Name));

    private static string Name(Knowledge part) => part.ToString().ToLower(CultureInfo.InvariantCulture);
}

using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Shapes;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr;

/// <summary>What a search asks for; every part narrows it.</summary>
/// <param name="Names">Body fields that must have these values.</param>
/// <param name="Objects">Of subscriptions: those that name one of these kinds.</param>
/// <param name="Limit">At most <see cref="MostLimit"/>.</param>
internal sealed record VtnQuery(
    ImmutableDictionary<string, string> Names, string? ProgramId, ImmutableHashSet<string> Objects, ImmutableHashSet<string> Targets, bool Active, int Skip, int Limit)
{
    public const int MostLimit = 50;
    private const int MostTargets = 100;

    /// <exception cref="VtnRefusalException">A parameter is not as the specification has it.</exception>
    public static VtnQuery Read(ObjectKind kind, IQueryCollection query)
    {
        string[] fields = kind switch
        {
            ObjectKind.Report => ["eventID", "clientName"],
            ObjectKind.Subscription => ["clientName"],
            ObjectKind.Ven => ["venName"],
            ObjectKind.Resource => ["resourceName", "venID"],
            _ => [],
        };
        return new VtnQuery(
            fields.Where(query.ContainsKey).ToImmutableDictionary(field => field, field => Text(query, field)),
            kind is ObjectKind.Event or ObjectKind.Report or ObjectKind.Subscription && query.ContainsKey("programID") ? Text(query, "programID") : null,
            kind == ObjectKind.Subscription ? Kinds(query) : [],
            kind is ObjectKind.Report or ObjectKind.Subscription ? [] : TargetsOf(query),
            kind == ObjectKind.Event && Flag(query, "active"), Number(query, "skip", int.MaxValue, 0), Number(query, "limit", MostLimit, MostLimit));
    }

    /// <exception cref="VtnRefusalException">There are too many, or one is too long.</exception>
    public static ImmutableHashSet<string> TargetsOf(IQueryCollection query)
    {
        ImmutableHashSet<string> targets = [.. query["targets"].OfType<string>()];
        return targets.Count <= MostTargets && targets.All(target => target.Length is >= 1 and <= 128) ? targets
            : throw new VtnRefusalException(400, $"targets: at most {MostTargets}, each of 1 to 128 characters.");
    }

    private static ImmutableHashSet<string> Kinds(IQueryCollection query)
    {
        ImmutableHashSet<string> kinds = [.. query["objects"].OfType<string>()];
        return kinds.All(kind => Enum.GetValues<ObjectKind>().Any(known => known.Name() == kind)) ? kinds
            : throw new VtnRefusalException(400, "objects: PROGRAM, EVENT, REPORT, SUBSCRIPTION, VEN or RESOURCE.");
    }

    private static string Text(IQueryCollection query, string name)
    {
        var text = query[name].ToString();
        var isId = name.EndsWith("ID", StringComparison.Ordinal);
        return text.Length is >= 1 and <= 128 && (!isId || OpenAdrFormats.IsId(text)) ? text
            : throw new VtnRefusalException(400, $"{name}: 1 to 128 characters{(isId ? " of letters, digits, _ and -" : "")}.");
    }

    private static int Number(IQueryCollection query, string name, int most, int otherwise) =>
        !query.ContainsKey(name) ? otherwise
        : int.TryParse(query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number
        : throw new VtnRefusalException(400, $"{name}: a whole number from 0 to {most}.");

    private static bool Flag(IQueryCollection query, string name) =>
        query.ContainsKey(name) && (bool.TryParse(query[name], out var flag) ? flag : throw new VtnRefusalException(400, $"{name}: true or false."));
}

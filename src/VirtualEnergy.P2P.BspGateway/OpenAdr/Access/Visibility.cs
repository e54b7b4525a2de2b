namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Access;

/// <summary>
/// Who reads what (OpenADR 3.1.1, "Object Privacy"). Business logic reads all. A VEN reads its own objects, and those
/// programs and events that have no targets or one that it was granted.
/// </summary>
/// <param name="granted">Targets that business logic gave the client's VEN and its resources.</param>
internal sealed class Visibility(VtnClient client, IReadOnlySet<string> granted)
{
    /// <param name="requested">The targets that the request names; empty where it names none.</param>
    public bool Reads(VtnObject thing, IReadOnlyCollection<string> requested)
    {
        if (client.Business)
        {
            return Names(thing.Targets, requested);
        }

        return thing.ClientId is { } owner
            ? owner == client.ClientId && Names(thing.Targets, requested)
            : (thing.Targets.Length == 0 && requested.Count == 0) || (thing.Targets.Where(granted.Contains).ToList() is { Count: > 0 } open && Names(open, requested));
    }

    /// <summary>The targets of an object that the client may learn; null means all of them.</summary>
    public IReadOnlyCollection<string>? Shown(VtnObject thing, IReadOnlyCollection<string> requested) =>
        client.Business || thing.ClientId is not null ? null
        : [.. thing.Targets.Where(target => granted.Contains(target) && (requested.Count == 0 || requested.Contains(target)))];

    private static bool Names(IEnumerable<string> targets, IReadOnlyCollection<string> requested) => requested.Count == 0 || targets.Any(requested.Contains);
}

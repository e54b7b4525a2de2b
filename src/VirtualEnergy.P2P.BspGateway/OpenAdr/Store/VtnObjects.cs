namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Store;

/// <summary>What a VTN keeps, in order of creation, in memory and (where there is a log) on disk. Not thread-safe: the desk takes turns.</summary>
internal sealed class VtnObjects(IEnumerable<VtnObject> kept, VtnLog? log)
{
    private readonly Dictionary<ObjectKind, OrderedDictionary<string, VtnObject>> _byKind = Group(kept);

    /// <summary>All of a kind, oldest first.</summary>
    public IEnumerable<VtnObject> Of(ObjectKind kind) => _byKind[kind].Values;

    public VtnObject? Find(ObjectKind kind, string? id) => id is null ? null : _byKind[kind].GetValueOrDefault(id);

    /// <summary>All that hangs on an object and goes with it.</summary>
    public IEnumerable<VtnObject> DependentsOf(VtnObject thing) => thing.Kind switch
    {
        ObjectKind.Program => Of(ObjectKind.Event).Where(child => child.Text("programID") == thing.Id).SelectMany(child => DependentsOf(child).Append(child))
            .Concat(Of(ObjectKind.Subscription).Where(child => child.Text("programID") == thing.Id)),
        ObjectKind.Event => Of(ObjectKind.Report).Where(child => child.Text("eventID") == thing.Id),
        ObjectKind.Ven => Of(ObjectKind.Resource).Where(child => child.Text("venID") == thing.Id),
        _ => [],
    };

    /// <summary>The program that an object belongs to, or null.</summary>
    public string? ProgramOf(VtnObject thing) => thing.Kind switch
    {
        ObjectKind.Program => thing.Id,
        ObjectKind.Report => Find(ObjectKind.Event, thing.Text("eventID"))?.Text("programID"),
        _ => thing.Text("programID"),
    };

    /// <summary>The targets that business logic has granted a client, by its VEN and its resources.</summary>
    public IReadOnlySet<string> Granted(string clientId) =>
        Of(ObjectKind.Ven).Concat(Of(ObjectKind.Resource)).Where(thing => thing.ClientId == clientId).SelectMany(thing => thing.Targets).ToHashSet();

    public void Put(VtnObject thing)
    {
        log?.Keep(thing);
        _byKind[thing.Kind][thing.Id] = thing;
    }

    public void Delete(VtnObject thing)
    {
        log?.Forget(thing.Id);
        _byKind[thing.Kind].Remove(thing.Id);
    }

    private static Dictionary<ObjectKind, OrderedDictionary<string, VtnObject>> Group(IEnumerable<VtnObject> kept)
    {
        var groups = Enum.GetValues<ObjectKind>().ToDictionary(kind => kind, _ => new OrderedDictionary<string, VtnObject>());
        foreach (var thing in kept)
        {
            groups[thing.Kind][thing.Id] = thing;
        }

        return groups;
    }
}

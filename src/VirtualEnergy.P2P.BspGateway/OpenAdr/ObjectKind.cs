namespace VirtualEnergy.P2P.BspGateway.OpenAdr;

/// <summary>The objects that a VTN keeps (<c>objectTypes</c> of OpenADR 3.1.1).</summary>
public enum ObjectKind
{
    /// <summary>What events belong to: a tariff, or a service that homes take part in.</summary>
    Program,

    /// <summary>A request to homes: prices, set-points, limits, by intervals.</summary>
    Event,

    /// <summary>What a home answers to an event: readings, forecasts, what it can still do.</summary>
    Report,

    /// <summary>A wish to be told of changes at an address of the client's.</summary>
    Subscription,

    /// <summary>A virtual end node: a home or a third party's gateway.</summary>
    Ven,

    /// <summary>Something behind a VEN that is metered or moved.</summary>
    Resource,
}

/// <summary>What happened to an object; OpenADR's READ is accepted in a subscription and never told.</summary>
public enum ObjectOperation
{
    Create,
    Update,
    Delete,
}

internal static class ObjectKinds
{
    /// <summary>As JSON has it: <c>PROGRAM</c>.</summary>
    public static string Name(this ObjectKind kind) => kind switch
    {
        ObjectKind.Program => "PROGRAM",
        ObjectKind.Event => "EVENT",
        ObjectKind.Report => "REPORT",
        ObjectKind.Subscription => "SUBSCRIPTION",
        ObjectKind.Ven => "VEN",
        _ => "RESOURCE",
    };

    /// <summary>As paths have it: <c>programs</c>.</summary>
    public static string Path(this ObjectKind kind) => kind.Name().ToLowerInvariant() + "s";

    /// <summary>As JSON has it: <c>CREATE</c>.</summary>
    public static string Name(this ObjectOperation operation) => operation switch
    {
        ObjectOperation.Create => "CREATE",
        ObjectOperation.Update => "UPDATE",
        _ => "DELETE",
    };

    /// <exception cref="FormatException">No kind is named so.</exception>
    public static ObjectKind Parse(string name) =>
        Enum.GetValues<ObjectKind>().Cast<ObjectKind?>().FirstOrDefault(kind => kind!.Value.Name() == name)
        ?? throw new FormatException($"no kind of object is named {name}");
}

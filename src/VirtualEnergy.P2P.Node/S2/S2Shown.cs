using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node.S2.Connect;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>A device that speaks S2, as people see it.</summary>
/// <param name="Name">Under which it is planned; maker and model before its first session.</param>
/// <param name="Model">Maker and model.</param>
/// <param name="Id">By which it was paired.</param>
/// <param name="Control">The control type that is selected, in words; null while it is not connected.</param>
/// <param name="Watts">What it last measured; + consumption, − production.</param>
/// <param name="FillPermille">Of a storage, its level within its range, 0 to 1000.</param>
public sealed record S2Shown(string Name, string Model, string Id, string? Control = null, double? Watts = null, int? FillPermille = null)
{
    public bool IsThere => Control is not null;

    /// <summary>All that are paired, there as soon as they have a name, and those that are connected by a token of their own.</summary>
    public static ImmutableArray<S2Shown> All(PairedNodes paired, IReadOnlyDictionary<string, S2Device> connected, DateTimeOffset now) =>
    [
        .. paired.All.Select(node => node.Name is { } name ? Of(name, ModelOf(node.Description), node.Id.ToString(), connected, now)
            : new S2Shown(ModelOf(node.Description), ModelOf(node.Description), node.Id.ToString())).OrderBy(device => device.Name, StringComparer.Ordinal),
        .. connected.Keys.Where(key => !Guid.TryParse(key, out var id) || paired.Find(id) is null).Order(StringComparer.Ordinal).Select(key => Of(key, "", key, connected, now)),
    ];

    private static S2Shown Of(string name, string model, string id, IReadOnlyDictionary<string, S2Device> connected, DateTimeOffset now)
    {
        if (!connected.TryGetValue(id, out var device) || !device.Connection.IsEstablished)
        {
            return new S2Shown(name, model, id);
        }

        var resource = device.Connection.Resource;
        var fill = resource.StorageStatus is { } status && resource.Storage.At(now)?.Storage.FillLevelRange is { } range && range.EndOfRange > range.StartOfRange
            ? (int?)Math.Round(1_000 * Math.Clamp((status.PresentFillLevel - range.StartOfRange) / (range.EndOfRange - range.StartOfRange), 0, 1)) : null;
        return new S2Shown(name, model, id, Word(resource.Selected), resource.ElectricWatts, fill);
    }

    private static string ModelOf(NodeDescription device) => $"{device.Brand} {device.ModelName}";

    internal static string Word(ControlType control) => control switch
    {
        ControlType.PowerEnvelopeBasedControl => "limit power",
        ControlType.PowerProfileBasedControl => "start jobs",
        ControlType.OperationModeBasedControl => "set modes",
        ControlType.FillRateBasedControl => "fill",
        ControlType.DemandDrivenBasedControl => "choose how a demand is met",
        ControlType.NotControlable => "measure",
        _ => "nothing",
    };
}

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>Who a device is that is offered over S2.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Type">What it is, in a word or two, as pairing shows it.</param>
/// <param name="Maker">Who made it; empty where that is not known.</param>
/// <param name="Model">Which one; a simulated device says so here.</param>
public sealed record OfferedIdentity(string Name, string Type, string Maker, string Model)
{
    private const string Us = "VirtualEnergy P2P";

    /// <summary>A device of ours that is not there.</summary>
    public static OfferedIdentity Simulated(string name, string type) => new(name, type, Us, $"simulated {type}");
}

using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>What flows through a device.</summary>
[JsonConverter(typeof(WireEnumConverter<Commodity>))]
public enum Commodity
{
    Electricity,

    Gas,

    Heat,

    Oil,
}

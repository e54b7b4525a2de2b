using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>What a device does with a commodity.</summary>
[JsonConverter(typeof(WireEnumConverter<RoleType>))]
public enum RoleType
{
    EnergyProducer,

    EnergyConsumer,

    EnergyStorage,
}

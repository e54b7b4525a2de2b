using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>Which side of a session.</summary>
[JsonConverter(typeof(WireEnumConverter<EnergyManagementRole>))]
public enum EnergyManagementRole
{
    /// <summary>Customer energy manager: it decides.</summary>
    [JsonStringEnumMemberName("CEM")]
    Cem,

    /// <summary>Resource manager: it stands for a device.</summary>
    [JsonStringEnumMemberName("RM")]
    Rm,
}

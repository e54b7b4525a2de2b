using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>Which side of the envelope.</summary>
[JsonConverter(typeof(WireEnumConverter<PowerEnvelopeLimit>))]
public enum PowerEnvelopeLimit
{
    UpperLimit,

    LowerLimit,
}

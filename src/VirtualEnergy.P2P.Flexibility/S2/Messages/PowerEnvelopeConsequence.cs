using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>What becomes of energy that a limit keeps away.</summary>
[JsonConverter(typeof(WireEnumConverter<PowerEnvelopeConsequence>))]
public enum PowerEnvelopeConsequence
{
    /// <summary>It is lost.</summary>
    Vanish,

    /// <summary>It comes later.</summary>
    Defer,
}

using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>What became of a received message.</summary>
[JsonConverter(typeof(WireEnumConverter<ReceptionStatusValue>))]
public enum ReceptionStatusValue
{
    /// <summary>Not understood: no JSON, or no message id. Ignored.</summary>
    InvalidData,

    /// <summary>Not as the schema says. Ignored.</summary>
    InvalidMessage,

    /// <summary>As the schema says, but it means nothing here, such as an id that does not exist. Ignored.</summary>
    InvalidContent,

    /// <summary>The receiver failed; send it again.</summary>
    TemporaryError,

    /// <summary>The receiver failed for good; disconnect.</summary>
    PermanentError,

    Ok,
}

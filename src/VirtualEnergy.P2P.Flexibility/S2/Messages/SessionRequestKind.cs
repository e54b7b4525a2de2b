using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>What is asked of the other side about the connection.</summary>
[JsonConverter(typeof(WireEnumConverter<SessionRequestKind>))]
public enum SessionRequestKind
{
    /// <summary>Connect anew and start with a handshake.</summary>
    Reconnect,

    /// <summary>Disconnect; coming back later is allowed.</summary>
    Terminate,
}

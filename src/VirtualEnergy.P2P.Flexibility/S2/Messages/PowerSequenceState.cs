using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>How far a container of power sequences has come.</summary>
[JsonConverter(typeof(WireEnumConverter<PowerSequenceState>))]
public enum PowerSequenceState
{
    NotScheduled,

    Scheduled,

    Executing,

    Interrupted,

    Finished,

    Aborted,
}

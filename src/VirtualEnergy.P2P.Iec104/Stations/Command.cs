using VirtualEnergy.P2P.Iec104.Asdus;

namespace VirtualEnergy.P2P.Iec104.Stations;

/// <summary>A command or set-point to be executed: checked, selected where that is required, and finite.</summary>
/// <param name="Object">What is asked for, and of which object.</param>
public readonly record struct Command(CommonAddress Address, InformationObject Object, string Peer, byte Originator);

/// <summary>What the application makes of a command.</summary>
public readonly record struct CommandAnswer
{
    /// <summary>Confirmed negatively; nothing is done.</summary>
    public static readonly CommandAnswer Refused;

    /// <summary>Confirmed, done, and terminated at once.</summary>
    public static readonly CommandAnswer Done = new() { IsAccepted = true };

    public bool IsAccepted { get; private init; }

    internal Task<bool>? Completion { get; private init; }

    /// <summary>Confirmed now and terminated when the task ends: positively when it gives true, else negatively.</summary>
    public static CommandAnswer Running(Task<bool> completion) => new() { IsAccepted = true, Completion = completion };
}

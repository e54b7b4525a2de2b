namespace VirtualEnergy.P2P.Bsp;

/// <summary>
/// Which way the transmission system operator wants the net exchange of a unit to move. Powers keep the sign of the whole project
/// (+ consumption, − production), so upward regulation makes a unit's power smaller.
/// </summary>
public enum RegulationDirection
{
    /// <summary>"A salire": more production or less consumption; the unit's power falls.</summary>
    Up,

    /// <summary>"A scendere": less production or more consumption; the unit's power rises.</summary>
    Down,
}

namespace VirtualEnergy.P2P.Bsp.Remuneration;

/// <summary>Who bought what a unit delivered, and pays for it.</summary>
public enum OrderingOperator
{
    /// <summary>The transmission system operator, by the market's profile.</summary>
    SystemOperator,

    /// <summary>A grid operator, at what was agreed with it.</summary>
    GridOperator,
}

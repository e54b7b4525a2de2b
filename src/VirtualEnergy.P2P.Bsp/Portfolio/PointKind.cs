namespace VirtualEnergy.P2P.Bsp.Portfolio;

/// <summary>What stands behind a point of delivery.</summary>
public enum PointKind
{
    Consumption,

    /// <summary>Production; storage counts as such.</summary>
    Production,

    /// <summary>Both behind one point: a home with a plant.</summary>
    Mixed,
}

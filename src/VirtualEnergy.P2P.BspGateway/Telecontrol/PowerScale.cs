namespace VirtualEnergy.P2P.BspGateway.Telecontrol;

/// <summary>How powers stand on a telecontrol link: so many watts to one of its units, and which way counts as positive.</summary>
/// <remarks>
/// Inside the project + is consumption. On a link to a system operator + is injection, as the generator's convention has it, so that upward
/// regulation raises the number; a link can be told otherwise. In MW a short float holds every whole watt below 16 MW (24 bits), and rounds beyond.
/// </remarks>
public sealed record PowerScale
{
    /// <summary>MW, + injected into the grid: towards the system operator.</summary>
    public static readonly PowerScale Megawatts = new(1_000_000, injectionIsPositive: true);

    /// <summary>kW, + injected into the grid: towards customers.</summary>
    public static readonly PowerScale Kilowatts = new(1_000, injectionIsPositive: true);

    // Far beyond any unit, and far within what arithmetic on watts can hold.
    private const double MostWatts = 1e12;

    /// <param name="wattsPerUnit">1 to 1,000,000,000: 1,000,000 for MW.</param>
    /// <param name="injectionIsPositive">False, and + is consumption as everywhere else in the project.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such unit.</exception>
    public PowerScale(int wattsPerUnit, bool injectionIsPositive)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wattsPerUnit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wattsPerUnit, 1_000_000_000);
        (WattsPerUnit, InjectionIsPositive) = (wattsPerUnit, injectionIsPositive);
    }

    public int WattsPerUnit { get; }

    public bool InjectionIsPositive { get; }

    /// <param name="watts">W, + consumption.</param>
    public float Write(long watts) => (float)((InjectionIsPositive ? -(double)watts : watts) / WattsPerUnit);

    /// <summary>The nearest whole watt, half away from zero.</summary>
    /// <param name="watts">W, + consumption.</param>
    /// <returns>False of what is not finite, or beyond a million MW.</returns>
    public bool TryRead(float value, out long watts)
    {
        var exact = (InjectionIsPositive ? -(double)value : value) * WattsPerUnit;
        var isPower = double.IsFinite(exact) && Math.Abs(exact) <= MostWatts;
        watts = isPower ? (long)Math.Round(exact, MidpointRounding.AwayFromZero) : 0;
        return isPower;
    }
}

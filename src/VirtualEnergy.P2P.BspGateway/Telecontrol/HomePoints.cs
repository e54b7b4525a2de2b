using VirtualEnergy.P2P.Iec104.Asdus;

namespace VirtualEnergy.P2P.BspGateway.Telecontrol;

/// <summary>What an object of a customer's station is about.</summary>
public enum HomePoint
{
    /// <summary>Active power (13, 36).</summary>
    Power = 0,

    /// <summary>By how much the home can be regulated upwards from its program, 0 or more (13, 36).</summary>
    UpwardAvailability,

    /// <summary>By how much downwards, 0 or more (13, 36).</summary>
    DownwardAvailability,

    /// <summary>On while the home takes set-points (1, 30).</summary>
    IsAvailable,

    /// <summary>Its program: the power it would have without a set-point (13, 36).</summary>
    Baseline,

    /// <summary>Regulation asked for, against its program; 0 releases it (50, 63).</summary>
    SetPoint,
}

/// <summary>The objects of a customer's station: one range of addresses for each kind of point, and in it one address for each home.</summary>
/// <remarks>Ranges let a station send many homes' powers as one sequence. The common address is the customer's.</remarks>
public static class HomePoints
{
    /// <summary>Homes of one customer at most: they are numbered from 1.</summary>
    public const int MostHomes = 9_999;

    private const int Range = 10_000;

    /// <param name="home">1 to 9,999.</param>
    /// <returns>10,000 for powers, 20,000 for upward and 30,000 for downward availability, 40,000 for availability, 50,000 for programs, 60,000 for set-points; plus the home's number.</returns>
    public static ObjectAddress Of(HomePoint point, int home)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(home, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(home, MostHomes);
        return new ObjectAddress(((int)point + 1) * Range + home);
    }

    /// <summary>Which home and point an address is of.</summary>
    public static bool TryParse(ObjectAddress address, out HomePoint point, out int home)
    {
        (var range, home) = Math.DivRem(address.Value, Range);
        point = (HomePoint)(range - 1);
        return home != 0 && range is >= 1 and <= (int)HomePoint.SetPoint + 1;
    }
}

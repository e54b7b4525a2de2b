namespace VirtualEnergy.P2P.Flexibility.Calendar;

/// <summary>Days on which people live, and suppliers charge, alike.</summary>
public enum KindOfDay
{
    /// <summary>Monday to Friday, holidays left out.</summary>
    Workday,

    /// <summary>A Saturday that is no holiday.</summary>
    Saturday,

    /// <summary>A Sunday or a national holiday.</summary>
    Holiday,
}

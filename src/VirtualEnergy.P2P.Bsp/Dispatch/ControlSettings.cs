namespace VirtualEnergy.P2P.Bsp.Dispatch;

/// <summary>How a unit is controlled. Times are whole seconds.</summary>
public sealed record ControlSettings
{
    /// <summary>A home whose last measurement is older is silent.</summary>
    public int SilentAfterSeconds { get; init; } = 12;

    /// <summary>How soon a home follows a set-point, as a time constant; what it should have delivered by now is reckoned with it.</summary>
    public int LagSeconds { get; init; } = 20;

    /// <summary>In about which time a difference between what homes should and do deliver is made up.</summary>
    public int CorrectionSeconds { get; init; } = 30;

    /// <summary>The most that is ordered beyond, or short of, the target, in thousandths of it.</summary>
    public int CorrectionPermille { get; init; } = 300;

    /// <summary>A home that delivers less than half of what it should for so long does not respond.</summary>
    public int ResponseSeconds { get; init; } = 60;

    /// <summary>A home that should deliver less, W, is not judged: what it does besides is as large.</summary>
    public long JudgedFromWatts { get; init; } = 200;

    /// <summary>How long a home that fell silent, or does not respond, is left out; twice as long each time again.</summary>
    public int RetrySeconds { get; init; } = 60;

    /// <summary>The longest that a home is left out.</summary>
    public int LongestRetrySeconds { get; init; } = 900;

    /// <summary>Of what each home can do, so many thousandths are kept for outages.</summary>
    public int ReservePermille { get; init; } = 100;

    /// <summary>Set-points stay while the power to be divided changes by less, in thousandths of the target.</summary>
    public int HoldPermille { get; init; } = 2;

    /// <summary>Null if they make sense, else what does not.</summary>
    public string? Objection =>
        SilentAfterSeconds is < 1 or > 3600 || LagSeconds is < 0 or > 3600 || CorrectionSeconds is < 1 or > 3600 || ResponseSeconds is < 1 or > 3600
            || RetrySeconds is < 1 or > 86_400 || LongestRetrySeconds < RetrySeconds || LongestRetrySeconds > 86_400 ? "Times must be 1 s to an hour (retries to a day, the longest no shorter than the first)."
        : CorrectionPermille is < 0 or > 1000 || ReservePermille is < 0 or > 999 || HoldPermille is < 0 or > 1000 || JudgedFromWatts < 0 ? "Parts must be 0 to 1000 thousandths, the reserve below 1000, powers 0 or more."
        : null;
}

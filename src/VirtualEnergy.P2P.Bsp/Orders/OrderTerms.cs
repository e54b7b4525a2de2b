using VirtualEnergy.P2P.Bsp.Profiles;

namespace VirtualEnergy.P2P.Bsp.Orders;

/// <summary>What the market's profile says of orders. Every figure is the profile's, with its source there.</summary>
/// <param name="MinimumRamp">No order may want its power faster.</param>
/// <param name="MaximumRamp">Nor leave more time.</param>
/// <param name="MinimumHold">The least time between the ramp's end and the order's.</param>
/// <param name="MaximumHold">The most.</param>
/// <param name="StepWatts">Powers are multiples of it, W.</param>
/// <param name="Notice">The least time from receipt to start.</param>
/// <param name="Horizon">The most.</param>
/// <param name="ReleaseRamp">How long the unit takes to come back to its baseline when it is let go, so that homes do not return all at once.</param>
/// <param name="RampLeadSeconds">So long before the ramp's end the dispatch aims to be there, at most a fifth of the ramp: homes follow what they are told about half of it later, so that
/// over the ramp they deliver what is owed.</param>
public sealed record OrderTerms(
    TimeSpan MinimumRamp, TimeSpan MaximumRamp, TimeSpan MinimumHold, TimeSpan MaximumHold, long StepWatts, TimeSpan Notice, TimeSpan Horizon, TimeSpan ReleaseRamp, int RampLeadSeconds = 50)
{
    /// <summary>10 GW: above any unit.</summary>
    public const long MaxWatts = 10_000_000_000;

    /// <summary>
    /// What a profile's figures come to: no order wants its power faster than units must have it, nor longer than they must hold it; an order for part of the power or of the time
    /// is one as well.
    /// </summary>
    /// <param name="releaseRamp">The project's own choice: profiles say nothing of it.</param>
    public static OrderTerms Of(MarketProfile profile, TimeSpan releaseRamp) => new(
        TimeSpan.FromSeconds(profile.RampSeconds), TimeSpan.FromSeconds(Math.Max(profile.RampSeconds, 3_600)), TimeSpan.Zero, TimeSpan.FromSeconds(profile.HoldingSeconds),
        profile.SizeStep, TimeSpan.FromSeconds(profile.PreparationSeconds), TimeSpan.FromDays(2), releaseRamp);

    /// <summary>In which time the dispatch aims to have the power of an order with this ramp.</summary>
    internal TimeSpan Aim(TimeSpan ramp)
    {
        var lead = TimeSpan.FromSeconds(RampLeadSeconds);
        return ramp - (lead < ramp / 5 ? lead : ramp / 5);
    }

    /// <summary>Null if they make sense, else what does not.</summary>
    public string? Objection =>
        MinimumRamp < TimeSpan.Zero || MaximumRamp < MinimumRamp ? "The ramp's bounds must be 0 or more, the least first."
        : MinimumHold < TimeSpan.Zero || MaximumHold < MinimumHold ? "The hold's bounds must be 0 or more, the least first."
        : Notice < TimeSpan.Zero || Horizon < Notice ? "Notice must be 0 or more, and the horizon no less."
        : StepWatts is < 1 or > MaxWatts ? "The step must be 1 W to 10 GW."
        : ReleaseRamp < TimeSpan.Zero ? "The release must take 0 or more."
        : RampLeadSeconds is < 0 or > 3600 ? "The lead must be 0 s to an hour."
        : null;
}

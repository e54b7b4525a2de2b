using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.ControlSpaces;

/// <summary>A power profile that runs once, without a pause, and whose start may be chosen within a window.</summary>
public sealed record ShiftableControlSpace : ControlSpace
{
    /// <param name="device">Name of the device.</param>
    /// <param name="period">The period described.</param>
    /// <param name="profileWatts">Average W of each period of the run, in order; none negative, at least one.</param>
    /// <param name="earliestStart">First period in which it may start.</param>
    /// <param name="deadline">The period at whose start the run must be over.</param>
    /// <exception cref="ArgumentException">The profile is empty, or does not fit between earliest start and deadline.</exception>
    public ShiftableControlSpace(
        string device, Period period, ImmutableArray<long> profileWatts, Period earliestStart, Period deadline)
        : base(device, period)
    {
        if (profileWatts.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A run needs a power profile of at least one period.", nameof(profileWatts));
        }

        foreach (var watts in profileWatts)
        {
            NotNegative(watts, nameof(profileWatts));
        }

        if (deadline.Index - earliestStart.Index < profileWatts.Length)
        {
            throw new ArgumentException(
                $"{device} needs {profileWatts.Length} periods, more than lie between {earliestStart} and {deadline}.", nameof(deadline));
        }

        ProfileWatts = profileWatts;
        EarliestStart = earliestStart;
        Deadline = deadline;
    }

    /// <summary>Average W of each period of the run.</summary>
    public ImmutableArray<long> ProfileWatts { get; }

    public Period EarliestStart { get; }

    /// <summary>The run is over when this period begins.</summary>
    public Period Deadline { get; }

    /// <summary>The last period in which a start still meets the deadline.</summary>
    public Period LatestStart => new(Deadline.Index - ProfileWatts.Length);

    /// <summary>True from the latest start on: waiting is no choice any more.</summary>
    public bool MustStart => Period >= LatestStart;

    public bool MayStart => Period >= EarliestStart;

    public bool Equals(ShiftableControlSpace? other) =>
        other is not null && base.Equals(other) && EarliestStart == other.EarliestStart && Deadline == other.Deadline
        && ProfileWatts.AsSpan().SequenceEqual(other.ProfileWatts.AsSpan());

    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), EarliestStart, Deadline, ProfileWatts.Length);
}

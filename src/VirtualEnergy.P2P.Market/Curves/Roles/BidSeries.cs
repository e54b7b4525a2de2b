namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>
/// An agent's own bids: their numbers, how long each counts, and when the last has to be said again so that it goes on counting.
/// </summary>
/// <remarks>
/// A number is the time at which it was given out, or the next one where that is taken. So an agent that was started again goes
/// on above the numbers that it no longer knows; should its clock have gone back, the refusal of its first bid tells it the
/// number to pass.
/// </remarks>
/// <param name="lifetime">ms; at least 2.</param>
public sealed class BidSeries(long lifetime)
{
    /// <summary>Numbers end here, far before 64 bits do.</summary>
    public const long MaxNumber = 1L << 62;

    private readonly long _lifetime = lifetime >= 2 ? lifetime : throw new ArgumentOutOfRangeException(nameof(lifetime), lifetime, "At least 2 ms.");
    private long _last;

    /// <summary>The last bid's number; 0 before the first.</summary>
    public long Last => _last;

    /// <summary>When half of the last bid's lifetime is over, ms; null before the first.</summary>
    public long? RenewAt { get; private set; }

    public NumberedCurve Next(DemandCurve curve, long now)
    {
        RenewAt = now + (_lifetime / 2);
        return new NumberedCurve(NextNumber(now), curve, now + _lifetime);
    }

    /// <summary>For a message that ends the last bid instead of replacing it.</summary>
    public long NextNumber(long now) => _last = Math.Max(_last + 1, now);

    /// <summary>Goes on above this number; one that no sender reaches by counting is ignored.</summary>
    public void Pass(long number) => _last = number <= MaxNumber ? Math.Max(_last, number) : _last;
}

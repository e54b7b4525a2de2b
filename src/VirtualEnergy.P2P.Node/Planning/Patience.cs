namespace VirtualEnergy.P2P.Node.Planning;

/// <summary>How long a plan may take before the best that is there so far is used.</summary>
/// <param name="most">From its beginning.</param>
/// <param name="time">By which clock.</param>
public sealed class Patience(TimeSpan most, TimeProvider time)
{
    /// <summary>A plan begins; what is returned says whether it has taken too long.</summary>
    public Func<bool> Begin()
    {
        var began = time.GetTimestamp();
        return () => time.GetElapsedTime(began) > most;
    }
}

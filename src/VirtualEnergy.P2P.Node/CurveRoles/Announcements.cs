namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>When a matcher says its terms: at each connection, and once more a little later.</summary>
/// <remarks>
/// A broker may look up what it keeps for a new subscriber just before the terms come, and count the subscriber just after they went
/// out. Whoever missed them so hears the second time. Asked for by the link's thread, made by the role's.
/// </remarks>
internal sealed class Announcements
{
    /// <summary>ms.</summary>
    private const long Between = 1_000;

    private volatile bool _isAsked;
    private long? _again;

    /// <summary>A broker that was started again may have lost what it kept.</summary>
    public void Ask() => _isAsked = true;

    public bool IsDue(long now) => _isAsked || now >= _again;

    public void Made(long now)
    {
        _again = _isAsked ? now + Between : null;
        _isAsked = false;
    }
}

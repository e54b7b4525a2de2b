namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>Why an agent's bid was not taken in; its sender is told, and everything else is as before.</summary>
/// <param name="Code">Stable, in kebab case; of a curve's fault it is <see cref="CurveFaults.Code"/>.</param>
/// <param name="LastNumber">With <see cref="StaleNumber"/>: the number that the next bid must pass. Else null.</param>
public readonly record struct CurveRefusal(string Code, long? LastNumber = null)
{
    /// <summary>The agent is not on the whitelist.</summary>
    public static readonly CurveRefusal NotAllowed = new("not-allowed");

    /// <summary>There is no room for another agent.</summary>
    public static readonly CurveRefusal Full = new("full");

    /// <summary>The bid's time is over.</summary>
    public static readonly CurveRefusal Expired = new("expired");

    /// <summary>The bid would count for more than twice the lifetime of the cluster's bids.</summary>
    public static readonly CurveRefusal ExpiryTooFar = new("expiry-too-far");

    /// <summary>The number is not above the agent's last, and the bid is another one.</summary>
    public static CurveRefusal StaleNumber(long last) => new("stale-number", last);
}

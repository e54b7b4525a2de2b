namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>Why an agent's bid was not taken in; its sender is told the code, and the others are as before.</summary>
/// <param name="Code">Stable, in kebab case; of a curve's fault it is <see cref="CurveFaults.Code"/>.</param>
public readonly record struct BidRefusal(string Code)
{
    /// <summary>The agent is not on the whitelist.</summary>
    public static readonly BidRefusal NotAllowed = new("not-allowed");

    /// <summary>The number is not above the agent's last.</summary>
    public static readonly BidRefusal StaleNumber = new("stale-number");

    /// <summary>There is no room for another agent.</summary>
    public static readonly BidRefusal Full = new("full");
}

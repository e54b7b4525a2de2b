namespace VirtualEnergy.P2P.Node.Lab;

/// <summary>
/// Jain's fairness index, (Σx)² / (n · Σx²): 1 when all have the same, 1/n when one has all. R. Jain, D. Chiu, W. Hawe, "A
/// quantitative measure of fairness and discrimination for resource allocation in shared computer systems", DEC TR-301, 1984.
/// </summary>
public static class JainIndex
{
    /// <param name="shares">
    /// What each has. The index is defined for shares that are not negative; who lost counts as one who has nothing, so that a loss
    /// lowers the index as far as a share can.
    /// </param>
    /// <returns>1/n to 1; null when nobody has anything.</returns>
    public static double? Of(IReadOnlyCollection<double> shares)
    {
        var sum = shares.Sum(share => Math.Max(0, share));
        var squares = shares.Sum(share => Math.Max(0, share) * Math.Max(0, share));
        return squares > 0 ? sum * sum / (shares.Count * squares) : null;
    }
}

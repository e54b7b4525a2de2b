namespace VirtualEnergy.P2P.Market.Funds;

/// <summary>
/// A member's word to the exchange: the most that she spends in a day. The exchange admits no bid that could take her beyond it,
/// whoever signed the bid. Of several mandates the one with the highest number counts.
/// </summary>
/// <param name="Member">Whose money.</param>
/// <param name="Number">Counts up; an old mandate cannot be said again.</param>
/// <param name="MostPerDay">µEUR; <see cref="Unlimited"/> takes every bound away.</param>
public sealed record Mandate(MemberId Member, ulong Number, ulong MostPerDay)
{
    /// <summary>2^64 − 1: no bound.</summary>
    public const ulong Unlimited = ulong.MaxValue;

    /// <summary>The bound as money; null where there is none that money could reach.</summary>
    public Money? Most => MostPerDay > long.MaxValue ? null : new Money((long)MostPerDay);
}

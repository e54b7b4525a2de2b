using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>When a period's gate closes, and when its energy counts as delivered.</summary>
public interface IGate
{
    /// <summary>When the gate closes at the latest, if it opens now.</summary>
    DateTimeOffset ClosesAt(Period period);

    /// <summary>Returns when the gate is to close. Called once a period, as soon as it is open.</summary>
    /// <param name="period">The open period.</param>
    /// <param name="everyoneHasBid">Done when each active member has a bid in the round.</param>
    /// <param name="cancellation">The exchange stops.</param>
    Task WaitForClosureAsync(Period period, Task everyoneHasBid, CancellationToken cancellation);

    /// <summary>Whether meter readings of a cleared period can exist.</summary>
    bool IsDelivered(Period period);

    /// <summary>Until when readings of a period are waited for; null: until the next gate closes, which holds for those that are awaited.</summary>
    DateTimeOffset? ReadingsDueAt(Period period);
}

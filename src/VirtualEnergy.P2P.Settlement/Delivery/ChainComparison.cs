using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Delivery;

/// <summary>What the contract says beside what the outbox believes, and what follows from it. Pure.</summary>
public abstract record ChainComparison
{
    /// <summary>Compares.</summary>
    /// <param name="first">The journal's first cleared period.</param>
    /// <param name="lastCleared">Its last one.</param>
    /// <param name="lastKnown">The last one that the outbox believes to be on the chain; the one before <paramref name="first"/> if none.</param>
    /// <param name="lastOnChain">The last one that the contract has settled.</param>
    /// <param name="compareFrom">From here on every batch on the chain is compared.</param>
    /// <param name="isOurs">Whether the contract's commitment of a period is the journal's. Asked only of periods that both have.</param>
    public static async Task<ChainComparison> OfAsync(
        Period first, Period lastCleared, Period lastKnown, Period lastOnChain, Period compareFrom, Func<Period, Task<bool>> isOurs)
    {
        if (lastOnChain < first.Previous)
        {
            return new OtherChain($"The contract has settled up to period {lastOnChain}, and the journal begins with {first}: the chain started again from a state before the journal.");
        }

        if (lastOnChain > lastCleared)
        {
            return new OtherChain($"The contract has settled period {lastOnChain}, and the journal has not cleared it: somebody else settles with this exchange's key, or the journal is an old copy.");
        }

        for (var period = lastOnChain; period >= first && period >= compareFrom; period = period.Previous)
        {
            if (!await isOurs(period))
            {
                return new OtherChain($"The contract settled another batch for period {period} than the journal has: somebody else settles with this exchange's key, or the journal is another one.");
            }
        }

        return lastOnChain < lastKnown ? new ChainLost(lastOnChain.Next, lastKnown)
            : lastOnChain > lastKnown ? new ChainHasMore(lastKnown.Next, lastOnChain)
            : new ChainAgrees();
    }
}

/// <summary>Nothing is to be done.</summary>
public sealed record ChainAgrees : ChainComparison;

/// <summary>The chain has these batches no more: they are sent again, in order.</summary>
public sealed record ChainLost(Period From, Period To) : ChainComparison;

/// <summary>The chain has these batches, and the outbox had no time to write that down.</summary>
public sealed record ChainHasMore(Period From, Period To) : ChainComparison;

/// <summary>The chain has something that is not this journal's: nothing is settled until someone has found out why.</summary>
/// <param name="Why">A sentence for the one who runs the exchange.</param>
public sealed record OtherChain(string Why) : ChainComparison;

using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Settlement.Commitments;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>
/// The seeds of rounds whose mechanism draws lots. A seed is drawn once, written down before anyone hears of its commitment, and is
/// the same after a restart.
/// </summary>
public sealed class RoundSeeds(ExchangeOptions options, ExchangeJournal journal)
{
    /// <returns>Null where the mechanism draws no lots.</returns>
    /// <exception cref="JournalException">A new seed cannot be written down; then it must not be promised.</exception>
    public async Task<Hash256?> OfAsync(Period period)
    {
        if (!options.Rules.Mechanism.DrawsLots())
        {
            return null;
        }

        if (journal.Seed(period) is { } promised)
        {
            return promised;
        }

        var seed = options.DrawSeed();
        await journal.AppendSeedAsync(period, seed);
        return seed;
    }

    /// <summary>What the announcement says of the seed.</summary>
    public static Hash256? CommitmentOf(Period period, Hash256? seed) => seed is { } known ? SeedCommitment.Of(period, known) : null;
}

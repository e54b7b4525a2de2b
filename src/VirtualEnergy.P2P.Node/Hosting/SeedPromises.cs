using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Commitments;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>
/// What the exchange promised about its seeds, held against what it reveals. An exchange that could choose the seed after it has seen the
/// bids could choose who trades with whom.
/// </summary>
/// <remarks>The first promise for a period counts. Of more periods than <see cref="Kept"/> the newest are remembered.</remarks>
public sealed class SeedPromises
{
    /// <summary>Rounds that may be open at once, with room; an exchange that announces without end takes no memory.</summary>
    public const int Kept = 16;

    private readonly SortedDictionary<Period, Hash256?> _promised = [];

    /// <summary>Takes note of an announcement.</summary>
    /// <returns>What is wrong with it, for people; null when nothing is.</returns>
    public string? Announced(RoundAnnouncement round)
    {
        if (_promised.TryGetValue(round.Period, out var before))
        {
            return before == round.SeedCommitment ? null
                : $"The promise of a seed for period {round.Period} was changed from {Text(before)} to {Text(round.SeedCommitment)}.";
        }

        _promised.Add(round.Period, round.SeedCommitment);
        if (_promised.Count > Kept)
        {
            _promised.Remove(_promised.Keys.First());
        }

        return null;
    }

    /// <summary>Holds a result against what was promised for its period; one whose announcement this node did not hear cannot be judged.</summary>
    /// <param name="result">The exchange's word.</param>
    /// <param name="drawsLots">Whether the community's mechanism takes a seed.</param>
    /// <returns>What is wrong with it, for people; null when nothing is.</returns>
    public string? Revealed(RoundResult result, bool drawsLots)
    {
        if (!drawsLots || !_promised.TryGetValue(result.Period, out var promised))
        {
            return null;
        }

        return promised is not { } commitment ? $"Period {result.Period} drew lots with a seed that nobody had promised before the bids."
            : result.Seed is not { } seed ? $"The seed of period {result.Period} was promised by {commitment} and is not revealed."
            : !SeedCommitment.Holds(commitment, result.Period, seed) ? $"The seed {seed} of period {result.Period} is not the one that was promised by {commitment}."
            : null;
    }

    private static string Text(Hash256? commitment) => commitment?.ToString() ?? "none";
}

using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>A part of a batch as the log tells it: whoever has its transaction has its words.</summary>
/// <param name="From">The slot that was due at its first word.</param>
/// <param name="DeltasHash">keccak-256 of the words of the transaction.</param>
/// <param name="Transaction">The one that settled it.</param>
/// <param name="Until">Words of this slot and those after it were undone; null if none were.</param>
internal sealed record LoggedPart(int From, Hash256 DeltasHash, Hash256 Transaction, int? Until = null);

/// <summary>
/// Follows an escrow's log as far as it is about parts: of which parts each batch was settled, and which parts there are of one that is not
/// finished. Events before the first that it is told are as if they had not been.
/// </summary>
internal sealed class PartsTrail
{
    private readonly List<LoggedPart> _open = [];
    private readonly Dictionary<Hash256, ImmutableArray<LoggedPart>> _settled = [];

    /// <summary>The parts of the batch that is not finished, or is being rolled back, in order.</summary>
    public ImmutableArray<LoggedPart> Open => [.. _open];

    /// <summary>The trail of all events up to the one that a transaction made.</summary>
    public static PartsTrail Of(IEnumerable<ChainEvent> events)
    {
        var trail = new PartsTrail();
        foreach (var known in events)
        {
            trail.Take(known);
        }

        return trail;
    }

    /// <summary>The parts of which a settled batch is; of one in one piece, itself. Empty where its events were not told.</summary>
    /// <param name="deltasHash">From its log.</param>
    public ImmutableArray<LoggedPart> Of(Hash256 deltasHash) => _settled.GetValueOrDefault(deltasHash, []);

    public void Take(ChainEvent known)
    {
        switch (known)
        {
            case PartWasSettled part:
                _open.Add(new LoggedPart(part.From, part.DeltasHash, part.Transaction));
                break;
            case PartWasUndone undone when _open is [.., var last]:
                _open.RemoveAt(_open.Count - 1);
                if (undone.Slot > last.From)
                {
                    _open.Add(last with { Until = undone.Slot });
                }

                break;
            case PeriodSettled { Settled: var settled }:
                Settle(settled.DeltasHash, settled.TransactionHash);
                break;
            case MeteredSettled { Settled: var metered }:
                Settle(metered.DeltasHash, metered.TransactionHash);
                break;
            case BatchWasReopened reopened:
                _open.Clear();
                _open.AddRange(Of(reopened.DeltasHash));
                break;
        }
    }

    // Batches with the same hash have the same words: it does not matter which of them is remembered.
    private void Settle(Hash256 deltasHash, Hash256 transaction)
    {
        _settled[deltasHash] = _open.Count > 0 ? Open : [new LoggedPart(0, deltasHash, transaction)];
        _open.Clear();
    }
}

using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>An escrow's log as one member's money follows it.</summary>
public static class MemberEvents
{
    /// <summary>
    /// Puts each batch that was settled by parts to where her part of it was: there her money moved. What is about parts alone is gone, and so is what a batch that is not
    /// finished has moved.
    /// </summary>
    /// <param name="events">In the chain's order.</param>
    /// <param name="slot">The slot of her lane.</param>
    public static ImmutableArray<EscrowEvent> InOrderOf(int slot, IEnumerable<EscrowEvent> events)
    {
        var (placed, parts) = (new List<EscrowEvent?>(), new List<(int Place, int From)>());
        foreach (var entry in events)
        {
            switch (entry.Kind)
            {
                case EscrowEventKind.PartSettled:
                    parts.Add((placed.Count, entry.Slot));
                    placed.Add(null);
                    break;
                case EscrowEventKind.PartUndone:
                    if (parts is [.., var last] && entry.Slot <= last.From)
                    {
                        parts.RemoveAt(parts.Count - 1);
                    }

                    break;
                case EscrowEventKind.Settled or EscrowEventKind.SettledMetered when parts.Count > 0:
                    placed[parts.FindLast(part => part.From <= slot).Place] = entry;
                    parts.Clear();
                    break;
                default:
                    placed.Add(entry);
                    break;
            }
        }

        return [.. placed.OfType<EscrowEvent>()];
    }
}
